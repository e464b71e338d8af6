//! What is there after the process was killed, or after the disk has lied.

use std::fs;

use steploom_store::catalog::Put;
use steploom_store::journal::Epoch;
use steploom_types::{AccountId, Digest, Timestamp};

use super::super::folder::Folder;
use super::super::journal::Log;
use super::*;

#[tokio::test]
async fn everything_acknowledged_outlives_a_kill() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    for n in 1..=24_u64 {
        append(&store, lease, n, vec![n as u8; GENERATION_BYTES / 5]).await;
        let definition = format!("{{\"n\": {n}}}");
        let name = format!("m{n}").parse().unwrap();
        let at = Timestamp::from_millis(1);
        let catalog = &store.catalog;
        let made = catalog.put_machine(AccountId::LOCAL, &name, &definition, at, Put::Create);
        made.await.unwrap();
        let projection = &store.projection;
        let written = projection.checkpoint(lease.shard, lease.epoch, Lsn(n), &[]);
        written.await.unwrap();
        if n > 8 {
            let journal = &store.journal;
            journal.trim(lease.shard, Lsn(n - 8)).await.unwrap();
        }
        let killed = copy(files.dir.path());
        let store = open_at(killed.path(), &files.clock).await.unwrap();
        let from = n.saturating_sub(7).max(1);
        let expected: Vec<_> = (from..=n).collect();
        assert_eq!(lsns(&store, 1, from).await.unwrap(), expected);
        let next = acquire(&store, 1).await;
        assert_eq!((next.epoch, next.last_lsn), (Epoch(2), Lsn(n)));
        let projection = &store.projection;
        assert_eq!(projection.checkpointed(lease.shard).await.unwrap(), Lsn(n));
        let digest = Digest::of(definition.as_bytes());
        let kept = store.catalog.definition(digest).await.unwrap();
        assert_eq!(kept, Some(definition));
    }
}

/// A commit that made its file longer would be two writes.
#[tokio::test]
async fn commits_find_their_place_in_the_log() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "one").await;
    let wal = files.dir.path().join("journal-000001.db-wal");
    let length = fs::metadata(&wal).unwrap().len();
    for n in 2..=20 {
        append(&store, lease, n, "more").await;
    }
    assert_eq!(fs::metadata(&wal).unwrap().len(), length);
    assert!(log_end(&wal) < length);
}

#[tokio::test]
async fn a_torn_last_commit_takes_nothing_else_with_it() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "one").await;
    append(&store, lease, 2, "two").await;
    let wal = "journal-000001.db-wal";
    let acknowledged = log_end(&files.dir.path().join(wal));
    append(&store, lease, 3, vec![3; 9_000]).await;
    let whole = log_end(&files.dir.path().join(wal));
    let killed = copy(files.dir.path());
    for length in [
        acknowledged,
        acknowledged + 1,
        u64::midpoint(acknowledged, whole),
        whole - 1,
    ] {
        let torn = copy(killed.path());
        let file = fs::File::options().write(true).open(torn.path().join(wal));
        file.unwrap().set_len(length).unwrap();
        let store = open_at(torn.path(), &files.clock).await.unwrap();
        assert_eq!(lsns(&store, 1, 1).await.unwrap(), [1, 2]);
    }
}

#[tokio::test]
async fn a_journal_behind_its_projection_is_corruption() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "one").await;
    let early = copy(files.dir.path());
    append(&store, lease, 2, "two").await;
    let projection = &store.projection;
    let written = projection.checkpoint(lease.shard, lease.epoch, Lsn(2), &[]);
    written.await.unwrap();
    let late = copy(files.dir.path());
    for name in ["journal-000001.db", "journal-000001.db-wal"] {
        fs::copy(early.path().join(name), late.path().join(name)).unwrap();
    }
    let opened = open_at(late.path(), &files.clock).await;
    assert!(matches!(opened, Err(Error::Corrupt(_))));
}

/// A bit that flips anywhere in a file of the journal is found, or it changes nothing that is read. `STEPLOOM_FLIPS`
/// says how many.
#[tokio::test]
async fn no_flipped_bit_changes_a_record() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let (a, b) = (acquire(&store, 1).await, acquire(&store, 2).await);
    for n in 1..=10 {
        append(&store, a, n, vec![n as u8; 100 * n as usize]).await;
        append(&store, b, n, format!("record {n}")).await;
    }
    drop(store);
    let name = "journal-000001.db";
    let mut file = raw(&files.dir.path().join(name)).await;
    let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
    emptied.execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    let good = fs::read(files.dir.path().join(name)).unwrap();
    let expected = bodies(files.dir.path()).await.unwrap();
    let mut found = 0;
    let wanted = std::env::var("STEPLOOM_FLIPS").ok();
    let flips = wanted.map_or(150, |number| {
        number.parse().expect("STEPLOOM_FLIPS is a number")
    });
    for (n, at) in (0..good.len()).step_by(good.len() / flips).enumerate() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (n % 8);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), bad).unwrap();
        match bodies(dir.path()).await {
            Ok(bodies) => assert_eq!(bodies, expected, "bit {} of byte {at}", n % 8),
            Err(_) => found += 1,
        }
    }
    assert!(found > 20, "only {found} flipped bits were found");
}

async fn bodies(dir: &Path) -> Result<Vec<Vec<u8>>> {
    let folder = std::sync::Arc::new(Folder::open(dir).await.unwrap());
    let mut log = Log::open(folder, ON_DEMAND).await?;
    let mut bodies = Vec::new();
    for shard in [1, 2] {
        let records = log.read(ShardId(shard), Lsn(1), usize::MAX).await?;
        bodies.extend(records.into_iter().map(|record| record.body.to_vec()));
    }
    Ok(bodies)
}
