//! How fast the projection takes and finds executions, with few and with many closed ones in it:
//!
//! ```text
//! cargo run --release -p steploom-store-sql --example projection -- 5000000
//! ```
//!
//! One-step executions are written by checkpoints of 5,000, of 16 shards in turn. Each line has the
//! rate since the line before.

use std::time::Instant;

use bytes::Bytes;
use steploom_store::journal::{Append, Lsn};
use steploom_store::lease::{Lease, NodeId};
use steploom_store::projection::{Change, Chunk, Filter, Row, Sleep, Status};
use steploom_store::{Result, Store};
use steploom_types::{AccountId, Digest, ExecutionId, ShardId, Slot, Timestamp};

const CHECKPOINT: u64 = 5_000;

/// Executions between two lines.
const LINE: u64 = 250_000;

/// A billion a day.
const PER_SECOND: u64 = 11_574;

#[tokio::main]
async fn main() -> Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let count: u64 = count.unwrap_or(5_000_000);
    let dir = std::env::args()
        .nth(2)
        .unwrap_or_else(|| "target/projection".into());
    let _ = std::fs::remove_dir_all(&dir);
    let opened = steploom_store_sql::sqlite::open(dir.as_ref()).await;
    let store = opened.unwrap_or_else(|error| panic!("{dir}: {error}"));
    let (mut leases, node) = (Vec::new(), NodeId("a".into()));
    for shard in 0..16 {
        let lease = store.leases.acquire(ShardId(shard), &node).await?;
        leases.push((lease.expect("it is new"), Lsn(0)));
    }
    let (mut written, mut begin, mut cpu) = (0, Instant::now(), cpu_seconds());
    while written < count {
        let shard = (written / CHECKPOINT % 16) as usize;
        checkpoint(&store, &mut leases[shard], written).await?;
        written += CHECKPOINT;
        if written % LINE == 0 {
            let (took, used) = (begin.elapsed().as_secs_f64(), cpu_seconds() - cpu);
            println!(
                "{written:>9} executions: {:>7.0}/s, {:>5.1} us of CPU each",
                LINE as f64 / took,
                used * 1e6 / LINE as f64
            );
            (begin, cpu) = (Instant::now(), cpu_seconds());
        }
    }
    find(&store, count).await?;
    let bytes: u64 = std::fs::read_dir(&dir).map_or(0, |files| {
        files
            .flatten()
            .filter_map(|file| Some(file.metadata().ok()?.len()))
            .sum()
    });
    println!("{} bytes an execution on the disk", bytes / count);
    Ok(())
}

async fn checkpoint(store: &Store, lease: &mut (Lease, Lsn), from: u64) -> Result<()> {
    let (lease, lsn) = lease;
    *lsn = lsn.next();
    let record = Append {
        shard: lease.shard,
        epoch: lease.epoch,
        lsn: *lsn,
        body: Bytes::from_static(b"x"),
    };
    store.journal.append(&[record]).await?;
    let changes: Vec<_> = (from..from + CHECKPOINT)
        .map(|n| change(lease.shard, n))
        .collect();
    let projection = &store.projection;
    projection
        .checkpoint(lease.shard, lease.epoch, *lsn, &changes)
        .await?;
    store.journal.trim(lease.shard, *lsn).await
}

/// A finished execution of one step. One in ten has a name, one in fifty has failed, one in a
/// hundred has a tag.
fn change(shard: ShardId, n: u64) -> Change {
    let random = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let at = Timestamp::from_millis(1_800_000_000_000).plus_millis(n * 1_000 / PER_SECOND);
    let slot = Slot(shard.0 * 4_096 + (random >> 52) as u16);
    let id = ExecutionId::new(slot, at, random);
    let name = if n.is_multiple_of(10) {
        format!("order-{random:016x}")
    } else {
        id.to_string()
    };
    let failed = n % 50 == 7;
    Change {
        row: Row {
            account: AccountId::LOCAL,
            id,
            name: name.parse().expect("a valid name"),
            machine: format!("machine-{}", n % 4).parse().expect("a valid name"),
            machine_version: 1,
            definition: Digest::of(b"{}"),
            status: if failed {
                Status::Failed
            } else {
                Status::Succeeded
            },
            started_at: at,
            ended_at: Some(at.plus_millis(20)),
            input: Bytes::from(format!("{{\"order\":{random}}}")),
            output: (!failed).then(|| Bytes::from(format!("{{\"order\":{random},\"ok\":true}}"))),
            error: failed.then(|| "Payment.Refused".into()),
            cause: failed.then(|| "the card has expired".into()),
            tags: (n % 100 == 3)
                .then(|| ("tier".to_owned(), "gold".to_owned()))
                .into_iter()
                .collect(),
            redrives: 0,
            redriven_at: None,
            part_of: None,
            priority: 0,
        },
        chunk: Chunk {
            first_fact: 0,
            first_event: 1,
            facts: vec![n as u8; 360].into(),
        },
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    }
}

/// What finding something costs then.
async fn find(store: &Store, count: u64) -> Result<()> {
    let projection = &store.projection;
    let account = AccountId::LOCAL;
    let all = Filter::default();
    let middle = change(ShardId(3), count / 2 / CHECKPOINT * CHECKPOINT).row;
    let machine = || Some("machine-1".parse().expect("a valid name"));
    let filters = [
        ("newest of all", all.clone()),
        (
            "newest failed of a machine",
            Filter {
                machine: machine(),
                status: Some(Status::Failed),
                ..all.clone()
            },
        ),
        (
            "from the middle on",
            Filter {
                started_to: Some(middle.started_at),
                ..all.clone()
            },
        ),
        (
            "with a tag",
            Filter {
                tag: Some(("tier".into(), "gold".into())),
                ..all.clone()
            },
        ),
        (
            "with an error",
            Filter {
                error: Some("Payment.Refused".into()),
                ..all.clone()
            },
        ),
        (
            "with a rare prefix",
            Filter {
                name_prefix: Some("order-00001".into()),
                ..all.clone()
            },
        ),
        (
            "with a common prefix",
            Filter {
                name_prefix: Some("order-".into()),
                ..all.clone()
            },
        ),
    ];
    for _ in 0..2 {
        for (what, filter) in &filters {
            let begin = Instant::now();
            let found = projection.list(account, filter, None, 100).await?.len();
            println!("{what}: {found} in {:.1} ms", millis(begin));
        }
        let begin = Instant::now();
        let counts = projection.counts(account, None).await?.len();
        println!("counts: {counts} in {:.1} ms", millis(begin));
        let begin = Instant::now();
        for n in 0..1_000 {
            let n = n * (count / 1_000);
            let shard = ShardId((n / CHECKPOINT % 16) as u16);
            assert!(
                projection
                    .find(account, change(shard, n).row.id)
                    .await?
                    .is_some()
            );
        }
        println!("by id: {:.2} ms each", millis(begin) / 1_000.0);
        let begin = Instant::now();
        for n in 0..1_000 {
            let n = n * (count / 1_000) / 10 * 10;
            let row = change(ShardId((n / CHECKPOINT % 16) as u16), n).row;
            let found = projection
                .find_by_name(account, &row.machine, &row.name)
                .await?;
            assert!(found.is_some());
        }
        println!("by name: {:.2} ms each", millis(begin) / 1_000.0);
        let (begin, machine) = (Instant::now(), machine().expect("it is given"));
        for n in 0..1_000 {
            let name = format!("absent-{n}").parse().expect("a valid name");
            assert!(
                projection
                    .find_by_name(account, &machine, &name)
                    .await?
                    .is_none()
            );
        }
        println!("an absent name: {:.2} ms each", millis(begin) / 1_000.0);
    }
    Ok(())
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Of this process, all threads; 0 where there is no such account.
fn cpu_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS_PER_SECOND
}
