//! Two nodes on one database.

use steploom_store::journal::Epoch;

use super::*;

/// The one that was deposed writes nothing more, neither records nor checkpoints, whatever else is
/// in the batch; the one that deposed it goes on where it stood.
#[tokio::test]
async fn two_nodes_fence_one_another() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let (one, two) = (
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    );
    let (lost, kept) = (acquire(&one, 3, "one").await, acquire(&one, 5, "one").await);
    append(&one, lost, 1, "before").await;
    database.let_leases_run_out(&one).await.unwrap();
    let taken = acquire(&two, 3, "two").await;
    assert_eq!(taken.last_lsn, Lsn(1));
    let batch = [record(lost, 2, "late"), record(kept, 1, "on time")];
    let done = one.journal.append(&batch).await.unwrap();
    assert_eq!(done, [Appended::Fenced, Appended::Done]);
    append(&two, taken, 2, "after").await;
    for store in [&one, &two] {
        assert_eq!(bodies(store, 3).await, ["before", "after"]);
        assert_eq!(bodies(store, 5).await, ["on time"]);
    }
}

/// Of two that write the same record at the same time, one does.
#[tokio::test]
async fn of_two_that_write_at_once_one_does() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let (one, two) = (
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    );
    let mut leases = Vec::new();
    for shard in 0..8 {
        leases.push(acquire(&one, shard, "one").await);
    }
    for lsn in 1..=20 {
        let batch: Vec<_> = leases
            .iter()
            .map(|lease| record(*lease, lsn, "x"))
            .collect();
        // Whoever locks in another order than the other would wait for it for ever.
        let backwards: Vec<_> = batch.iter().rev().cloned().collect();
        let (first, second) =
            futures::future::join(one.journal.append(&batch), two.journal.append(&backwards)).await;
        let (first, mut second) = (first.unwrap(), second.unwrap());
        second.reverse();
        for (first, second) in first.iter().zip(&second) {
            assert_ne!(first, second, "exactly one of them");
        }
    }
    assert_eq!(bodies(&two, 7).await.len(), 20);
}

/// A node that goes on in a generation that another has left behind loses nothing.
#[tokio::test]
async fn a_node_that_is_behind_finds_the_newest_generation() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let (busy, idle) = (
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    );
    let (fast, slow) = (
        acquire(&busy, 1, "busy").await,
        acquire(&idle, 2, "idle").await,
    );
    append(&idle, slow, 1, "early").await;
    let body = "x".repeat(GENERATION_BYTES / 2);
    for lsn in 1..=5 {
        append(&busy, fast, lsn, &body).await;
    }
    append(&idle, slow, 2, "into the first").await;
    assert_eq!(bodies(&busy, 2).await, ["early", "into the first"]);
    idle.journal.trim(slow.shard, Lsn(2)).await.unwrap();
    for lsn in 6..=9 {
        append(&busy, fast, lsn, &body).await;
        busy.journal.trim(fast.shard, Lsn(lsn)).await.unwrap();
    }
    append(&idle, slow, 3, "into the newest").await;
    let left = idle.journal.read(slow.shard, Lsn(3), 9).await.unwrap();
    assert_eq!(left[0].body, "into the newest");
    let mut connection = database.raw().await;
    let tables: Vec<i64> = sqlx::query_scalar("SELECT n FROM journal_generation")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(!tables.contains(&1) && tables.len() < 3, "{tables:?}");
}

/// A lease that another node took in the meantime is not renewed, whatever is asked with it.
#[tokio::test]
async fn renewing_keeps_to_what_is_held() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let store = database.open().await.unwrap();
    let lease = acquire(&store, 1, "a").await;
    let node = NodeId("a".into());
    let asked = [
        (ShardId(1), lease.epoch),
        (ShardId(9), Epoch(1)),
        (ShardId(99), Epoch(0)),
    ];
    let lost = store.leases.renew(&node, &asked).await.unwrap();
    assert_eq!(lost, [ShardId(9), ShardId(99)]);
}

/// Who listens hears that a shard is given back, and nothing before that.
#[tokio::test]
async fn a_shard_that_is_given_back_is_heard_of() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let (one, two) = (
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    );
    let leases = two.leases.clone();
    let hint = tokio::spawn(async move { leases.released().await });
    // Whoever listens late hears of the next.
    for n in 0.. {
        let lease = acquire(&one, 3, "one").await;
        one.leases.release(lease.shard, lease.epoch).await.unwrap();
        if hint.is_finished() {
            break;
        }
        assert!(n < 10_000, "nothing is heard");
        tokio::task::yield_now().await;
    }
    hint.await.unwrap().unwrap();
}
