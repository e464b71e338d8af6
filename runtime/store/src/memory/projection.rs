//! The projection in memory.

mod execution;
mod parts;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};

use super::{Memory, lock};
use crate::journal::{Epoch, Lsn};
use crate::projection::{
    Change, Chunk, Closed, Cursor, Filter, Loaded, Partition, Row, Sleep, Snapshot, SnapshotAt,
    Status,
};
use crate::{Error, Projection, Result};

use execution::Execution;
use parts::Parts;

/// Every execution, and up to where each shard's journal is in here.
pub(super) struct Executions {
    by_id: BTreeMap<ExecutionId, Execution>,
    checkpoints: BTreeMap<ShardId, (Epoch, Lsn)>,
    parts: Parts,
}

impl Executions {
    /// None yet; a new partition begins after `partition_rows` executions.
    pub(super) fn new(partition_rows: u64) -> Self {
        Self {
            by_id: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            parts: Parts::new(partition_rows),
        }
    }

    pub(super) fn flip_chunk(&mut self, id: ExecutionId) -> bool {
        self.by_id.get_mut(&id).is_some_and(Execution::flip_chunk)
    }

    fn write(&mut self, change: &Change) {
        let id = change.row.id;
        let was_closed = self.by_id.get(&id).is_some_and(|e| !e.is_open());
        let execution = self
            .by_id
            .entry(id)
            .or_insert_with(|| Execution::new(change));
        if execution.write(change) || was_closed == execution.is_open() {
            self.parts
                .touch(id, was_closed, !change.row.status.is_open());
        }
    }

    /// Open executions of these slots, by id.
    fn open(&self, slots: (u16, u16)) -> impl Iterator<Item = &Execution> {
        self.by_id.values().filter(move |execution| {
            execution.is_open() && (slots.0..=slots.1).contains(&execution.row.id.slot().0)
        })
    }

    /// Closed executions of a partition, by id.
    fn closed(&self, partition: &Partition) -> impl Iterator<Item = &Execution> {
        let closed = self.by_id.values().filter(|execution| !execution.is_open());
        closed.filter(|execution| parts::holds(partition, execution.row.id))
    }
}

#[async_trait]
impl Projection for Memory {
    async fn checkpoint(
        &self,
        shard: ShardId,
        epoch: Epoch,
        upto: Lsn,
        changes: &[Change],
    ) -> Result<()> {
        let mut executions = lock(&self.executions);
        let newest = executions.checkpoints.entry(shard).or_default();
        if newest.0 > epoch || newest.1 > upto {
            return Err(Error::Fenced { shard });
        }
        *newest = (epoch, upto);
        for change in changes {
            executions.write(change);
        }
        Ok(())
    }

    async fn checkpointed(&self, shard: ShardId) -> Result<Lsn> {
        let executions = lock(&self.executions);
        Ok(executions
            .checkpoints
            .get(&shard)
            .map_or(Lsn(0), |(_, lsn)| *lsn))
    }

    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        Ok(lock(&self.executions)
            .open(slots)
            .filter(|execution| execution.sleep == Sleep::No)
            .filter(|execution| after.is_none_or(|after| execution.row.id > after))
            .take(limit as usize)
            .map(|execution| execution.row.clone())
            .collect())
    }

    async fn due(
        &self,
        slots: (u16, u16),
        after: Option<(Timestamp, ExecutionId)>,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>> {
        let mut due: Vec<_> = lock(&self.executions)
            .open(slots)
            .filter_map(|execution| match execution.sleep {
                Sleep::Until(wake_at) => Some((wake_at, execution.row.id)),
                Sleep::No | Sleep::Called => None,
            })
            .filter(|sleeper| sleeper.0 <= until && after.is_none_or(|after| *sleeper > after))
            .collect();
        due.sort();
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn load(&self, ids: &[ExecutionId], bytes_max: usize) -> Result<Vec<Loaded>> {
        let executions = lock(&self.executions);
        let found = ids.iter().filter_map(|id| executions.by_id.get(id));
        let mut bytes = 0;
        let load = |execution: &Execution| {
            let is_short = execution.is_open() && bytes < bytes_max;
            let is_short = is_short && matches!(execution.snapshot(SnapshotAt::Newest), Ok(None));
            let chunks = is_short
                .then(|| execution.chunks(0, usize::MAX).ok())
                .flatten();
            bytes += chunks
                .iter()
                .flatten()
                .map(|c| c.facts.len())
                .sum::<usize>();
            Loaded {
                row: execution.row.clone(),
                chunks,
            }
        };
        Ok(found.map(load).collect())
    }

    async fn offers(
        &self,
        account: AccountId,
        activity: &Name,
        slots: (u16, u16),
        after: Option<(ExecutionId, u64)>,
        limit: u32,
    ) -> Result<Vec<(ExecutionId, u64)>> {
        let executions = lock(&self.executions);
        let mut offers: Vec<_> = executions
            .open(slots)
            .filter(|execution| execution.row.account == account)
            .flat_map(|execution| {
                let of = execution.offers.iter().filter(|o| o.activity == *activity);
                of.map(|offer| (execution.row.id, offer.action))
            })
            .filter(|offer| after.is_none_or(|after| *offer > after))
            .collect();
        offers.sort_unstable();
        offers.truncate(limit as usize);
        Ok(offers)
    }

    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>> {
        let executions = lock(&self.executions);
        let row = executions.by_id.get(&id).map(|execution| &execution.row);
        Ok(row.filter(|row| row.account == account).cloned())
    }

    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>> {
        Ok(lock(&self.executions)
            .by_id
            .values()
            .map(|execution| &execution.row)
            .filter(|row| row.account == account && row.machine == *machine && row.name == *name)
            .max_by_key(|row| (row.started_at, row.id))
            .cloned())
    }

    async fn chunks(
        &self,
        id: ExecutionId,
        from_fact: u64,
        bytes_max: usize,
    ) -> Result<Vec<Chunk>> {
        let executions = lock(&self.executions);
        let execution = executions.by_id.get(&id);
        execution.map_or(Ok(Vec::new()), |e| e.chunks(from_fact, bytes_max))
    }

    async fn snapshot(&self, id: ExecutionId, at: SnapshotAt) -> Result<Option<Snapshot>> {
        let executions = lock(&self.executions);
        let execution = executions.by_id.get(&id);
        execution.map_or(Ok(None), |e| e.snapshot(at))
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let executions = lock(&self.executions);
        let mut rows: Vec<_> = executions
            .by_id
            .values()
            .map(|execution| &execution.row)
            .filter(|row| row.account == account && filter.passes(row))
            .filter(|row| after.is_none_or(|c| (row.started_at, row.id) < (c.started_at, c.id)))
            .collect();
        rows.sort_by_key(|row| Reverse((row.started_at, row.id)));
        Ok(rows
            .into_iter()
            .take(limit as usize)
            .map(|row| Row {
                input: Bytes::new(),
                output: None,
                ..row.clone()
            })
            .collect())
    }

    async fn counts(
        &self,
        account: AccountId,
        machine: Option<&MachineName>,
    ) -> Result<Vec<(MachineName, Status, u64)>> {
        let executions = lock(&self.executions);
        let rows = executions.by_id.values().map(|execution| &execution.row);
        let mut counts: BTreeMap<(String, Status), (MachineName, u64)> = BTreeMap::new();
        for row in rows.filter(|row| row.account == account && row.part_of.is_none()) {
            if machine.is_none_or(|machine| *machine == row.machine) {
                let key = (row.machine.to_string(), row.status);
                counts.entry(key).or_insert((row.machine.clone(), 0)).1 += 1;
            }
        }
        let count = |((_, status), (machine, count))| (machine, status, count);
        Ok(counts.into_iter().map(count).collect())
    }

    async fn partitions(&self) -> Result<Vec<Partition>> {
        let executions = lock(&self.executions);
        let partitions = executions.parts.all().map(|partition| Partition {
            rows: executions.closed(partition).count() as u64,
            bytes: executions.closed(partition).map(Execution::bytes).sum(),
            ..*partition
        });
        Ok(partitions.collect())
    }

    async fn read_partition(
        &self,
        partition: u64,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Closed>> {
        let executions = lock(&self.executions);
        let Some(partition) = executions.parts.find(partition) else {
            return Ok(Vec::new());
        };
        let closed = executions.closed(partition);
        let after = closed.filter(|execution| after.is_none_or(|after| execution.row.id > after));
        after.take(limit as usize).map(Execution::closed).collect()
    }

    async fn drop_partition(&self, partition: u64, version: u64) -> Result<()> {
        let mut executions = lock(&self.executions);
        let Some(dropped) = executions.parts.find(partition).copied() else {
            return Ok(());
        };
        if dropped.version != version {
            let what = format!("partition {partition}");
            return Err(Error::Changed { what });
        }
        let gone: Vec<_> = executions.closed(&dropped).map(|e| e.row.id).collect();
        for id in gone {
            executions.by_id.remove(&id);
        }
        executions.parts.remove(partition);
        Ok(())
    }
}
