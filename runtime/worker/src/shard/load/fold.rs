//! Reading executions, and folding them to where they were.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use steploom_machine::{Fact, Started};
use steploom_probe::{Mark, mark};
use steploom_store::projection::{Row, Snapshot, SnapshotAt, Status};
use steploom_types::{Digest, Error, ExecutionId, Kind, Result};

use super::{Brought, Want, Wanted};
use crate::codec;
use crate::past::{Past, Piece, corrupt};
use crate::shard::hot::Hot;
use crate::shard::quarantine::Aside;
use crate::shard::snapshot;
use crate::shared::Shared;

/// Brings executions, many with one question.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    wanted: Vec<Wanted>,
) -> Vec<(ExecutionId, Brought)> {
    let ids: Vec<_> = wanted.iter().map(|one| one.id).collect();
    let rows = match shared.store.projection.rows(&ids).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::warn!(%error, "executions cannot be loaded; trying again");
            let unknown = |one: Wanted| (one.id, Brought::Unknown(one));
            return wanted.into_iter().map(unknown).collect();
        }
    };
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut brought = Vec::with_capacity(wanted.len());
    for one in wanted {
        let id = one.id;
        let row = rows.remove(&id);
        brought.push((id, bring_one(shared, row, one).await));
        tokio::task::yield_now().await;
    }
    brought
}

async fn bring_one(shared: &Arc<Shared>, row: Option<Row>, wanted: Wanted) -> Brought {
    if let Some(row) = &row {
        let is_wanted = match row.status {
            Status::Quarantined => wanted.want >= Want::Aside,
            status => status.is_open(),
        };
        if !is_wanted {
            return Brought::Absent;
        }
        if wanted.want == Want::State && wanted.tail.is_empty() {
            return Brought::Open(row.account);
        }
    }
    if let Some(deaths) = wanted.deaths {
        let why = format!("the process died {deaths} times while it was loaded, it alone");
        let aside = Aside::of(row, &wanted.tail, &corrupt(wanted.id, &why));
        return aside.map_or(Brought::Absent, |aside| Brought::Aside(Box::new(aside)));
    }
    match fold(shared, row.as_ref(), wanted.id, &wanted.tail).await {
        Ok(Some(hot)) => Brought::Hot(Box::new(hot)),
        Ok(None) => Brought::Absent,
        Err(error) if is_passing(&error) => {
            tracing::warn!(execution = %wanted.id, %error, "it cannot be loaded; trying again");
            Brought::Unknown(wanted)
        }
        Err(error) => match Aside::of(row, &wanted.tail, &error) {
            Some(aside) => Brought::Aside(Box::new(aside)),
            None => Brought::Absent,
        },
    }
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
    id: ExecutionId,
    tail: &[Bytes],
) -> Result<Option<Hot>> {
    let mut hot = match row {
        Some(row) => begin(shared, row).await?,
        None => match tail.first().map(|fact| decode(id, fact)).transpose()? {
            Some(Fact::Started(started)) => new(shared, *started).await?,
            // A fact of one that had ended when it was committed: nothing waits for it.
            _ => return Ok(None),
        },
    };
    let projection = shared.store.projection.clone();
    let from = hot.facts_checkpointed();
    let upto = if row.is_some() { u64::MAX } else { from };
    let mut past = Past::new(projection, id, (from, upto), tail.to_vec());
    while let Some(piece) = past.next(hot.run_mut()).await? {
        if piece.is_tail && hot.facts_checkpointed() > 0 {
            mark(Mark::TailOfChunks);
        }
        hot = catch_unwind(AssertUnwindSafe(move || fold_some(id, hot, &piece)))
            .map_err(|_| corrupt(id, &"folding its facts panics"))??;
        tokio::task::yield_now().await;
    }
    Ok(Some(hot))
}

fn fold_some(id: ExecutionId, mut hot: Hot, piece: &Piece) -> Result<Hot> {
    for encoded in &piece.facts {
        let fact = decode(id, encoded)?;
        let folded = if piece.is_tail {
            if !hot.is_open() {
                continue;
            }
            hot.apply(&fact, encoded).map(drop)
        } else {
            hot.fold(&fact, encoded)
        };
        folded.map_err(|defect| corrupt(id, &defect))?;
    }
    Ok(hot)
}

/// Where folding begins: the newest snapshot that this release can use, or before the first fact.
async fn begin(shared: &Arc<Shared>, row: &Row) -> Result<Hot> {
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
        && let Some(hot) = restore(shared, row.definition, &snapshot).await?
    {
        return Ok(hot);
    }
    let mut first = projection.chunks(row.id, 0, 1).await?;
    if first.is_empty() {
        return Err(corrupt(row.id, &"it has no facts"));
    }
    let facts = codec::split_chunk(first.swap_remove(0).facts).map_err(|e| corrupt(row.id, &e))?;
    match facts.first().map(|fact| decode(row.id, fact)).transpose()? {
        Some(Fact::Started(started)) => new(shared, *started).await,
        _ => Err(corrupt(row.id, &"its first fact is not that it started")),
    }
}

async fn restore(
    shared: &Arc<Shared>,
    definition: Digest,
    snapshot: &Snapshot,
) -> Result<Option<Hot>> {
    let machine = shared.definitions.get(definition).await?;
    let Some((run, taken)) = snapshot::restore(machine, snapshot) else {
        return Ok(None);
    };
    let started = run.birth().cloned();
    Ok(started.map(|started| Hot::restored(run, started, taken, snapshot)))
}

async fn new(shared: &Arc<Shared>, started: Started) -> Result<Hot> {
    let machine = shared.definitions.get(started.definition).await?;
    Ok(Hot::new(machine, Arc::new(started)))
}

fn decode(id: ExecutionId, encoded: &Bytes) -> Result<Fact> {
    codec::decode(encoded).map_err(|e| corrupt(id, &e))
}
