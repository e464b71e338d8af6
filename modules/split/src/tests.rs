//! What `split` answers for a folder on disk.

use std::fs;

use super::{Event, split};

#[test]
fn counts_what_is_text_and_what_is_not() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("b.txt", "two\n"), ("a.md", "one"), ("logo.png", "\0")] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let path = folder.path().to_str().unwrap().to_owned();
    let split = split(Event {
        folder: path.clone(),
        parts_max: 400,
    })
    .unwrap();
    assert_eq!(
        serde_json::to_value(split).unwrap(),
        serde_json::json!({
            "folder": path, "files": 2, "bytes": 7, "skipped": 1,
            "parts": [
                {"first": "a.md", "last": "a.md", "files": 1, "bytes": 3},
                {"first": "b.txt", "last": "b.txt", "files": 1, "bytes": 4},
            ],
        })
    );
}

#[test]
fn an_empty_folder_has_no_parts() {
    let folder = tempfile::tempdir().unwrap();
    let event = Event {
        folder: folder.path().to_str().unwrap().into(),
        parts_max: 400,
    };
    assert!(split(event).unwrap().parts.is_empty());
}

#[test]
fn refuses_what_it_cannot_do_and_says_what_to_do() {
    let check = |folder: &str, parts_max, words| {
        let cause = split(Event {
            folder: folder.into(),
            parts_max,
        })
        .unwrap_err();
        assert!(cause.contains(words), "{cause}");
    };
    check("/", 0, "parts_max must be 1 to 400");
    check("/", 401, "it is 401");
    check("/no/such/folder", 400, "is a volume mounted there?");
}

#[test]
fn an_event_may_leave_out_everything() {
    let event: Event = serde_json::from_str("{}").unwrap();
    assert_eq!((event.folder.as_str(), event.parts_max), ("/input", 400));
}
