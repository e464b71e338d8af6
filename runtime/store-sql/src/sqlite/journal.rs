//! The journal: generations of files, the newest of which is written.
//!
//! Each generation has its own heads, so that the fence and the records of several shards are one
//! statement in one file. A generation begins with one commit that copies the heads of the one
//! before, which is never written again; until then its file does not count. When every shard has
//! trimmed all it has in the oldest generation, that file goes. So a crash at any instruction leaves
//! either the old state or the new one, and at worst a file that the next opening removes.

mod ahead;
mod generation;
mod places;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use steploom_store::journal::{Append, Appended, Epoch, Lsn, Record};
use steploom_store::lease::{Lease, equal_ranges};
use steploom_store::{Error, Result};
use steploom_types::{ShardId, Slot, limits};
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinHandle};

use super::files::Series;
use super::folder::Folder;
use generation::{Generation, Sealed};

/// The files of the journal.
const FILES: Series = Series("journal-");

/// Generations whose connections stay open, each with a thread; older ones are opened when read.
const CONNECTIONS_MAX: usize = 4;

/// A shard as a generation knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) slots: (Slot, Slot),
    pub(super) epoch: Epoch,
    /// The newest record when the generation began.
    pub(super) base_lsn: Lsn,
    /// The newest record.
    pub(super) last_lsn: Lsn,
    /// Up to here records may be dropped.
    pub(super) trimmed_lsn: Lsn,
}

impl Head {
    /// Whether the shard was split: its slots are others' now.
    pub(super) fn is_retired(&self) -> bool {
        self.slots.0 > self.slots.1
    }
}

pub(super) type Heads = BTreeMap<ShardId, Head>;

/// When the journal goes on in another file.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// Bytes of records that fill a generation.
    pub(super) full_bytes: usize,
    /// Bytes of records after which the next one is made, beside the commits.
    pub(super) prepare_bytes: usize,
}

/// All generations of the journal.
pub(super) struct Log {
    folder: Arc<Folder>,
    size: Size,
    /// The closed ones, the oldest first, without gaps.
    closed: Vec<Generation>,
    newest: Generation,
    /// The one after that, being made while there is still room.
    next: Option<JoinHandle<Result<Generation>>>,
    /// Ahead of what is stored, see [`Log::trim`].
    trimmed: BTreeMap<ShardId, Lsn>,
    /// Why nothing can be written any more, until the store is opened again.
    broken: Option<String>,
}

impl Log {
    /// Opens what is in the folder, or begins the first generation.
    pub(super) async fn open(folder: Arc<Folder>, size: Size) -> Result<Self> {
        FILES.remove_orphans(&folder)?;
        let mut closed = begun(&folder).await?;
        let newest = match closed.pop() {
            Some(newest) => newest,
            None => first(&folder).await?,
        };
        let trimmed = newest
            .heads
            .iter()
            .map(|(id, head)| (*id, head.trimmed_lsn));
        let mut log = Self {
            trimmed: trimmed.collect(),
            folder,
            size,
            closed,
            newest,
            next: None,
            broken: None,
        };
        log.sweep();
        Ok(log)
    }

    /// Every shard as it is now.
    pub(super) async fn heads(&mut self) -> Result<Heads> {
        self.newest.load_heads().await
    }

    /// Gives a shard its next epoch.
    pub(super) async fn bump(&mut self, shard: ShardId) -> Result<Option<Lease>> {
        self.check()?;
        let heads = self.heads().await?;
        if heads.get(&shard).is_none_or(Head::is_retired) {
            return Ok(None);
        }
        self.newest.bump(shard).await
    }

    /// Splits a shard, see [`steploom_store::Leases::split`].
    pub(super) async fn split(
        &mut self,
        shard: ShardId,
        epoch: Epoch,
        at: Slot,
    ) -> Result<(ShardId, ShardId)> {
        self.check()?;
        let heads = self.heads().await?;
        let old = heads.get(&shard).filter(|head| head.epoch == epoch);
        let old = old.ok_or(Error::Fenced { shard })?;
        let trimmed = self.trimmed.get(&shard).copied().unwrap_or_default();
        if trimmed < old.last_lsn || !(old.slots.0 < at && at <= old.slots.1) {
            let what = format!("shard {shard}");
            return Err(Error::Changed { what });
        }
        let child = |slots| Head {
            slots,
            epoch: Epoch(epoch.0 + 1),
            base_lsn: Lsn(0),
            last_lsn: Lsn(0),
            trimmed_lsn: Lsn(0),
        };
        let last = heads.keys().next_back().map_or(0, |shard| shard.0);
        let full = || Error::Unavailable("there are no more numbers for shards".into());
        let ids = (
            ShardId(last.checked_add(1).ok_or_else(full)?),
            ShardId(last.checked_add(2).ok_or_else(full)?),
        );
        let children = Heads::from([
            (ids.0, child((old.slots.0, Slot(at.0 - 1)))),
            (ids.1, child((at, old.slots.1))),
        ]);
        self.newest.split((shard, epoch), &children).await?;
        let trimmed = children.keys().map(|shard| (*shard, Lsn(0)));
        self.trimmed.extend(trimmed);
        Ok(ids)
    }

    /// Whether the next records begin another generation.
    fn is_full(&self) -> bool {
        self.newest.bytes >= self.size.full_bytes
    }

    async fn append(&mut self, batch: Vec<Sealed>) -> Result<Vec<Appended>> {
        self.check()?;
        if self.is_full() {
            self.rotate().await?;
        } else if self.newest.bytes >= self.size.prepare_bytes && self.next.is_none() {
            let (folder, number) = (self.folder.clone(), self.newest.number + 1);
            let made = async move { Generation::create(&folder, number).await };
            self.next = Some(tokio::spawn(made));
        }
        self.newest.append(batch).await
    }

    pub(super) async fn read(
        &mut self,
        shard: ShardId,
        from: Lsn,
        bytes_max: usize,
    ) -> Result<Vec<Record>> {
        let heads = self.heads().await?;
        let Some(head) = heads.get(&shard) else {
            return Ok(Vec::new());
        };
        let mut records: Vec<Record> = Vec::new();
        let (mut next, mut bytes) = (from.max(Lsn(1)), 0);
        let closed = self.closed.iter_mut();
        let open = closed.filter(|generation| generation.ends_at(shard) >= from);
        for generation in open.chain([&mut self.newest]) {
            if bytes < bytes_max || records.is_empty() {
                let budget = bytes_max.saturating_sub(bytes);
                let page = generation.read(shard, next, budget).await?;
                bytes += page.iter().map(|record| record.body.len()).sum::<usize>();
                next = page.last().map_or(next, |record| record.lsn.next());
                records.extend(page);
            }
        }
        self.close_old();
        check_run(shard, from.max(Lsn(1)), head, &records)?;
        Ok(records)
    }

    /// A trim is kept in memory, and stored only when that matters: when it lets a closed generation
    /// go, and when the shard may be idle from now on, so that no later trim would say it again.
    async fn trim(&mut self, shard: ShardId, upto: Lsn) -> Result<()> {
        self.check()?;
        let heads = self.heads().await?;
        let (Some(head), Some(trimmed)) = (heads.get(&shard), self.trimmed.get_mut(&shard)) else {
            return Ok(());
        };
        let upto = upto.min(head.last_lsn);
        if upto <= *trimmed {
            return Ok(());
        }
        let crossed = |generation: &Generation| {
            let last = generation.ends_at(shard);
            *trimmed < last && last <= upto
        };
        let store = upto == head.last_lsn || self.closed.iter().any(crossed);
        *trimmed = upto;
        if store {
            self.newest.store_trim(shard, upto).await?;
        }
        self.sweep();
        Ok(())
    }

    /// Goes on in a new file. If none can be made, the present one grows on.
    pub(super) async fn rotate(&mut self) -> Result<()> {
        let mut heads = self.heads().await?;
        let next = match self.made().await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "the journal goes on in its present file");
                return Ok(());
            }
        };
        self.newest.heads.clone_from(&heads);
        for (shard, head) in &mut heads {
            head.base_lsn = head.last_lsn;
            head.trimmed_lsn = self.trimmed.get(shard).copied().unwrap_or_default();
        }
        let next = self.begin(next, heads).await?;
        self.closed.push(std::mem::replace(&mut self.newest, next));
        self.sweep();
        self.close_old();
        Ok(())
    }

    /// The generation after the newest, which has not begun.
    async fn made(&mut self) -> Result<Generation> {
        match self.next.take() {
            Some(next) => next.await.unwrap_or_else(|error| Err(stopped(&error))),
            None => Generation::create(&self.folder, self.newest.number + 1).await,
        }
    }

    /// Makes `next` the newest. Nobody knows whether a begin that failed is on the disk, and if it
    /// is, the next opening would forget what is written to the present file: so its file goes.
    async fn begin(&mut self, mut next: Generation, heads: Heads) -> Result<Generation> {
        match next.begin(heads).await {
            Ok(()) => Ok(next),
            Err(error) => {
                if let Err(left) = next.remove(&self.folder) {
                    let why =
                        format!("a journal file could not be begun ({error}) nor removed ({left})");
                    self.broken = Some(why);
                }
                Err(error)
            }
        }
    }

    /// Removes the oldest generations that no shard needs. One that cannot be removed stays, and so
    /// does everything after it.
    fn sweep(&mut self) {
        while let Some(oldest) = self.closed.first() {
            let trimmed = |(shard, head): (&ShardId, &Head)| {
                let trimmed = self.trimmed.get(shard).copied().unwrap_or_default();
                head.last_lsn <= trimmed || head.last_lsn == head.base_lsn
            };
            if !oldest.heads.iter().all(trimmed) {
                return;
            }
            if let Err(error) = oldest.remove(&self.folder) {
                tracing::warn!(%error, "a journal file that nobody needs stays");
                return;
            }
            self.closed.remove(0);
        }
    }

    fn close_old(&mut self) {
        let old = self.closed.len().saturating_sub(CONNECTIONS_MAX);
        for generation in &mut self.closed[..old] {
            generation.close();
        }
    }

    fn check(&self) -> Result<()> {
        self.broken
            .as_ref()
            .map_or(Ok(()), |why| Err(Error::Unavailable(why.clone())))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(next) = &self.next {
            next.abort();
        }
    }
}

/// The generations that have begun. The file of one that has not is removed.
async fn begun(folder: &Folder) -> Result<Vec<Generation>> {
    let numbers = FILES.numbers(folder)?;
    let mut begun: Vec<Generation> = Vec::with_capacity(numbers.len());
    for (position, number) in numbers.iter().enumerate() {
        let generation = Generation::create(folder, *number).await?;
        if !generation.heads.is_empty() {
            if let Some(before) = begun.last() {
                check_succession(before, &generation)?;
            }
            begun.push(generation);
        } else if position + 1 == numbers.len() && (position > 0 || *number == 1) {
            generation.remove(folder)?;
        } else {
            let file = FILES.name(*number);
            return Err(Error::Corrupt(format!("{file} has lost its contents")));
        }
    }
    Ok(begun)
}

/// A generation begins where the one before has ended, or records are missing.
fn check_succession(before: &Generation, after: &Generation) -> Result<()> {
    let begins = |(shard, head): (&ShardId, &Head)| {
        let ended = before.heads.get(shard).map(|head| head.last_lsn);
        ended == Some(head.base_lsn)
    };
    if after.number == before.number + 1 && after.heads.iter().all(begins) {
        return Ok(());
    }
    Err(Error::Corrupt(format!(
        "{} does not begin where {} has ended",
        FILES.name(after.number),
        FILES.name(before.number)
    )))
}

/// The first generation of a new database.
async fn first(folder: &Folder) -> Result<Generation> {
    let mut first = Generation::create(folder, 1).await?;
    let heads = equal_ranges(limits::SHARDS).into_iter().map(|(id, slots)| {
        let head = Head {
            slots,
            epoch: Epoch(0),
            base_lsn: Lsn(0),
            last_lsn: Lsn(0),
            trimmed_lsn: Lsn(0),
        };
        (id, head)
    });
    first.begin(heads.collect()).await?;
    Ok(first)
}

/// What was read begins where it was asked to, has no gap, ends only where the log ends or the page
/// was full, and no epoch in it falls.
fn check_run(shard: ShardId, from: Lsn, head: &Head, records: &[Record]) -> Result<()> {
    let missing = |lsn: u64| {
        let last = head.last_lsn.0;
        Error::Corrupt(format!(
            "shard {shard}: record {lsn} of {last} is missing or another"
        ))
    };
    if records.is_empty() && from <= head.last_lsn {
        return Err(missing(from.0));
    }
    let mut epoch = Epoch(0);
    for (record, lsn) in records.iter().zip(from.0..) {
        if record.lsn != Lsn(lsn) || record.lsn > head.last_lsn {
            return Err(missing(lsn));
        }
        if !(epoch..=head.epoch).contains(&record.epoch) {
            let found = record.epoch.0;
            return Err(Error::Corrupt(format!(
                "shard {shard}: record {lsn} has the epoch {found}"
            )));
        }
        epoch = record.epoch;
    }
    Ok(())
}

/// The journal, for the worker.
pub(super) struct Journal {
    log: Arc<Mutex<Log>>,
}

impl Journal {
    pub(super) fn new(log: Arc<Mutex<Log>>) -> Self {
        Self { log }
    }
}

/// Runs to its end even if the caller goes away, so that no rotation is left half done. It costs a task,
/// which a commit alone does without.
async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(stopped(&error)))
}

fn stopped(error: &JoinError) -> Error {
    Error::Unavailable(format!("the journal: {error}"))
}

#[async_trait]
impl steploom_store::Journal for Journal {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>> {
        let sealed = batch.iter().map(Sealed::from).collect();
        let mut log = self.log.lock().await;
        if !log.is_full() {
            return log.append(sealed).await;
        }
        drop(log);
        let log = self.log.clone();
        finish(async move { log.lock().await.append(sealed).await }).await
    }

    async fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>> {
        self.log.lock().await.read(shard, from, bytes_max).await
    }

    async fn trim(&self, shard: ShardId, upto: Lsn) -> Result<()> {
        let log = self.log.clone();
        finish(async move { log.lock().await.trim(shard, upto).await }).await
    }
}
