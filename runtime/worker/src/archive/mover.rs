//! From a partition of the database to segments.
//!
//! Every segment is written, read back and noted in the catalog before the partition is dropped, and
//! the partition is dropped only as it was read: if an execution of its time has ended or was redriven
//! meanwhile, it is moved anew, under other names. So a crash anywhere loses nothing, and leaves at
//! most segments of a former try, which the next one removes.

use std::collections::{BTreeMap, BTreeSet};

use steploom_store::projection::{Chunk, Closed, Partition, Row};
use steploom_types::{AccountId, Error, ExecutionId, Result, Timestamp};

use super::entry::{self, Entry, Segment};
use super::keeper::Rules;
use super::segment::{Made, Writer, verify};
use crate::past::READ_BYTES_MAX;
use crate::shared::Shared;

/// Executions that are read at once.
const PAGE: u32 = 500;

/// What became of a partition.
pub(super) enum Moved {
    /// It is in the archive.
    Done {
        /// Executions that are there now.
        rows: u64,
        /// Executions that nobody wants any more.
        gone: u64,
    },
    /// An execution ended in it so lately that its name is still to be kept: it is moved later.
    Early { ended_at: Timestamp },
}

/// Segments of one account and machine.
struct Open {
    writer: Writer,
    created_ms: (i64, i64),
    started_ms: (i64, i64),
    ended_ms: i64,
    counts: BTreeMap<u8, u64>,
}

/// Moves one partition.
pub(super) struct Mover<'a> {
    shared: &'a Shared,
    partition: Partition,
    rules: &'a Rules,
    open: BTreeMap<(AccountId, String), Open>,
    made: Vec<(AccountId, Entry)>,
    rows: u64,
    gone: u64,
}

impl<'a> Mover<'a> {
    pub(super) fn new(shared: &'a Shared, partition: Partition, rules: &'a Rules) -> Self {
        Self {
            shared,
            partition,
            rules,
            open: BTreeMap::new(),
            made: Vec::new(),
            rows: 0,
            gone: 0,
        }
    }

    /// Moves all of it, or nothing that counts.
    pub(super) async fn run(mut self) -> Result<Moved> {
        let projection = &self.shared.store.projection;
        let mut after = None;
        loop {
            let id = self.partition.id;
            let page = projection.read_partition(id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.row.id);
            for closed in page {
                if let Some(ended_at) = self.rules.is_early(&closed.row) {
                    return Ok(Moved::Early { ended_at });
                }
                self.take(closed).await?;
            }
        }
        for (key, open) in std::mem::take(&mut self.open) {
            self.write(key, open).await?;
        }
        self.note().await?;
        let (id, version) = (self.partition.id, self.partition.version);
        projection.drop_partition(id, version).await?;
        let Self { rows, gone, .. } = self;
        Ok(Moved::Done { rows, gone })
    }

    async fn take(&mut self, closed: Closed) -> Result<()> {
        let Closed { row, whole } = closed;
        if self.rules.is_over(&row) {
            self.gone += 1;
            return Ok(());
        }
        let chunks = match whole {
            Some(chunk) => vec![chunk],
            None => self.chunks(row.id).await?,
        };
        let key = (row.account, row.machine.to_string());
        let open = self.open.entry(key.clone());
        let open = open.or_insert_with(|| Open::new(key.0, &key.1));
        open.push(&row, chunks)?;
        self.rows += 1;
        if open.writer.is_full()
            && let Some(open) = self.open.remove(&key)
        {
            self.write(key, open).await?;
        }
        Ok(())
    }

    async fn chunks(&self, id: ExecutionId) -> Result<Vec<Chunk>> {
        let projection = &self.shared.store.projection;
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut next = 0;
        loop {
            let page = projection.chunks(id, next, READ_BYTES_MAX).await?;
            let known = chunks.last().map(|chunk| chunk.first_fact);
            let new = page
                .into_iter()
                .filter(|c| known.is_none_or(|k| k < c.first_fact));
            let before = chunks.len();
            chunks.extend(new);
            if chunks.len() == before {
                return Ok(chunks);
            }
            let last = chunks.last().map_or(0, |chunk| chunk.first_fact);
            next = last + 1;
            // The chunk that holds a fact is found by its first one: behind the last chunk it is the
            // last chunk again.
            let count = chunks.last().map_or(Ok(Vec::new()), |chunk| {
                crate::codec::split_chunk(chunk.facts.clone())
            });
            next = next.max(last + count.map_or(1, |facts| facts.len() as u64));
        }
    }

    /// Writes a segment, and reads it back.
    async fn write(&mut self, (account, machine): (AccountId, String), open: Open) -> Result<()> {
        let number = self.made.len();
        let rows = open.writer.rows();
        let made = open.writer.finish()?;
        let (partition, version) = (self.partition.id, self.partition.version);
        // A node that has lost the first slot may be at it still: neither may write over what the other
        // has noted.
        let once = self.shared.chance.draw();
        let object =
            format!("executions/{account}/{partition}-{version}-{number}-{once:016x}.segment");
        let artifacts = &self.shared.artifacts;
        artifacts.put(&object, made.object.clone()).await?;
        let read = artifacts.get(&object).await?;
        let read =
            read.ok_or_else(|| Error::internal(format!("{object} was written and is not there")))?;
        if verify(&read, &made)? != rows {
            return Err(Error::internal(format!("{object} has lost executions")));
        }
        let Made {
            object: content,
            index_offset,
            index_bytes,
            index_crc,
        } = made;
        let segment = Segment {
            object,
            index_offset,
            index_bytes,
            index_crc,
            machine,
            partition,
            version,
            created_ms: open.created_ms,
            started_ms: open.started_ms,
            ended_ms: open.ended_ms,
            rows: rows as u64,
            bytes: content.len() as u64,
            counts: open.counts,
        };
        self.made.push((account, Entry::new(segment, number)?));
        Ok(())
    }

    /// Notes the segments in the catalog, and removes what a former try has left.
    async fn note(&self) -> Result<()> {
        let catalog = &*self.shared.store.catalog;
        let at = self.shared.clock.now();
        let mut accounts = entry::accounts(catalog).await?;
        for (account, made) in &self.made {
            if accounts.insert(*account) {
                entry::note_account(catalog, *account, at).await?;
            }
            made.put(catalog, *account, at).await?;
        }
        let names: BTreeSet<_> = self.made.iter().map(|(_, made)| &made.name).collect();
        for account in accounts {
            for old in entry::load(catalog, account).await? {
                let is_former = old.segment.partition == self.partition.id;
                if is_former && !names.contains(&old.name) {
                    self.shared.artifacts.delete(&old.segment.object).await?;
                    old.delete(catalog, account).await?;
                }
            }
            entry::next_epoch(catalog, account, (self.shared.chance.draw(), at)).await?;
        }
        Ok(())
    }
}

impl Open {
    fn new(account: AccountId, machine: &str) -> Self {
        Self {
            writer: Writer::new(account, machine),
            created_ms: (i64::MAX, i64::MIN),
            started_ms: (i64::MAX, i64::MIN),
            ended_ms: i64::MIN,
            counts: BTreeMap::new(),
        }
    }

    fn push(&mut self, row: &Row, chunks: Vec<Chunk>) -> Result<()> {
        let widen = |(first, last): (i64, i64), at: Timestamp| {
            let at = at.as_millis();
            (first.min(at), last.max(at))
        };
        self.created_ms = widen(self.created_ms, row.id.created());
        self.started_ms = widen(self.started_ms, row.started_at);
        let ended_at = row.ended_at.unwrap_or(row.started_at);
        self.ended_ms = self.ended_ms.max(ended_at.as_millis());
        if row.part_of.is_none() {
            *self.counts.entry(row.status.code()).or_default() += 1;
        }
        self.writer.push(row, chunks)
    }
}
