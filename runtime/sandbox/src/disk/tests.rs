use std::fs;

use super::{Quota, ScratchRoot};

#[test]
fn a_quota_gives_all_or_nothing_and_remembers_the_refusal() {
    let quota = Quota::new(10);
    assert!(quota.take(6) && !quota.take(5) && quota.take(4));
    assert_eq!(quota.refused(), Some(10));
    assert!(!quota.take(u64::MAX));
}

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
    let path = scratch.path();
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
    let path = scratch.path();
    fs::write(path.join("file"), "x").expect("writes");
    scratch.remove().await;
    assert!(!path.exists());
}
