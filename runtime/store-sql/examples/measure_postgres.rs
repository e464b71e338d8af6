//! What the store on Postgres does in a second, by itself: commits of the journal over 1 and 16
//! shards, and checkpoints of executions of one step.
//!
//! ```text
//! cargo run --release -p steploom-store-sql --example measure_postgres
//! cargo run --release -p steploom-store-sql --example measure_postgres -- postgres://...
//! ```
//!
//! Without a URL it starts a throw-away server on this computer's temporary folder. The database must
//! be empty: what is written there stays.

#[path = "../../../tests/support/postgres.rs"]
#[expect(dead_code, reason = "tests use the rest")]
mod cluster;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use steploom_store::Store;
use steploom_store::journal::{Append, Appended, Lsn};
use steploom_store::lease::{Lease, NodeId};
use steploom_store::projection::{Change, Chunk, Row, Sleep, Status};
use steploom_store_sql::postgres::{self, Options};
use steploom_types::{AccountId, Digest, ExecutionId, ShardId, Slot, Timestamp};

/// Bytes of a fact, as the worker writes one for a step.
const FACT_BYTES: usize = 200;

/// How long each row is measured.
const SECONDS: Duration = Duration::from_secs(8);

/// Commits after which every shard trims, as after a checkpoint.
const TRIM_EVERY: u64 = 200;

/// Executions in a checkpoint of one shard, and checkpoints that are under way at the same time.
const CHECKPOINT_ROWS: usize = 400;
const CHECKPOINTS: u16 = 4;

#[tokio::main]
async fn main() {
    let server;
    let url = if let Some(url) = std::env::args().nth(1) {
        url
    } else {
        server = cluster::Cluster::start().expect("there is Postgres on this computer");
        server.database()
    };
    let store = postgres::open(&url, Options::default()).await;
    let store = store.unwrap_or_else(|error| panic!("{error}"));
    println!("fdatasync of 8 KiB: p50 {:.2} ms", fdatasync_ms());
    println!("| shards | facts a record | commits/s | facts/s | p50 ms | p99 ms |");
    println!("|--:|--:|--:|--:|--:|--:|");
    let node = NodeId("measure".into());
    let mut leases = Vec::new();
    for shard in 0..16 {
        let lease = store.leases.acquire(ShardId(shard), &node).await;
        leases.push(lease.expect("it answers").expect("nobody has it"));
    }
    for (shards, facts) in [
        (1, 1),
        (1, 100),
        (1, 1_000),
        (16, 1),
        (16, 10),
        (16, 100),
        (16, 1_000),
    ] {
        append(&store, &mut leases[..shards], facts).await;
    }
    println!("| checkpoints at once | rows each | executions/s | first half | second half |");
    println!("|--:|--:|--:|--:|--:|");
    checkpoint(&store, &leases).await;
}

/// One committer, as a process has: the next commit begins when the last one is durable.
async fn append(store: &Store, leases: &mut [Lease], facts: usize) {
    let body = Bytes::from(vec![7; facts * FACT_BYTES]);
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < SECONDS {
        let record = |lease: &Lease| Append {
            shard: lease.shard,
            epoch: lease.epoch,
            lsn: lease.last_lsn.next(),
            body: body.clone(),
        };
        let batch: Vec<_> = leases.iter().map(record).collect();
        let sent = Instant::now();
        let done = store.journal.append(&batch).await.expect("it is durable");
        times.push(sent.elapsed());
        assert!(done.iter().all(|done| *done == Appended::Done));
        for lease in &mut *leases {
            lease.last_lsn = lease.last_lsn.next();
        }
        if (times.len() as u64).is_multiple_of(TRIM_EVERY) {
            for lease in &*leases {
                let trimmed = store.journal.trim(lease.shard, lease.last_lsn).await;
                trimmed.expect("it answers");
            }
        }
    }
    let commits = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1_000.0;
    println!(
        "| {} | {facts} | {commits:.0} | {:.0} | {:.2} | {:.2} |",
        leases.len(),
        commits * (leases.len() * facts) as f64,
        at(0.5),
        at(0.99),
    );
}

/// Executions that ended before their first checkpoint, of several shards at the same time.
async fn checkpoint(store: &Store, leases: &[Lease]) {
    let half = || async {
        let begun = Instant::now();
        let tasks: Vec<_> = leases[..usize::from(CHECKPOINTS)]
            .iter()
            .map(|lease| tokio::spawn(checkpoint_shard(store.clone(), *lease)))
            .collect();
        let mut rows = 0;
        for task in tasks {
            rows += task.await.expect("it does not panic");
        }
        rows as f64 / begun.elapsed().as_secs_f64()
    };
    let (first, second) = (half().await, half().await);
    println!(
        "| {CHECKPOINTS} | {CHECKPOINT_ROWS} | {:.0} | {first:.0} | {second:.0} |",
        f64::midpoint(first, second)
    );
}

async fn checkpoint_shard(store: Store, lease: Lease) -> usize {
    let projection = &store.projection;
    let mut upto = projection
        .checkpointed(lease.shard)
        .await
        .expect("it answers");
    let begun = Instant::now();
    let mut rows = 0;
    while begun.elapsed() < SECONDS {
        let changes: Vec<_> = (0..CHECKPOINT_ROWS)
            .map(|n| execution(lease.shard, upto.0 * 1_000 + n as u64))
            .collect();
        upto = Lsn(upto.0 + 1);
        let done = projection.checkpoint(lease.shard, lease.epoch, upto, &changes);
        done.await.expect("it is durable");
        rows += changes.len();
    }
    rows
}

/// The `n`-th execution of a shard, of one step: about what a worker writes of one.
fn execution(shard: ShardId, n: u64) -> Change {
    let chance = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let started_at = Timestamp::from_millis(1_800_000_000_000 + n as i64 / 50);
    let slot = shard.0 * 4_096 + (chance >> 52) as u16;
    let id = ExecutionId::new(Slot(slot), started_at, chance);
    Change {
        row: Row {
            account: AccountId::from_u64(0).expect("a small number"),
            id,
            name: id.to_string().parse().expect("an id is a name"),
            machine: "bench".parse().expect("a name"),
            machine_version: 1,
            definition: Digest::of(b"{}"),
            status: Status::Succeeded,
            started_at,
            ended_at: Some(started_at.plus_millis(12)),
            input: Bytes::from(vec![b'i'; 40]),
            output: Some(Bytes::from(vec![b'o'; 60])),
            error: None,
            cause: None,
            tags: BTreeMap::new(),
            redrives: 0,
            redriven_at: None,
            part_of: None,
            priority: 0,
        },
        chunk: Chunk {
            first_fact: 0,
            first_event: 1,
            facts: Bytes::from(vec![7; 2 * FACT_BYTES]),
        },
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    }
}

/// What it takes this computer's temporary folder to keep a page, at the least.
fn fdatasync_ms() -> f64 {
    let path = std::env::temp_dir().join(format!("steploom-fdatasync-{}", std::process::id()));
    let mut file = File::create(&path).expect("the folder can be written");
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 8_192]).expect("there is room");
        file.sync_data().expect("there is room");
        times.push(begun.elapsed());
    }
    std::fs::remove_file(&path).expect("it is ours");
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}
