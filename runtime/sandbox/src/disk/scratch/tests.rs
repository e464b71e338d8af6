use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use super::{Scratch, ScratchRoot};

#[test]
fn folders_of_dead_processes_are_removed_and_of_living_ones_are_not() {
    let parent = tempfile::tempdir().expect("a folder");
    let orphan = parent.path().join("process-gone");
    fs::create_dir_all(orphan.join("deep/er")).expect("makes");
    let living = ScratchRoot::open(parent.path()).expect("opens");
    let scratch = living.scratch().expect("makes");
    assert!(!orphan.exists());
    let second = ScratchRoot::open(parent.path()).expect("opens");
    assert!(scratch.path().is_dir());
    let path = scratch.path().to_owned();
    drop(scratch);
    assert!(!path.exists());
    drop((living, second));
    assert_eq!(fs::read_dir(parent.path()).expect("lists").count(), 0);
}

#[tokio::test]
async fn removing_waits() {
    let parent = tempfile::tempdir().expect("a folder");
    let root = ScratchRoot::open(parent.path()).expect("opens");
    let scratch = root.scratch().expect("makes");
    let path = scratch.path().to_owned();
    fs::write(path.join("file"), "x").expect("writes");
    scratch.remove().await;
    assert!(!path.exists());
}

#[test]
fn an_empty_folder_is_used_again_unless_something_shows() {
    let parent = tempfile::tempdir().expect("a folder");
    let root = ScratchRoot::open(parent.path()).expect("opens");
    let path = |scratch: &Scratch| scratch.path().to_owned();
    let first = root.scratch().expect("makes");
    let kept = path(&first);
    root.keep(first);
    let again = root.scratch().expect("takes");
    assert_eq!(path(&again), kept);
    assert_ne!(
        path(&root.scratch().expect("makes")),
        kept,
        "it is somebody's"
    );

    let then = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let folder = fs::File::open(&kept).expect("opens");
    folder
        .set_times(fs::FileTimes::new().set_modified(then))
        .expect("sets");
    root.keep(again);
    let other = root.scratch().expect("makes");
    assert!(path(&other) != kept && !kept.exists());

    let gone = path(&other);
    fs::remove_dir(&gone).expect("removes");
    root.keep(other);
    let other = root.scratch().expect("makes");
    assert!(other.path().is_dir() && path(&other) != gone);
}
