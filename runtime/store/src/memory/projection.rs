//! The projection in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};

use super::{Memory, lock};
use crate::journal::{Epoch, Lsn};
use crate::projection::{Change, Chunk, Cursor, Filter, Row, Status};
use crate::{Error, Projection, Result};

/// Every execution, and up to where each shard's journal is in here.
#[derive(Default)]
pub(super) struct Executions {
    by_id: BTreeMap<ExecutionId, Execution>,
    checkpoints: BTreeMap<ShardId, (Epoch, Lsn)>,
}

struct Execution {
    row: Row,
    wake_at: Option<Timestamp>,
    /// By their first event and then by their checkpoint, since facts may tell no event.
    chunks: BTreeMap<(u64, Lsn), Bytes>,
}

impl Executions {
    fn write(&mut self, upto: Lsn, change: &Change) {
        let execution = self
            .by_id
            .entry(change.row.id)
            .or_insert_with(|| Execution {
                row: change.row.clone(),
                wake_at: None,
                chunks: BTreeMap::new(),
            });
        execution.row.clone_from(&change.row);
        execution.wake_at = change
            .wake_at
            .filter(|_| change.row.status == Status::Running);
        if !change.chunk.facts.is_empty() {
            let place = (change.chunk.first_event, upto);
            execution.chunks.insert(place, change.chunk.facts.clone());
        }
    }

    /// Open executions of these slots, by id.
    fn open(&self, slots: (u16, u16)) -> impl Iterator<Item = &Execution> {
        self.by_id.values().filter(move |execution| {
            let row = &execution.row;
            row.status == Status::Running && (slots.0..=slots.1).contains(&row.id.slot().0)
        })
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
            executions.write(upto, change);
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
            .filter(|execution| after.is_none_or(|after| execution.row.id > after))
            .take(limit as usize)
            .map(|execution| execution.row.clone())
            .collect())
    }

    async fn due(
        &self,
        slots: (u16, u16),
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>> {
        let mut due: Vec<_> = lock(&self.executions)
            .open(slots)
            .filter_map(|execution| Some((execution.wake_at?, execution.row.id)))
            .filter(|(wake_at, _)| *wake_at <= until)
            .collect();
        due.sort();
        due.truncate(limit as usize);
        Ok(due)
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

    async fn chunks(&self, id: ExecutionId, from_event: u64) -> Result<Vec<Chunk>> {
        let executions = lock(&self.executions);
        let Some(execution) = executions.by_id.get(&id) else {
            return Ok(Vec::new());
        };
        let before = execution.chunks.range(..=(from_event, Lsn(u64::MAX)));
        let first = before
            .last()
            .map_or(0, |((first_event, _), _)| *first_event);
        let chunk = |((first_event, _), facts): (&(u64, Lsn), &Bytes)| Chunk {
            first_event: *first_event,
            facts: facts.clone(),
        };
        let chunks = execution.chunks.range((first, Lsn(0))..);
        Ok(chunks.map(chunk).collect())
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
            .filter(|row| row.account == account && passes(filter, row))
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
}

fn passes(filter: &Filter, row: &Row) -> bool {
    filter.machine.as_ref().is_none_or(|m| *m == row.machine)
        && filter.status.is_none_or(|s| s == row.status)
        && filter
            .name_prefix
            .as_ref()
            .is_none_or(|prefix| row.name.as_str().starts_with(prefix.as_str()))
}
