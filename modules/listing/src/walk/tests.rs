//! What a listing holds, in what order, and how a span of it is found again.

use std::fs;
use std::path::Path;

use super::{Listing, walk};
use crate::{Span, TEXT_BYTES_MAX, read_text, text_bytes};

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "some text\n").unwrap();
    }
    folder
}

fn files(folder: &Path, span: Option<(&str, &str)>) -> Vec<String> {
    let span = span.map(|(first, last)| Span {
        first: first.into(),
        last: last.into(),
    });
    walk(folder, span.as_ref()).unwrap().files
}

#[test]
fn leaves_out_hidden_and_made_folders() {
    let folder = folder(&[
        ".git/config",
        ".gitignore",
        "a/target/x.rs",
        "node_modules/left/pad.js",
        "a/targets.rs",
    ]);
    assert_eq!(files(folder.path(), None), [".gitignore", "a/targets.rs"]);
}

#[test]
fn a_folder_stands_where_its_name_does() {
    // "a-b" is before "a/c" by characters, but after the folder "a" by names.
    let folder = folder(&["a/c", "a-b", "b", "a/b/z"]);
    assert_eq!(files(folder.path(), None), ["a/b/z", "a/c", "a-b", "b"]);
}

#[test]
fn every_span_finds_exactly_its_files() {
    let folder = folder(&[
        "a/c", "a-b", "b", "a/b/z", "a/b/y", "c/d/e/f", "c/d.txt", "ab/x",
    ]);
    let all = files(folder.path(), None);
    for first in 0..all.len() {
        for last in first..all.len() {
            let found = files(folder.path(), Some((&all[first], &all[last])));
            assert_eq!(found, all[first..=last], "{first} to {last}");
        }
    }
}

#[test]
fn a_span_does_not_enter_folders_outside_of_it() {
    let span = Span {
        first: "b/m".into(),
        last: "c/n".into(),
    };
    for (path, may) in [
        ("a", false),
        ("b", true),
        ("b/a", false),
        ("b/z", true),
        ("c", true),
        ("c/x", false),
    ] {
        assert_eq!(span.may_have_folder(path), may, "{path}");
    }
}

#[test]
fn names_that_leave_the_folder_are_told_apart() {
    let span = |path: &str| Span {
        first: path.into(),
        last: path.into(),
    };
    assert!(span("a/..b/c").is_inside());
    for outside in ["../a", "/etc/passwd", "a/../../b", "", "a//b", "./a"] {
        assert!(!span(outside).is_inside(), "{outside}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    let outside = folder(&["secret.txt"]);
    let folder = folder(&["a.txt"]);
    let link = |to: &Path, name| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link(outside.path(), "folder");
    link(&outside.path().join("secret.txt"), "file");
    link(folder.path(), "circle");
    assert_eq!(
        walk(folder.path(), None).unwrap(),
        Listing {
            files: vec!["a.txt".into()],
            skipped: vec!["circle".into(), "file".into(), "folder".into()]
        }
    );
}

#[test]
fn a_missing_folder_is_an_error() {
    assert!(walk(Path::new("/no/such/folder"), None).is_err());
}

#[test]
fn text_is_what_has_no_nul_and_is_not_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let check = |content: &[u8], text: bool| {
        let path = folder.path().join("file");
        fs::write(&path, content).unwrap();
        let bytes = text.then_some(content.len() as u64);
        assert_eq!(text_bytes(&path).unwrap(), bytes);
        let read = read_text(&path).unwrap();
        assert_eq!(read.as_deref(), text.then_some(content));
    };
    check(b"", true);
    check("caf\u{e9}\n".as_bytes(), true);
    check(b"\x7fELF\0\0", false);
    check(&[vec![b'x'; 8191], vec![0]].concat(), false);
    check(&[vec![b'x'; 8192], vec![0]].concat(), true);
    check(&vec![b'x'; TEXT_BYTES_MAX as usize], true);
    check(&vec![b'x'; TEXT_BYTES_MAX as usize + 1], false);
}
