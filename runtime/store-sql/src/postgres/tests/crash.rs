//! The database is killed while it is written to, and comes back.

use super::*;

/// Times that the server is killed.
const KILLS: usize = 3;

/// Records that are written before each of them.
const RECORDS: u64 = 40;

/// Nothing that was acknowledged is lost, and what was not is there whole or not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_database_loses_nothing_that_was_acknowledged() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.database();
    let store = open_at(&url).await.unwrap();
    let mut acknowledged = 0;
    for _ in 0..KILLS {
        let lease = acquire(&store, 3, "a").await;
        assert!(lease.last_lsn.0 >= acknowledged, "{acknowledged} were");
        let first = lease.last_lsn.0 + 1;
        let writer = tokio::spawn(write_until_it_fails(store.clone(), lease, first));
        // It is killed in the middle of a commit, wherever that is.
        let enough = first + RECORDS;
        wait_for(&store, enough).await;
        cluster.kill();
        acknowledged = writer.await.unwrap();
        assert!(acknowledged >= enough, "{acknowledged} of {enough}");
        let away = store.leases.shards().await;
        assert!(matches!(away, Err(Error::Unavailable(_))), "{away:?}");
        cluster.up();
        // The first request after that succeeds, without anything being opened again.
        let shards = store.leases.shards().await.unwrap();
        let shard = shards.iter().find(|shard| shard.id == ShardId(3)).unwrap();
        assert!(shard.last_lsn.0 >= acknowledged);
    }
    let bodies = bodies(&store, 3).await;
    for (body, lsn) in bodies.iter().zip(1_u64..) {
        assert_eq!(*body, lsn.to_string());
    }
    assert!(bodies.len() as u64 >= acknowledged);
}

/// Appends one record after the other, and gives the last that was acknowledged.
async fn write_until_it_fails(store: Store, lease: Lease, first: u64) -> u64 {
    for lsn in first.. {
        let body = lsn.to_string();
        match store.journal.append(&[record(lease, lsn, &body)]).await {
            Ok(done) => assert_eq!(done, [Appended::Done]),
            Err(error) => {
                assert!(matches!(error, Error::Unavailable(_)), "{error}");
                return lsn - 1;
            }
        }
    }
    unreachable!("there is always another number")
}

/// Returns once the shard's log has come so far.
async fn wait_for(store: &Store, lsn: u64) {
    loop {
        let shards = store.leases.shards().await.unwrap();
        let shard = shards.iter().find(|shard| shard.id == ShardId(3)).unwrap();
        if shard.last_lsn.0 >= lsn {
            return;
        }
        tokio::task::yield_now().await;
    }
}
