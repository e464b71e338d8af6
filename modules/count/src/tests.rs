//! What `count` answers for a part of a folder on disk.

use std::fs;

use serde_json::{Value, json};

use super::handle;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("a.md", "one\n"),
        ("b.txt", "two words\n"),
        ("c.png", "\0"),
        ("d.txt", "x\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn answer(event: &Value) -> Result<Value, Value> {
    let parse = |bytes: Vec<u8>| serde_json::from_slice(&bytes).unwrap();
    handle(event.to_string().as_bytes())
        .map(parse)
        .map_err(parse)
}

#[test]
fn counts_the_files_of_its_part_only() {
    let folder = folder();
    let check = |first, last, files, words| {
        let part = json!({"folder": folder.path(), "first": first, "last": last, "files": 1});
        let answer = answer(&part).unwrap();
        assert_eq!(
            (&answer["files"], &answer["words"]),
            (&json!(files), &json!(words)),
            "{part}"
        );
    };
    check("a.md", "a.md", 1, 1);
    check("a.md", "b.txt", 2, 3);
    check("b.txt", "d.txt", 2, 3);
    check("a.md", "d.txt", 3, 4);
    check("gone", "gone", 0, 0);
}

#[test]
fn an_error_has_a_type_that_a_retry_can_name() {
    let folder = folder();
    let check = |event: Value, error_type: &str, words: &str| {
        let error = answer(&event).unwrap_err();
        assert_eq!(error["errorType"], error_type);
        assert!(
            error["errorMessage"].as_str().unwrap().contains(words),
            "{error}"
        );
    };
    check(
        json!({"folder": "/input"}),
        "InvalidEvent",
        "missing field `first`",
    );
    let part = |first| json!({"folder": folder.path(), "first": first, "last": "b.txt"});
    check(part("../secret"), "InvalidEvent", "below the folder");
    let part = json!({"folder": "/no/such/folder", "first": "a", "last": "b"});
    check(part, "FolderUnreadable", "is a volume mounted there?");
}
