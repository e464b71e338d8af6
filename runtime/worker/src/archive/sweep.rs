//! Objects of executions that are no more: payloads, pages and parts of results go after their
//! execution, and those of a start that came to nothing.
//!
//! Which executions have objects is found by listing them; which of them are still there by asking the
//! database, then the archive, in the order in which executions move. What is less than a day old is left
//! alone: an object is there before the first fact of its execution.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use steploom_types::{ExecutionId, Result, Timestamp};

use super::entry;
use crate::payload;
use crate::shared::Shared;

/// Executions that are looked up at once.
const BATCH: usize = 1_000;

/// Milliseconds for which objects without an execution are left alone: far longer than a start takes,
/// and less than any execution is kept.
const YOUNG_MS: u64 = 24 * 3_600 * 1_000;

/// Deletes the objects of executions that are no more; of how many executions.
pub(super) async fn sweep(shared: &Shared) -> Result<u64> {
    let now = shared.clock.now();
    let mut objects = shared.artifacts.walk(payload::ROOT)?;
    let mut found = BTreeSet::new();
    let mut swept = 0;
    while let Some(object) = objects.try_next().await? {
        found.extend(payload::owner(&object.key).filter(|id| is_old(*id, now)));
        if found.len() == BATCH {
            swept += sweep_some(shared, std::mem::take(&mut found)).await?;
        }
    }
    Ok(swept + sweep_some(shared, found).await?)
}

fn is_old(id: ExecutionId, now: Timestamp) -> bool {
    now.millis_since(id.created()) >= YOUNG_MS
}

async fn sweep_some(shared: &Shared, mut ids: BTreeSet<ExecutionId>) -> Result<u64> {
    let asked: Vec<_> = ids.iter().copied().collect();
    for stored in shared.store.projection.load(&asked, 0).await? {
        ids.remove(&stored.row.id);
    }
    for account in entry::accounts(&*shared.store.catalog).await? {
        if ids.is_empty() {
            return Ok(0);
        }
        shared.archive.retain_absent(account, &mut ids).await?;
    }
    for id in &ids {
        for object in shared.artifacts.list(&payload::folder(*id)).await? {
            shared.artifacts.delete(&object.key).await?;
        }
    }
    Ok(ids.len() as u64)
}
