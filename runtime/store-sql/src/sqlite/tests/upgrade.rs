//! Folders that earlier releases wrote, and those that a crash left between two files.

use std::fs;

use sqlx::migrate::Migrator;
use steploom_store::journal::Epoch;
use steploom_store::projection::{Change, Chunk, Filter, Row, Sleep, Status};
use steploom_types::{AccountId, Digest, ExecutionId, Slot, Timestamp};

use super::*;

/// A closed execution, of which a whole name or none is stored.
pub(super) fn row(n: u64, name: Option<&str>) -> Row {
    let at = Timestamp::from_millis(1_800_000_000_000).plus_millis(n * 1_000);
    let id = ExecutionId::new(Slot((n * 7_919) as u16), at, n);
    let name = name.map_or_else(|| id.to_string(), ToOwned::to_owned);
    Row {
        account: AccountId::LOCAL,
        id,
        name: name.parse().unwrap(),
        machine: "m".parse().unwrap(),
        machine_version: 1,
        definition: Digest::of(b"{}"),
        status: Status::Succeeded,
        started_at: at,
        ended_at: Some(at.plus_millis(5)),
        input: Bytes::from_static(b"1"),
        output: Some(Bytes::from_static(b"2")),
        error: None,
        cause: None,
        tags: std::collections::BTreeMap::default(),
        redrives: 0,
        redriven_at: None,
        part_of: None,
        priority: 0,
    }
}

pub(super) fn change(n: u64) -> Change {
    Change {
        row: row(n, None),
        chunk: Chunk {
            first_fact: 0,
            first_event: 1,
            facts: Bytes::from_static(b"facts"),
        },
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    }
}

fn running(row: Row) -> Row {
    Row {
        status: Status::Running,
        ended_at: None,
        output: None,
        ..row
    }
}

/// The projection as 0.1 wrote it: 25 closed executions, the odd ones with two chunks, and two open
/// ones.
async fn write_0_1(dir: &Path) {
    static ALL: Migrator = sqlx::migrate!("migrations/projection");
    let first = ALL.migrations[..1].to_vec();
    let migrator = Migrator {
        migrations: first.into(),
        ..Migrator::DEFAULT
    };
    let mut file = raw(&dir.join("projection.db")).await;
    migrator.run(&mut file).await.unwrap();
    for sql in [
        "INSERT INTO machine (n, account, name) VALUES (7, 0, 'm')",
        "INSERT INTO checkpoint (shard, epoch, lsn) VALUES (1, 1, 1)",
    ] {
        sqlx::query(sql).execute(&mut file).await.unwrap();
    }
    for n in 0..27 {
        let name = (n % 3 == 0).then(|| format!("name-{n}"));
        let row = row(n, name.as_deref());
        let (is_open, is_whole) = (n >= 25, n % 2 == 0 && n < 25);
        let row = if is_open { running(row) } else { row };
        sqlx::query(
            "INSERT INTO execution (id, machine, machine_version, name, definition, status,
             started_at, ended_at, input, output, first_event, facts)
             VALUES (?, 7, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(row.id.to_bytes().to_vec())
        .bind(name)
        .bind(row.definition.as_bytes().to_vec())
        .bind(i64::from(row.status.code()))
        .bind(row.started_at.as_millis())
        .bind(row.ended_at.map(Timestamp::as_millis))
        .bind(row.input.to_vec())
        .bind(row.output.as_deref())
        .bind(is_whole.then_some(1_i64))
        .bind(is_whole.then(|| b"facts".to_vec()))
        .execute(&mut file)
        .await
        .unwrap();
        for (event, lsn, facts) in [(1, 1, "fa"), (4, 2, "c"), (4, 3, "ts")] {
            if !is_whole {
                sqlx::query("INSERT INTO chunk (id, first_event, lsn, facts) VALUES (?, ?, ?, ?)")
                    .bind(row.id.to_bytes().to_vec())
                    .bind(event)
                    .bind(lsn)
                    .bind(facts.as_bytes().to_vec())
                    .execute(&mut file)
                    .await
                    .unwrap();
            }
        }
        if is_open {
            sqlx::query("INSERT INTO open_execution (id) VALUES (?)")
                .bind(row.id.to_bytes().to_vec())
                .execute(&mut file)
                .await
                .unwrap();
        }
    }
    file.close().await.unwrap();
}

#[tokio::test]
async fn a_folder_of_0_1_is_moved_to_partitions() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "facts").await;
    let files = files.left_behind();
    for name in ["projection.db", "projection.db-wal"] {
        let _ = fs::remove_file(files.dir.path().join(name));
    }
    write_0_1(files.dir.path()).await;
    for _ in 0..2 {
        let store = files.open().await.unwrap();
        let projection = &store.projection;
        for n in 0..27 {
            let name = (n % 3 == 0).then(|| format!("name-{n}"));
            let row = row(n, name.as_deref());
            let row = if n >= 25 { running(row) } else { row };
            let found = projection.find(AccountId::LOCAL, row.id).await.unwrap();
            assert_eq!(found.as_ref(), Some(&row));
            let chunks = projection.chunks(row.id, 0, usize::MAX).await.unwrap();
            assert_eq!((chunks.len(), chunks[0].first_fact), (1, 0));
            assert_eq!(chunks[0].facts, "facts");
            let found = projection.find_by_name(row.account, &row.machine, &row.name);
            assert_eq!(found.await.unwrap(), Some(row));
        }
        let open = projection.open((0, u16::MAX), None, 99).await.unwrap();
        assert_eq!(open.len(), 2);
        let filter = Filter::default();
        let all = projection.list(AccountId::LOCAL, &filter, None, 99);
        assert_eq!(all.await.unwrap().len(), 27);
        let partitions = projection.partitions().await.unwrap();
        assert_eq!(partitions.iter().map(|p| p.rows).sum::<u64>(), 25);
        assert_eq!(projection.checkpointed(ShardId(1)).await.unwrap(), Lsn(1));
    }
}

/// The partition is on the disk, the file of open executions is as it was before.
#[tokio::test]
async fn a_crash_between_the_two_files_changes_nothing() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let lease = acquire(&store, 1).await;
    for lsn in 1..=3 {
        append(&store, lease, lsn, "facts").await;
    }
    let write = async |store: &Store, upto, changes: &[Change]| {
        let projection = &store.projection;
        let written = projection.checkpoint(lease.shard, Epoch(lease.epoch.0), Lsn(upto), changes);
        written.await.unwrap();
    };
    let first = Change {
        row: running(row(1, None)),
        ..change(1)
    };
    write(&store, 1, &[first.clone(), change(3)]).await;
    let before = copy(files.dir.path());
    let mut last = change(1);
    last.chunk.first_fact = 5;
    let second = [last, change(2)];
    write(&store, 2, &second).await;
    let files = files.left_behind();
    for name in ["projection.db", "projection.db-wal"] {
        fs::copy(before.path().join(name), files.dir.path().join(name)).unwrap();
    }
    let store = files.open().await.unwrap();
    let projection = &store.projection;
    let id = first.row.id;
    assert_eq!(
        projection.find(AccountId::LOCAL, id).await.unwrap(),
        Some(first.row)
    );
    assert_eq!(projection.chunks(id, 0, 999).await.unwrap().len(), 1);
    let all = async || {
        let filter = Filter::default();
        let all = projection.list(AccountId::LOCAL, &filter, None, 9);
        all.await.unwrap()
    };
    assert_eq!(all().await.len(), 3);
    for _ in 0..2 {
        write(&store, 2, &second).await;
        let chunks = projection.chunks(id, 0, 999).await.unwrap();
        let facts: Vec<_> = chunks
            .iter()
            .map(|c| (c.first_fact, &c.facts[..]))
            .collect();
        assert_eq!(facts, [(0, &b"facts"[..]), (5, b"facts")]);
        assert_eq!(all().await.len(), 3);
        let counts = projection.counts(AccountId::LOCAL, None).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|(_, status, n)| (*status, *n)).collect();
        assert_eq!(counts, [(Status::Succeeded, 3)]);
    }
}

/// Files of partitions that are not named anywhere are removed, with what is beside them.
#[tokio::test]
async fn a_partition_that_is_not_known_is_removed() {
    let files = Files::new();
    drop(files.open().await.unwrap());
    for name in [
        "closed-000001.db",
        "closed-000001.db-wal",
        "closed-000009.db-wal",
    ] {
        fs::write(files.dir.path().join(name), "left over").unwrap();
    }
    drop(files.open().await.unwrap());
    let names = fs::read_dir(files.dir.path()).unwrap();
    let names: Vec<_> = names
        .map(|n| n.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        names.iter().all(|name| !name.starts_with("closed-")),
        "{names:?}"
    );
}
