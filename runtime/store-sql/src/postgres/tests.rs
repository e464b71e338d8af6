use async_trait::async_trait;
use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::contract::Subject;
use steploom_store::journal::{Append, Appended, Lsn};
use steploom_store::lease::{Lease, NodeId};
use steploom_store::{Error, Result, Store};
use steploom_types::{ExecutionId, Kind, ShardId};

use super::{Options, link, open, parse};

mod crash;
mod migration;
mod owners;
mod parts;

/// The throw-away server, which needs nothing of ours.
#[path = "../../../../tests/support/postgres.rs"]
mod cluster;

use cluster::Cluster;

/// Small, so that tests see many generations.
const GENERATION_BYTES: usize = 64 * 1024;

/// A few, so that tests see many partitions.
const PARTITION_ROWS: u64 = 8;

/// A database of its own, if there is a server to be had.
struct Database {
    url: Option<String>,
}

impl Database {
    fn new() -> Self {
        Self {
            url: Cluster::shared().map(Cluster::database),
        }
    }

    fn url(&self) -> &str {
        self.url.as_deref().expect("asked only where it is there")
    }

    async fn raw(&self) -> PgConnection {
        raw(self.url()).await
    }

    /// Runs statements and counts the rows that they changed.
    async fn run(&self, sql: &str) -> u64 {
        let mut connection = self.raw().await;
        let sql = AssertSqlSafe(sql.to_owned());
        let done = sqlx::raw_sql(sql).execute(&mut connection).await;
        done.unwrap().rows_affected()
    }
}

#[async_trait]
impl Subject for Database {
    fn is_there(&self) -> bool {
        self.url.is_some()
    }

    async fn open(&self) -> Result<Store> {
        open_at(self.url()).await
    }

    async fn let_leases_run_out(&self, _: &Store) -> Result<()> {
        self.run(
            "UPDATE shard SET lease_until = clock_timestamp() WHERE owner IS NOT NULL;
             UPDATE node SET announced_at = announced_at - interval '1 hour'",
        )
        .await;
        Ok(())
    }

    async fn flip_record(&self, shard: ShardId, lsn: Lsn) -> Result<()> {
        let (shard, lsn) = (shard.0, lsn.0);
        let flipped = self
            .run(&format!(
                "UPDATE journal_1 SET body = set_bit(body, 41, 1 - get_bit(body, 41))
                 WHERE shard = {shard} AND lsn = {lsn}"
            ))
            .await;
        assert_eq!(flipped, 1);
        Ok(())
    }

    async fn flip_chunk(&self, id: ExecutionId) -> Result<()> {
        let id = id.to_string().replace('-', "");
        let flipped = self
            .run(&format!(
                "UPDATE chunk_1 SET facts = set_bit(facts, 41, 1 - get_bit(facts, 41))
                 WHERE id = '\\x{id}'"
            ))
            .await;
        assert_eq!(flipped, 1);
        Ok(())
    }

    fn partition_rows(&self) -> u64 {
        PARTITION_ROWS
    }

    fn generation_bytes(&self) -> usize {
        GENERATION_BYTES
    }
}

steploom_store::contract!(Database::new());

async fn open_at(url: &str) -> Result<Store> {
    let options = Options {
        generation_bytes: GENERATION_BYTES,
        partition_rows: PARTITION_ROWS,
    };
    let opened = open(url, options).await;
    opened.map_err(|error| match error.kind {
        Kind::Corrupt => Error::Corrupt(error.to_string()),
        _ => Error::Unavailable(error.to_string()),
    })
}

/// A connection of one's own.
async fn raw(url: &str) -> PgConnection {
    link::connect(&parse(url).unwrap()).await.unwrap()
}

async fn acquire(store: &Store, shard: u16, node: &str) -> Lease {
    let node = NodeId(node.into());
    let lease = store.leases.acquire(ShardId(shard), &node).await.unwrap();
    lease.expect("it is to be had")
}

fn record(lease: Lease, lsn: u64, body: &str) -> Append {
    Append {
        shard: lease.shard,
        epoch: lease.epoch,
        lsn: Lsn(lsn),
        body: body.to_owned().into(),
    }
}

async fn append(store: &Store, lease: Lease, lsn: u64, body: &str) {
    let done = store.journal.append(&[record(lease, lsn, body)]).await;
    assert_eq!(done.unwrap(), [Appended::Done]);
}

async fn bodies(store: &Store, shard: u16) -> Vec<String> {
    /// How often it is asked again while the database is away, as an owner does.
    const AGAIN_MAX: usize = 5;
    let mut asked = 0;
    let records = loop {
        asked += 1;
        match store.journal.read(ShardId(shard), Lsn(1), usize::MAX).await {
            Err(Error::Unavailable(_)) if asked <= AGAIN_MAX => {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            records => break records.unwrap(),
        }
    };
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
    records.iter().map(|record| text(&record.body)).collect()
}
