//! Reading executions, and folding them to where they were.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use steploom_machine::{Fact, NewVersion, Run, Started};
use steploom_probe::{Mark, mark};
use steploom_store::projection::{Chunk, Loaded, Row, SnapshotAt, Status};
use steploom_types::{Error, ExecutionId, Json, Kind, Result};

use super::{Brought, Want, Wanted};
use crate::codec;
use crate::past::{Past, READ_BYTES_MAX, corrupt};
use crate::payload::{self, Kept};
use crate::shard::hot::{Hot, Successor};
use crate::shard::quarantine::Aside;
use crate::shard::snapshot;
use crate::shared::Shared;

/// Bytes of facts that are read with one question, for many executions.
const FACTS_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of payloads that are read before the facts that name them are folded, about.
const PAYLOADS_BYTES: usize = 4 * 1024 * 1024;

/// Brings executions, many with one question.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    wanted: Vec<Wanted>,
) -> Vec<(ExecutionId, Brought)> {
    let ids: Vec<_> = wanted.iter().map(|one| one.id).collect();
    let found = match shared.store.projection.load(&ids, FACTS_BYTES_MAX).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "executions cannot be loaded; trying again");
            let unknown = |one: Wanted| (one.id, Brought::Unknown(one));
            return wanted.into_iter().map(unknown).collect();
        }
    };
    let mut found: HashMap<_, _> = found.into_iter().map(|one| (one.row.id, one)).collect();
    let mut brought = Vec::with_capacity(wanted.len());
    for one in wanted {
        let id = one.id;
        let stored = found.remove(&id);
        brought.push((id, bring_one(shared, stored, one).await));
        tokio::task::yield_now().await;
    }
    brought
}

async fn bring_one(shared: &Arc<Shared>, stored: Option<Loaded>, wanted: Wanted) -> Brought {
    let (row, chunks) = match stored {
        Some(stored) => (Some(stored.row), stored.chunks),
        None => (None, None),
    };
    if let Some(row) = &row {
        let is_wanted = wanted.want == Want::Ended || is_redriven(&wanted.tail);
        if !row.status.is_open() && !is_wanted {
            return Brought::Absent;
        }
        if wanted.want == Want::State && wanted.tail.is_empty() {
            return Brought::Open(row.account);
        }
        // Facts beyond the projection: it was released, and the process died before that was written.
        let is_released = wanted.want >= Want::Aside || !wanted.tail.is_empty();
        if row.status == Status::Quarantined && !is_released {
            return Brought::Absent;
        }
    }
    if let Some(deaths) = wanted.deaths {
        let why = format!("the process died {deaths} times while it was loaded, it alone");
        return set_aside(shared, row, &wanted, &corrupt(wanted.id, &why)).await;
    }
    let folded = async {
        let hot = fold(shared, row.as_ref(), chunks, wanted.id, &wanted.tail).await?;
        let Some(mut hot) = hot else { return Ok(None) };
        if wanted.want == Want::Ended && !hot.is_open() {
            hot.successor = successor(shared, &hot).await?;
        }
        Ok(Some(hot))
    };
    match folded.await {
        Ok(Some(hot)) => Brought::Hot(Box::new(hot)),
        Ok(None) => Brought::Absent,
        Err(error) if is_passing(&error) => {
            tracing::warn!(execution = %wanted.id, %error, "it cannot be loaded; trying again");
            Brought::Unknown(wanted)
        }
        Err(error) => set_aside(shared, row, &wanted, &error).await,
    }
}

/// Who has the name of one that has ended, if the projection knows of another.
async fn successor(shared: &Shared, hot: &Hot) -> Result<Option<Successor>> {
    let (account, machine, name) = hot.name_key();
    let projection = &shared.store.projection;
    let newest = projection.find_by_name(account, &machine, &name).await?;
    let other = newest.filter(|row| row.id != hot.started().id);
    Ok(other.map(|row| Successor::Is(row.id)))
}

/// It cannot be brought. Facts that the projection does not have come after those that it has.
async fn set_aside(
    shared: &Arc<Shared>,
    row: Option<Row>,
    wanted: &Wanted,
    why: &Error,
) -> Brought {
    let first_fact = match &row {
        Some(row) if !wanted.tail.is_empty() => count(shared, row.id).await.ok(),
        _ => Some(0),
    };
    let aside = Aside::of(row, &wanted.tail, first_fact, why);
    aside.map_or(Brought::Absent, |aside| Brought::Aside(Box::new(aside)))
}

/// How many facts the projection has of an execution.
async fn count(shared: &Arc<Shared>, id: ExecutionId) -> Result<u64> {
    let mut next = 0;
    loop {
        let projection = &shared.store.projection;
        let chunks = projection.chunks(id, next, READ_BYTES_MAX).await?;
        let before = next;
        for chunk in chunks {
            let facts = codec::split_chunk(chunk.facts).map_err(|e| corrupt(id, &e))?;
            next = next.max(chunk.first_fact + facts.len() as u64);
        }
        if next == before {
            return Ok(next);
        }
    }
}

/// Whether these facts bring one back that had ended.
fn is_redriven(tail: &[Bytes]) -> bool {
    let redriven = |fact: &Bytes| matches!(codec::glance(fact), Ok(Fact::Redriven(_)));
    tail.iter().any(redriven)
}

/// Whether the store may answer a little later.
fn is_passing(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::Unavailable | Kind::Exhausted | Kind::Fenced
    )
}

/// The execution as its facts make it: those of the projection, from its newest snapshot on, then
/// `tail`. `None` if there is none.
async fn fold(
    shared: &Arc<Shared>,
    row: Option<&Row>,
    chunks: Option<Vec<Chunk>>,
    id: ExecutionId,
    tail: &[Bytes],
) -> Result<Option<Hot>> {
    let mut hot = match row {
        Some(row) => begin(shared, row, chunks.as_deref()).await?,
        None => match tail.first() {
            Some(first) => match payload::fact(&shared.artifacts, id, first).await? {
                (Fact::Started(started), _) => new(shared, started).await?,
                // A fact of one that had ended when it was committed: nothing waits for it.
                _ => return Ok(None),
            },
            None => return Ok(None),
        },
    };
    let projection = shared.store.projection.clone();
    let from = hot.facts_checkpointed();
    let upto = if row.is_some() { u64::MAX } else { from };
    let mut past = match chunks {
        Some(chunks) => Past::of(projection, id, chunks, tail.to_vec())?,
        None => Past::new(projection, id, (from, upto), tail.to_vec()),
    };
    while let Some(piece) = past.next(hot.run_mut()).await? {
        if piece.is_tail && hot.facts_checkpointed() > 0 {
            mark(Mark::TailOfChunks);
        }
        let mut rest = &piece.facts[..];
        while !rest.is_empty() {
            let (facts, kept) = read_some(shared, id, rest).await?;
            let encoded = rest.split_off(..facts.len()).unwrap_or_default();
            supply(shared, hot.run_mut(), &facts).await?;
            hot.keep(kept);
            let fold = move || fold_some(id, hot, encoded, &facts, piece.is_tail);
            hot = catch_unwind(AssertUnwindSafe(fold))
                .map_err(|_| corrupt(id, &"folding its facts panics"))??;
            tokio::task::yield_now().await;
        }
    }
    Ok(Some(hot))
}

/// Reads the first of these facts, fewer than all where their payloads are large; with those of the
/// payloads that are objects.
async fn read_some(
    shared: &Shared,
    id: ExecutionId,
    encoded: &[Bytes],
) -> Result<(Vec<Fact>, Kept)> {
    let mut facts = Vec::with_capacity(encoded.len());
    let (mut kept, mut bytes) = (Kept::default(), 0);
    for fact in encoded {
        let (fact, named) = payload::fact(&shared.artifacts, id, fact).await?;
        if named != Kept::default() {
            bytes += fact.payloads().map(Json::size).sum::<usize>();
            kept.add(named);
        }
        facts.push(fact);
        if bytes > PAYLOADS_BYTES {
            break;
        }
    }
    Ok((facts, kept))
}

/// Hands a run the versions of its machine that facts to come name.
pub(crate) async fn supply(shared: &Shared, run: &mut Run, facts: &[Fact]) -> Result<()> {
    for fact in facts {
        let version = match fact {
            Fact::Redriven(redriven) => redriven.version,
            _ => None,
        };
        if let Some(NewVersion { definition, .. }) = version {
            run.supply(definition, shared.definitions.get(definition).await?);
        }
    }
    Ok(())
}

fn fold_some(
    id: ExecutionId,
    mut hot: Hot,
    encoded: &[Bytes],
    facts: &[Fact],
    is_tail: bool,
) -> Result<Hot> {
    for (fact, encoded) in facts.iter().zip(encoded) {
        let folded = if is_tail {
            if !hot.is_open() && !matches!(fact, Fact::Redriven(_)) {
                continue;
            }
            hot.apply(fact, encoded).map(drop)
        } else {
            hot.fold(fact, encoded)
        };
        folded.map_err(|defect| corrupt(id, &defect))?;
    }
    Ok(hot)
}

/// Where folding begins: the newest snapshot that this release can use, or before the first fact.
async fn begin(shared: &Arc<Shared>, row: &Row, chunks: Option<&[Chunk]>) -> Result<Hot> {
    if let Some(chunks) = chunks {
        return begin_with(shared, row.id, chunks.first()).await;
    }
    let projection = &shared.store.projection;
    let found = match projection.snapshot(row.id, SnapshotAt::Newest).await {
        Ok(found) => found,
        Err(steploom_store::Error::Corrupt(why)) => {
            tracing::warn!(execution = %row.id, why, "a snapshot is passed over");
            None
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(snapshot) = found
        && let Some(restored) = snapshot::restore(shared, row.id, &snapshot).await?
        && let Some(started) = restored.run.birth().cloned()
    {
        return Ok(Hot::restored(restored, started, &snapshot));
    }
    let first = projection.chunks(row.id, 0, 1).await?;
    begin_with(shared, row.id, first.first()).await
}

/// Before its first fact, which is in this chunk.
async fn begin_with(shared: &Arc<Shared>, id: ExecutionId, first: Option<&Chunk>) -> Result<Hot> {
    let first = first.ok_or_else(|| corrupt(id, &"it has no facts"))?;
    let fact = codec::first_of_chunk(first.facts.clone()).map_err(|e| corrupt(id, &e))?;
    if let Some(first) = fact
        && let (Fact::Started(started), _) = payload::fact(&shared.artifacts, id, &first).await?
    {
        return new(shared, started).await;
    }
    Err(corrupt(id, &"its first fact is not that it started"))
}

async fn new(shared: &Arc<Shared>, started: Arc<Started>) -> Result<Hot> {
    let machine = shared.definitions.get(started.definition).await?;
    Ok(Hot::new(machine, started))
}
