//! Searching the archive.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use steploom_store::projection::{Cursor, Filter, Row};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, Result, Timestamp, limits};

use super::entry::Entry;
use super::segment::{Index, Record};
use super::{Archive, lock, segment};

/// An execution of the archive.
pub(crate) struct Archived {
    pub(crate) row: Row,
    /// All of its facts, as one chunk.
    pub(crate) facts: Bytes,
}

/// The order of lists.
fn place(row: &Row) -> (Timestamp, Timestamp, ExecutionId) {
    (row.started_at, row.id.created(), row.id)
}

impl Archive {
    /// An execution by its id.
    pub(crate) async fn find(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<Option<Archived>> {
        for entry in self.entries(account).await?.iter() {
            if !entry.may_have(id) {
                continue;
            }
            let Some(index) = self.index(entry).await? else {
                continue;
            };
            if let Some(n) = index.find(id) {
                return self.record(entry, &index, n).await;
            }
        }
        Ok(None)
    }

    /// Takes those of these executions out that an account has in the archive.
    pub(super) async fn retain_absent(
        &self,
        account: AccountId,
        ids: &mut BTreeSet<ExecutionId>,
    ) -> Result<()> {
        for entry in self.entries(account).await?.iter() {
            if !ids.iter().any(|id| entry.may_have(*id)) {
                continue;
            }
            if let Some(index) = self.index(entry).await? {
                ids.retain(|id| index.find(*id).is_none());
            }
        }
        Ok(())
    }

    /// The newest execution of a name, among the newest
    /// [`SEGMENTS_SEARCHED_MAX`](limits::archive::SEGMENTS_SEARCHED_MAX) segments of the machine.
    pub(crate) async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Archived>> {
        let machine = machine.to_string();
        let entries = self.entries(account).await?;
        let of_machine = entries.iter().filter(|e| e.segment.machine == machine);
        for entry in of_machine.take(limits::archive::SEGMENTS_SEARCHED_MAX) {
            let Some(index) = self.index(entry).await? else {
                continue;
            };
            let named = index.rows.iter().enumerate();
            let named = named.filter(|(_, row)| row.name == *name);
            if let Some((n, _)) = named.max_by_key(|(_, row)| place(row)) {
                return self.record(entry, &index, n).await;
            }
        }
        Ok(None)
    }

    /// Executions that pass the filter, newest first, `limit` at most, after a place; only what began
    /// at `floor` or later. Whether segments are left that were not searched.
    pub(crate) async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        (after, floor): (Option<Cursor>, Option<Timestamp>),
        limit: usize,
    ) -> Result<(Vec<Row>, bool)> {
        let entries = self.entries(account).await?;
        let mut page: Vec<Row> = Vec::new();
        let mut searched = 0;
        // By the newest of their executions: what follows has nothing newer.
        for entry in entries.iter() {
            let newest = Timestamp::from_millis(entry.segment.started_ms.1);
            let is_full = page.len() >= limit;
            let oldest = page.last().filter(|_| is_full).map(|row| row.started_at);
            if oldest.max(floor).is_some_and(|oldest| newest < oldest) {
                break;
            }
            if !may_pass(entry, filter, after) {
                continue;
            }
            if searched == limits::archive::SEGMENTS_SEARCHED_MAX {
                return Ok((page, true));
            }
            searched += 1;
            let Some(index) = self.index(entry).await? else {
                continue;
            };
            let is_after = |row: &Row| {
                after.is_none_or(|c| place(row) < (c.started_at, c.id.created(), c.id))
                    && floor.is_none_or(|floor| row.started_at >= floor)
            };
            let passed = index.rows.iter();
            let passed = passed.filter(|row| is_after(row) && filter.passes(row));
            page.extend(passed.cloned());
            page.sort_unstable_by_key(|row| Reverse(place(row)));
            page.truncate(limit);
        }
        Ok((page, false))
    }

    /// What a segment has; `None` if it has gone since it was listed.
    async fn index(&self, entry: &Entry) -> Result<Option<Arc<Index>>> {
        let object = &entry.segment.object;
        if let Some(index) = self.cached(object) {
            return Ok(Some(index));
        }
        let from = entry.segment.index_offset;
        let range = from..from + entry.segment.index_bytes;
        let Some(packed) = self.artifacts.get_range(object, range).await? else {
            return Ok(None);
        };
        let crc = entry.segment.index_crc;
        #[expect(
            clippy::disallowed_methods,
            reason = "it is pure, and whoever waits for it waits for nothing else"
        )]
        let read = tokio::task::spawn_blocking(move || Index::read(&packed, crc)).await;
        let index = read.map_err(steploom_types::Error::internal)?;
        let index = Arc::new(index.inspect_err(|error| {
            tracing::error!(%object, %error, "a segment of the archive is damaged");
        })?);
        let mut indexes = lock(&self.indexes);
        if indexes.len() >= limits::archive::SEGMENTS_CACHED_MAX {
            indexes.pop_front();
        }
        indexes.push_back((object.clone(), index.clone()));
        Ok(Some(index))
    }

    fn cached(&self, object: &str) -> Option<Arc<Index>> {
        let mut indexes = lock(&self.indexes);
        let place = indexes.iter().position(|(of, _)| of == object)?;
        let found = indexes.remove(place)?;
        let index = found.1.clone();
        indexes.push_back(found);
        Some(index)
    }

    async fn record(&self, entry: &Entry, index: &Index, n: usize) -> Result<Option<Archived>> {
        let object = &entry.segment.object;
        let Some(block) = self.artifacts.get_range(object, index.block(n)?).await? else {
            return Ok(None);
        };
        let Record { row, chunks } = index.record(n, &block).inspect_err(|error| {
            tracing::error!(%object, %error, "a segment of the archive is damaged");
        })?;
        let mut facts = BytesMut::new();
        let mut is_first = true;
        for chunk in chunks {
            if is_first && chunk.first_fact != 0 {
                return Err(segment::corrupt(&"its first facts are missing"));
            }
            is_first = false;
            facts.extend_from_slice(&chunk.facts);
        }
        let facts = facts.freeze();
        Ok(Some(Archived { row, facts }))
    }
}

/// Whether a segment may have something that passes.
fn may_pass(entry: &Entry, filter: &Filter, after: Option<Cursor>) -> bool {
    let segment = &entry.segment;
    let (first, last) = segment.started_ms;
    filter
        .machine
        .as_ref()
        .is_none_or(|m| m.to_string() == segment.machine)
        && filter
            .status
            .is_none_or(|status| segment.counts.contains_key(&status.code()))
        && filter
            .started_from
            .is_none_or(|from| from.as_millis() <= last)
        && filter.started_to.is_none_or(|to| first < to.as_millis())
        && after.is_none_or(|cursor| first <= cursor.started_at.as_millis())
}
