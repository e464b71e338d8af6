//! The projection: open executions in one table, closed ones in partitions of time.
//!
//! A partition is a set of tables, made and dropped as a whole: no row of a closed execution, and
//! none of a chunk, is ever deleted one by one. Chunks and snapshots lie in the partition of their
//! execution's time from the beginning, so that nothing is moved when it ends. An execution that
//! ended before its first checkpoint is one row with its facts in it, and was never open to anybody.
//!
//! Numbers that everybody asks for (how many executions, how full a partition is) are kept a row a
//! shard and added up when they are read, so that checkpoints of different shards never wait for
//! each other. They hold one lock in common, shared: whoever changes the partitions takes it alone.

mod count;
mod list;
mod load;
mod parts;
mod read;
mod row;
mod table;
mod write;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::{
    Change, Chunk, Closed, Cursor, Filter, Loaded, Partition, Row, Snapshot, SnapshotAt, Status,
};
use steploom_store::{Error, Projection, Result};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};

use super::link::{Links, on};
use parts::{Map, Parts};
use read::Found;

/// Machines whose numbers are remembered; when there are more, the memory begins anew.
const MACHINES_MAX: usize = 10_000;

/// How often one looks again when the partitions have changed meanwhile.
const CHANGES_MAX: u32 = 8;

type Machines = HashMap<(AccountId, MachineName), i64>;

/// The projection's tables.
pub(super) struct Executions {
    /// For checkpoints only.
    writers: Arc<Links>,
    links: Arc<Links>,
    map: Map,
    machines: Mutex<Machines>,
}

impl Executions {
    /// A new partition begins after about `partition_rows` closed executions.
    pub(super) fn new(writers: Arc<Links>, links: Arc<Links>, partition_rows: u64) -> Self {
        Self {
            map: Map::new(links.clone(), partition_rows),
            writers,
            links,
            machines: Mutex::default(),
        }
    }

    /// The numbers of the machines that are changed, given to those that have none.
    async fn number(&self, changes: &[Change]) -> Result<Machines> {
        let mut numbers = Machines::new();
        let mut missing = Vec::new();
        {
            let known = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
            for change in changes {
                let machine = (change.row.account, change.row.machine.clone());
                match known.get(&machine) {
                    Some(n) => drop(numbers.insert(machine, *n)),
                    None if missing.contains(&machine) => {}
                    None => missing.push(machine),
                }
            }
        }
        if missing.is_empty() {
            return Ok(numbers);
        }
        let given = on!(self.links, |link| write::number(link, &missing))?;
        let mut known = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + given.len() > MACHINES_MAX {
            known.clear();
        }
        known.extend(given.iter().map(|(machine, n)| (machine.clone(), *n)));
        numbers.extend(given);
        Ok(numbers)
    }
}

/// Asks something of the partitions, again if they have changed meanwhile.
macro_rules! ask {
    ($self:ident, |$link:ident, $parts:ident| $work:expr) => {{
        for _ in 0..CHANGES_MAX {
            let parts = $self.map.known().await?;
            let $parts: &Parts = &parts;
            match on!($self.links, |$link| $work)? {
                Found::Yes(found) => return Ok(found),
                Found::Changed => $self.map.forget(parts.version),
            }
        }
        Err(Error::Unavailable(
            "the partitions change faster than they can be looked up".into(),
        ))
    }};
}

#[async_trait]
impl Projection for Executions {
    async fn checkpoint(
        &self,
        shard: ShardId,
        epoch: Epoch,
        upto: Lsn,
        changes: &[Change],
    ) -> Result<()> {
        let at = (shard, epoch, upto);
        if changes.is_empty() {
            return on!(self.writers, |link| write::fence(link, at));
        }
        let machines = self.number(changes).await?;
        for _ in 0..CHANGES_MAX {
            let parts = self.map.known().await?;
            let checkpoint = write::Checkpoint {
                at,
                changes,
                machines: &machines,
                parts: &parts,
            };
            match on!(self.writers, |link| checkpoint.write(link))? {
                write::Written::Done { newest_grew } => {
                    // The checkpoint is written, whatever comes of this: the next one tries again.
                    if newest_grew && let Err(error) = self.map.seal_if_full().await {
                        tracing::warn!(%error, "the newest partition goes on for now");
                    }
                    return Ok(());
                }
                write::Written::Changed => self.map.forget(parts.version),
                write::Written::Missing(times) => self.map.fill(&times).await?,
            }
        }
        Err(Error::Unavailable(
            "the partitions change faster than they can be looked up".into(),
        ))
    }

    async fn checkpointed(&self, shard: ShardId) -> Result<Lsn> {
        on!(self.links, |link| read::checkpointed(link, shard))
    }

    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        on!(self.links, |link| read::open(link, slots, after, limit))
    }

    async fn due(
        &self,
        slots: (u16, u16),
        after: Option<(Timestamp, ExecutionId)>,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>> {
        on!(self.links, |link| {
            read::due(link, slots, after, until, limit)
        })
    }

    async fn load(&self, ids: &[ExecutionId], bytes_max: usize) -> Result<Vec<Loaded>> {
        ask!(self, |link, parts| load::load(link, parts, ids, bytes_max))
    }

    async fn offers(
        &self,
        account: AccountId,
        activity: &Name,
        slots: (u16, u16),
        after: Option<(ExecutionId, u64)>,
        limit: u32,
    ) -> Result<Vec<(ExecutionId, u64)>> {
        on!(self.links, |link| {
            read::offers(link, (account, activity), slots, after, limit)
        })
    }

    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>> {
        ask!(self, |link, parts| read::find(link, parts, account, id))
    }

    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>> {
        ask!(self, |link, parts| {
            read::find_by_name(link, parts, (account, machine), name)
        })
    }

    async fn chunks(
        &self,
        id: ExecutionId,
        from_fact: u64,
        bytes_max: usize,
    ) -> Result<Vec<Chunk>> {
        ask!(self, |link, parts| {
            read::chunks(link, parts, id, from_fact, bytes_max)
        })
    }

    async fn snapshot(&self, id: ExecutionId, at: SnapshotAt) -> Result<Option<Snapshot>> {
        ask!(self, |link, parts| read::snapshot(link, parts, id, at))
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        for _ in 0..CHANGES_MAX {
            let listed = on!(self.links, |link| {
                list::list(link, account, filter, after, limit)
            })?;
            if let Found::Yes(rows) = listed {
                return Ok(rows);
            }
        }
        Err(Error::Unavailable(
            "the partitions go faster than they can be listed".into(),
        ))
    }

    async fn counts(
        &self,
        account: AccountId,
        machine: Option<&MachineName>,
    ) -> Result<Vec<(MachineName, Status, u64)>> {
        on!(self.links, |link| count::counts(link, account, machine))
    }

    async fn partitions(&self) -> Result<Vec<Partition>> {
        on!(self.links, |link| parts::all(link))
    }

    async fn read_partition(
        &self,
        partition: u64,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Closed>> {
        on!(self.links, |link| {
            read::partition(link, partition, after, limit)
        })
    }

    async fn drop_partition(&self, partition: u64, version: u64) -> Result<()> {
        self.map.drop_whole(partition, version).await
    }
}
