//! Taking a shard: the lease, then the projection, then the journal's tail.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use steploom_machine::{Action, Fact};
use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_store::projection::Row;
use steploom_store::{Error as StoreError, journal};
use steploom_types::{Error, ExecutionId, Result};

use super::Handle;
use super::hot::Hot;
use super::owned::Owned;
use super::start::Taken;
use crate::codec;
use crate::shared::Shared;

/// Open executions read from the projection at once.
const PAGE: u32 = 500;

/// Journal read at once.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Makes this node the owner of a shard and brings its executions back to where they were, with
/// everything outstanding done again. `None` while another node's lease is good.
pub(super) async fn recover(
    shared: &Arc<Shared>,
    slots: (u16, u16),
    handle: &Handle,
) -> Result<Option<Owned>> {
    let store = &shared.store;
    let Some(lease) = store.leases.acquire(handle.shard, &shared.node).await? else {
        return Ok(None);
    };
    crash_point(CrashPoint::AfterLease);
    let checkpointed = store.projection.checkpointed(handle.shard).await?;
    let foreseen = foresee(shared, handle, checkpointed).await?;
    let mut hot = load_open(shared, slots, &foreseen).await?;
    let mut touched = Vec::new();
    let mut lsn = checkpointed;
    loop {
        let records = store
            .journal
            .read(handle.shard, lsn.next(), READ_BYTES_MAX)
            .await?;
        let Some(last) = records.last() else { break };
        let upto = last.lsn;
        for record in records {
            replay(shared, &mut hot, &mut touched, &foreseen, record).await?;
        }
        lsn = upto;
    }
    if lsn != lease.last_lsn && lease.last_lsn > checkpointed {
        return Err(StoreError::Corrupt(format!(
            "shard {} ends at {} instead of {}",
            handle.shard, lsn.0, lease.last_lsn.0
        ))
        .into());
    }
    let mut owned = Owned::new(
        shared.clone(),
        handle.clone(),
        lease,
        lsn.max(lease.last_lsn),
    );
    for id in touched {
        owned.checkpoints.touch(id);
    }
    crash_point(CrashPoint::BeforeResume);
    resume(&mut owned, hot);
    Ok(Some(owned))
}

/// Evaluations that are known to have taken too long, by execution.
type Foreseen = HashMap<ExecutionId, Vec<u64>>;

/// Looks through the journal's tail for them: the facts that led to them may be in the projection.
async fn foresee(
    shared: &Arc<Shared>,
    handle: &Handle,
    checkpointed: journal::Lsn,
) -> Result<Foreseen> {
    let mut foreseen = Foreseen::new();
    let mut lsn = checkpointed;
    loop {
        let journal = &shared.store.journal;
        let records = journal
            .read(handle.shard, lsn.next(), READ_BYTES_MAX)
            .await?;
        let Some(last) = records.last() else {
            return Ok(foreseen);
        };
        lsn = last.lsn;
        for record in records {
            for (id, encoded) in entries(&record)? {
                if let Some(evaluation) = exceeded(id, &encoded)? {
                    foreseen.entry(id).or_default().push(evaluation);
                }
            }
        }
    }
}

fn exceeded(id: ExecutionId, encoded: &Bytes) -> Result<Option<u64>> {
    codec::exceeded(encoded).map_err(|e| corrupt(id, &e))
}

fn entries(record: &journal::Record) -> Result<Vec<(ExecutionId, Bytes)>> {
    codec::split_record(record.body.clone())
        .map_err(|e| StoreError::Corrupt(format!("record {}: {e}", record.lsn.0)).into())
}

/// Reads the open executions and folds what the projection has of their facts.
async fn load_open(
    shared: &Arc<Shared>,
    slots: (u16, u16),
    foreseen: &Foreseen,
) -> Result<BTreeMap<ExecutionId, Hot>> {
    let mut hot = BTreeMap::new();
    let mut after = None;
    loop {
        let rows = shared.store.projection.open(slots, after, PAGE).await?;
        let Some(last) = rows.last() else {
            return Ok(hot);
        };
        after = Some(last.id);
        for row in rows {
            let mut execution: Option<Hot> = None;
            let facts = checkpointed_facts(shared, &row).await?;
            let mut known = foreseen.get(&row.id).cloned().unwrap_or_default();
            for fact in &facts {
                known.extend(exceeded(row.id, fact)?);
            }
            for fact in &facts {
                fold(shared, &mut execution, &known, fact).await?;
            }
            if let Some(mut execution) = execution {
                execution.mark_checkpointed();
                hot.insert(row.id, execution);
            }
        }
    }
}

async fn checkpointed_facts(shared: &Shared, row: &Row) -> Result<Vec<Bytes>> {
    let mut facts = Vec::new();
    for chunk in shared
        .store
        .projection
        .chunks(row.id, 0, usize::MAX)
        .await?
    {
        facts.extend(codec::split_chunk(chunk.facts).map_err(|e| corrupt(row.id, &e))?);
    }
    Ok(facts)
}

async fn replay(
    shared: &Arc<Shared>,
    hot: &mut BTreeMap<ExecutionId, Hot>,
    touched: &mut Vec<ExecutionId>,
    foreseen: &Foreseen,
    record: journal::Record,
) -> Result<()> {
    for (id, encoded) in entries(&record)? {
        let mut execution = hot.remove(&id);
        mark(Mark::TailReplayed);
        if execution
            .as_ref()
            .is_some_and(|hot| hot.facts_checkpointed() > 0)
        {
            mark(Mark::TailOfChunks);
        }
        if execution.as_ref().is_none_or(Hot::is_open) {
            let known = foreseen.get(&id).map(Vec::as_slice).unwrap_or_default();
            fold(shared, &mut execution, known, &encoded).await?;
            touched.push(id);
        }
        if let Some(execution) = execution {
            hot.insert(id, execution);
        }
    }
    Ok(())
}

/// Applies a stored fact. A fact of an execution that is not there belongs to one that had ended
/// when it was committed: nothing waits for it.
async fn fold(
    shared: &Arc<Shared>,
    execution: &mut Option<Hot>,
    foreseen: &[u64],
    encoded: &Bytes,
) -> Result<()> {
    let fact =
        codec::decode(encoded).map_err(|e| Error::from(StoreError::Corrupt(e.to_string())))?;
    if let (None, Fact::Started(started)) = (&execution, &fact) {
        let machine = shared.definitions.get(started.definition).await?;
        let mut hot = Hot::new(machine, Arc::new((**started).clone()));
        for evaluation in foreseen {
            hot.foresee(*evaluation);
        }
        *execution = Some(hot);
    }
    if let Some(hot) = execution
        && let Err(defect) = hot.apply(&fact, encoded)
    {
        tracing::error!(execution = %hot.started().id, %defect, "a fact that cannot be");
    }
    Ok(())
}

fn corrupt(id: ExecutionId, error: &codec::Error) -> Error {
    StoreError::Corrupt(format!("execution {id}: {error}")).into()
}

/// Does again whatever the executions wait for.
fn resume(owned: &mut Owned, hot: BTreeMap<ExecutionId, Hot>) {
    let mut open = 0;
    for (id, mut execution) in hot {
        let orphans = std::mem::take(&mut execution.orphans);
        let account = execution.started().account;
        for child in orphans.into_values() {
            mark(Mark::OrphanAgain);
            owned.stop_child(account, child, None);
        }
        let started = execution.started();
        let key = (
            started.account,
            started.machine.clone(),
            started.name.clone(),
        );
        let outstanding = if execution.is_open() {
            execution.run().outstanding()
        } else {
            Vec::new()
        };
        open += i64::from(execution.is_open());
        owned.names.insert(key, Taken::By(id));
        owned.hot.insert(id, execution);
        for action in outstanding {
            match &action {
                Action::SetTimer { .. } if is_planted(Bug::TimerForgotten) => continue,
                Action::SetTimer { at, .. } if *at <= owned.shared.clock.now() => {
                    mark(Mark::TimerOverdue);
                }
                Action::Invoke(_) => mark(Mark::AttemptAgain),
                _ => {}
            }
            owned.act(id, action);
        }
    }
    owned.shared.metrics.executions_open.add(open);
    if open > 0 {
        tracing::info!(shard = %owned.handle.shard, executions = open, "executions go on where they were");
    }
}
