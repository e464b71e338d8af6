//! Reading many executions for their owner, with few questions.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::{SqliteConnection, SqlitePool};
use steploom_store::Result;
use steploom_store::projection::{Chunk, Loaded};
use steploom_types::ExecutionId;

use super::closed::{Part, Parts};
use super::shelf::{Full, columns};
use super::{key, rows};
use crate::column::count;
use crate::error::failed;
use crate::row::pack;
use crate::sqlite::many::Many;

/// Those of these executions that there are, with the facts of those whose facts are few.
pub(super) async fn load(
    open: &SqlitePool,
    parts: &Parts,
    ids: &[ExecutionId],
    bytes_max: usize,
) -> Result<Vec<Loaded>> {
    let mut snapshot = open.begin().await.map_err(failed)?;
    let mut loaded = rows_of(&mut snapshot, ids).await?;
    let is_open: Vec<_> = loaded.iter().map(|one| key::key(one.row.id)).collect();
    let mut chunks = chunks(&mut snapshot, &is_open, bytes_max).await?;
    for one in &mut loaded {
        one.chunks = chunks.remove(&one.row.id);
    }
    drop(snapshot);
    let found: HashSet<_> = loaded.iter().map(|one| one.row.id).collect();
    let mut by_part: BTreeMap<u64, (Arc<Part>, Vec<ExecutionId>)> = BTreeMap::new();
    for id in ids.iter().filter(|id| !found.contains(id)) {
        if let Some(part) = parts.of(*id) {
            let (_, ids) = by_part.entry(part.id()).or_insert((part, Vec::new()));
            ids.push(*id);
        }
    }
    for (part, ids) in by_part.into_values() {
        let mut from = part.readers.acquire().await.map_err(failed)?;
        loaded.extend(rows_of(&mut from, &ids).await?);
    }
    Ok(loaded)
}

async fn rows_of(from: &mut SqliteConnection, ids: &[ExecutionId]) -> Result<Vec<Loaded>> {
    static SELECT: Many = Many::new(
        concat!(
            "SELECT ",
            columns!(),
            ", e.body FROM execution e CROSS JOIN machine m ON m.n = e.machine WHERE e.key IN ("
        ),
        "?",
        ")",
    );
    let keys: Vec<_> = ids.iter().map(|id| key::key(*id)).collect();
    let rows: Vec<Full> = rows::select(from, &SELECT, &keys).await?;
    let one = |full: Full| {
        let (row, _) = full.check()?;
        let chunks = None;
        Ok(Loaded { row, chunks })
    };
    rows.into_iter().map(one).collect()
}

/// The facts of those that have no snapshot, whole, as far as `bytes_max` reaches.
async fn chunks(
    from: &mut SqliteConnection,
    keys: &[Vec<u8>],
    bytes_max: usize,
) -> Result<HashMap<ExecutionId, Vec<Chunk>>> {
    static SELECT: Many = Many::new(
        "SELECT key, first_fact, first_event, facts FROM chunk \
         WHERE NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.key = chunk.key) AND key IN (",
        "?",
        ") ORDER BY key, first_fact",
    );
    let mut found: HashMap<ExecutionId, Vec<Chunk>> = HashMap::new();
    let mut damaged = HashSet::new();
    let mut bytes = 0;
    for (sql, batch) in SELECT.batches(keys) {
        let mut query = sqlx::query_as::<_, (Vec<u8>, i64, i64, Vec<u8>)>(sql);
        for key in batch {
            query = query.bind(key);
        }
        let mut rows = query.fetch(&mut *from);
        while let Some((key, first_fact, first_event, framed)) =
            rows.try_next().await.map_err(failed)?
        {
            let id = key::id(&key)?;
            bytes += framed.len();
            if bytes > bytes_max {
                // This one is not whole.
                found.remove(&id);
                return Ok(found);
            }
            let place = (count(first_fact)?, count(first_event)?);
            match pack::open_facts(id, place, &framed.into()) {
                Ok(chunk) if !damaged.contains(&id) => found.entry(id).or_default().push(chunk),
                _ => {
                    damaged.insert(id);
                    found.remove(&id);
                }
            }
        }
    }
    Ok(found)
}
