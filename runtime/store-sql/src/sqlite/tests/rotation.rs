//! The journal's change of files, and every state that a crash in the middle of it leaves.

use std::fs;
use std::sync::Arc;

use super::super::folder::Folder;
use super::super::journal::Log;
use super::*;

const BODY_BYTES: usize = GENERATION_BYTES / 4;

/// A store with records 1 to `records` in shard 1, about four to a file, and one in shard 2.
async fn filled(files: &Files, records: u64) -> (Store, Lease) {
    let store = files.open().await.unwrap();
    let (lease, other) = (acquire(&store, 1).await, acquire(&store, 2).await);
    append(&store, other, 1, "other").await;
    for lsn in 1..=records {
        append(&store, lease, lsn, vec![7; BODY_BYTES]).await;
    }
    (store, lease)
}

/// Opens the store and shows that all of shard 1 from `from` to `last` is there and goes on.
async fn goes_on(files: &Files, from: u64, last: u64) -> Store {
    let store = files.open().await.unwrap();
    let expected: Vec<_> = (from..=last).collect();
    assert_eq!(lsns(&store, 1, from).await.unwrap(), expected);
    let lease = acquire(&store, 1).await;
    assert_eq!(lease.last_lsn, Lsn(last));
    append(&store, lease, last + 1, "more").await;
    store
}

#[tokio::test]
async fn a_full_file_is_followed_by_another() {
    let files = Files::new();
    let (store, _) = filled(&files, 30).await;
    let names = journal_files(files.dir.path());
    assert!(names.len() > 6, "{names:?}");
    drop(store);
    let store = goes_on(&files, 1, 30).await;
    assert_eq!(lsns(&store, 2, 1).await.unwrap(), [1]);
}

#[tokio::test]
async fn files_that_were_made_early_are_used() {
    let files = Files::prepared();
    let (store, _) = filled(&files, 30).await;
    let names = journal_files(files.dir.path());
    assert!((7..=9).contains(&names.len()), "{names:?}");
    drop(store);
    goes_on(&files, 1, 30).await;
}

#[tokio::test]
async fn files_go_once_every_shard_has_trimmed_them() {
    let files = Files::new();
    let (store, _) = filled(&files, 30).await;
    let count = journal_files(files.dir.path()).len();
    let trim = async |shard, upto| store.journal.trim(ShardId(shard), Lsn(upto)).await;
    trim(1, 20).await.unwrap();
    assert_eq!(journal_files(files.dir.path()).len(), count, "shard 2");
    trim(2, 1).await.unwrap();
    let left = journal_files(files.dir.path());
    assert!((2..count - 2).contains(&left.len()), "{left:?}");
    trim(1, 1_000).await.unwrap();
    assert_eq!(journal_files(files.dir.path()).len(), 1);
    drop(store);
    goes_on(&files, 31, 30).await;
}

#[tokio::test]
async fn a_file_that_has_not_begun_does_not_count() {
    for make in [false, true] {
        let files = Files::new();
        let (store, _) = filled(&files, 10).await;
        let names = journal_files(files.dir.path());
        drop(store);
        let next = format!("journal-{:06}.db", names.len() + 1);
        let path = files.dir.path().join(&next);
        fs::write(&path, "").unwrap();
        if make {
            let mut file = raw(&path).await;
            let migrator = sqlx::migrate!("migrations/journal");
            migrator.run(&mut file).await.unwrap();
            drop(file);
        }
        goes_on(&files, 1, 10).await;
    }
}

#[tokio::test]
async fn a_first_file_that_has_not_begun_begins() {
    let files = Files::new();
    fs::write(files.dir.path().join("journal-000001.db"), "").unwrap();
    goes_on(&files, 1, 0).await;
}

#[tokio::test]
async fn a_file_that_has_just_begun_counts() {
    let files = Files::new();
    let (store, _) = filled(&files, 9).await;
    drop(store);
    let folder = Arc::new(Folder::open(files.dir.path()).await.unwrap());
    let before = journal_files(files.dir.path()).len();
    let mut log = Log::open(folder, ON_DEMAND).await.unwrap();
    log.rotate().await.unwrap();
    drop(log);
    assert_eq!(journal_files(files.dir.path()).len(), before + 1);
    let store = goes_on(&files, 1, 9).await;
    assert_eq!(journal_files(files.dir.path()).len(), before + 1);
    assert_eq!(lsns(&store, 2, 1).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_file_that_nobody_needs_goes_at_the_next_opening() {
    let files = Files::new();
    let (store, _) = filled(&files, 10).await;
    let before = copy(files.dir.path());
    store.journal.trim(ShardId(2), Lsn(1)).await.unwrap();
    store.journal.trim(ShardId(1), Lsn(10)).await.unwrap();
    assert_eq!(journal_files(files.dir.path()).len(), 1);
    drop(store);
    for name in journal_files(before.path()).iter().rev().skip(1) {
        for beside in ["", "-wal"] {
            let name = format!("{name}{beside}");
            let _ = fs::copy(before.path().join(&name), files.dir.path().join(&name));
        }
    }
    goes_on(&files, 11, 10).await;
    assert_eq!(journal_files(files.dir.path()).len(), 1);
}

#[tokio::test]
async fn what_is_left_beside_removed_files_harms_nobody() {
    let files = Files::new();
    let (store, lease) = filled(&files, 10).await;
    let before = copy(files.dir.path());
    store.journal.trim(ShardId(2), Lsn(1)).await.unwrap();
    store.journal.trim(ShardId(1), Lsn(10)).await.unwrap();
    let (wal, next) = ("journal-000001.db-wal", "journal-000009.db-wal");
    drop(store);
    fs::copy(before.path().join(wal), files.dir.path().join(wal)).unwrap();
    fs::copy(before.path().join(wal), files.dir.path().join(next)).unwrap();
    let store = goes_on(&files, 11, 10).await;
    for name in [wal, next] {
        assert!(!files.dir.path().join(name).exists(), "{name}");
    }
    drop((store, lease));
}

#[tokio::test]
async fn a_missing_file_is_corruption() {
    let files = Files::new();
    let (store, _) = filled(&files, 12).await;
    let names = journal_files(files.dir.path());
    for missing in &names[1..names.len() - 1] {
        let copy = copy(files.dir.path());
        fs::remove_file(copy.path().join(missing)).unwrap();
        let opened = open_at(copy.path(), &files.clock).await;
        assert!(
            matches!(opened, Err(Error::Corrupt(_))),
            "without {missing}"
        );
    }
    drop(store);
}

#[tokio::test]
async fn a_closed_file_that_lost_its_end_is_corruption() {
    let files = Files::new();
    let (store, _) = filled(&files, 12).await;
    let copy = copy(files.dir.path());
    drop(store);
    let wal = copy.path().join("journal-000002.db-wal");
    let length = log_end(&wal);
    let file = fs::File::options().write(true).open(&wal).unwrap();
    file.set_len(length - 10).unwrap();
    let opened = open_at(copy.path(), &files.clock).await;
    assert!(matches!(opened, Err(Error::Corrupt(_))));
}
