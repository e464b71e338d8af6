use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_store::projection::{Chunk, Projection, Sleep, Status};
use steploom_types::{Digest, Slot, Timestamp};

use super::*;

const ACCOUNT: AccountId = AccountId::LOCAL;

/// A closed execution; the number is its place in time.
fn change(n: u64, name: &str) -> Change {
    let at = Timestamp::from_millis(1_800_000_000_000).plus_millis(n * 1_000);
    let row = Row {
        account: ACCOUNT,
        id: ExecutionId::new(Slot(n as u16), at, n),
        name: name.parse().unwrap(),
        machine: "m".parse().unwrap(),
        machine_version: 1,
        definition: Digest::of(b"{}"),
        status: Status::Succeeded,
        started_at: at,
        ended_at: Some(at),
        input: Bytes::new(),
        output: None,
        error: None,
        cause: None,
        tags: BTreeMap::default(),
        redrives: 0,
        redriven_at: None,
        part_of: None,
        priority: 0,
    };
    Change {
        row,
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

/// Whether there is an execution of this name.
async fn has(executions: &Executions, name: &str) -> bool {
    let (machine, name) = ("m".parse().unwrap(), name.parse().unwrap());
    let found = executions.find_by_name(ACCOUNT, &machine, &name).await;
    found.unwrap().is_some()
}

/// Partitions whose files would be asked for this name.
fn asked(executions: &Executions, name: &str) -> usize {
    let hashed = Hashed::of(ACCOUNT.as_u64(), "m", name);
    let all = executions.parts.all();
    all.iter().filter(|part| part.may_have(hashed)).count()
}

#[tokio::test]
async fn a_name_that_is_nowhere_is_not_looked_up_in_full_partitions() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Arc::new(Folder::open(dir.path()).await.unwrap());
    let executions = Executions::open(folder, 4).await.unwrap();
    let write = async |upto, changes: &[Change]| {
        let to = executions.checkpoint(ShardId(1), Epoch(1), Lsn(upto), changes);
        to.await.unwrap();
    };
    for n in 0..41 {
        write(n + 1, &[change(n * 2, &format!("n{n}"))]).await;
    }
    let parts = executions.parts.all().len();
    assert!(parts > 8, "{parts}");
    assert!(!has(&executions, "absent").await);
    // Filters are made beside; the newest partition has none.
    while asked(&executions, "absent") > 1 {
        tokio::task::yield_now().await;
    }
    assert!(!has(&executions, "absent").await);
    for n in 0..41 {
        assert!(has(&executions, &format!("n{n}")).await, "{n}");
    }
    // One that began long ago ends now.
    write(50, &[change(5, "late")]).await;
    assert!(has(&executions, "late").await);
    assert!(asked(&executions, "late") <= 3);
}
