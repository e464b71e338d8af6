//! A stamp changes with the sources, and with nothing else.

use std::fs;
use std::path::Path;

fn stamp(folder: &Path) -> String {
    super::of(std::iter::once(folder.to_path_buf())).unwrap()
}

#[test]
fn a_stamp_changes_with_the_sources_only() {
    let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("src/lib.rs", "one");
    let first = stamp(&folder);

    write("target/debug/made", "by a build");
    write(".hidden", "by an editor");
    write("src/lib.rs", "one");
    assert_eq!(
        stamp(&folder),
        first,
        "what is not a source, and a new time, change nothing"
    );

    write("src/lib.rs", "two");
    let second = stamp(&folder);
    assert_ne!(second, first, "another text");

    fs::rename(folder.join("src/lib.rs"), folder.join("lib.rs")).unwrap();
    assert_ne!(stamp(&folder), second, "another place");
    fs::remove_dir_all(&folder).unwrap();
}
