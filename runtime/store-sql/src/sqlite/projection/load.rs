//! Reading many executions for their owner, with few questions.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use steploom_store::projection::{Chunk, Loaded};
use steploom_store::{Result, frame};
use steploom_types::ExecutionId;

use super::write::about;
use crate::column::{count, execution};
use crate::error::failed;
use crate::row::execution::Stored;
use crate::sqlite::batch::batches;

/// Those of these executions that there are, with the facts of those whose facts are few.
pub(super) async fn load(
    from: &mut SqliteConnection,
    ids: &[ExecutionId],
    bytes_max: usize,
) -> Result<Vec<Loaded>> {
    let mut loaded = Vec::with_capacity(ids.len());
    for batch in batches(ids) {
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition, \
             e.status, e.started_at, e.ended_at, e.input, e.output, e.error, e.cause, e.more \
             FROM execution e CROSS JOIN machine m ON m.n = e.machine WHERE e.id IN (",
        );
        push_ids(&mut select, batch);
        let rows: Vec<Stored> = select
            .build_query_as()
            .fetch_all(&mut *from)
            .await
            .map_err(failed)?;
        for row in rows {
            let row = row.check()?;
            let chunks = None;
            loaded.push(Loaded { row, chunks });
        }
    }
    let open = loaded.iter().filter(|one| one.row.status.is_open());
    let open: Vec<_> = open.map(|one| one.row.id).collect();
    let mut chunks = chunks(from, &open, bytes_max).await?;
    for one in &mut loaded {
        one.chunks = chunks.remove(&one.row.id);
    }
    Ok(loaded)
}

/// The facts of those that have no snapshot, whole, as far as `bytes_max` reaches.
async fn chunks(
    from: &mut SqliteConnection,
    ids: &[ExecutionId],
    bytes_max: usize,
) -> Result<HashMap<ExecutionId, Vec<Chunk>>> {
    let mut found: HashMap<ExecutionId, Vec<Chunk>> = HashMap::new();
    let mut damaged = HashSet::new();
    let mut bytes = 0;
    for batch in batches(ids) {
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT id, first_fact, first_event, facts FROM chunk WHERE id IN (",
        );
        push_ids(&mut select, batch);
        select.push(
            " AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.id = chunk.id)
             ORDER BY id, first_fact",
        );
        let mut rows = select
            .build_query_as::<(Vec<u8>, i64, i64, Vec<u8>)>()
            .fetch(&mut *from);
        while let Some((id, first_fact, first_event, framed)) =
            rows.try_next().await.map_err(failed)?
        {
            let id = execution(&id)?;
            bytes += framed.len();
            if bytes > bytes_max {
                // This one is not whole.
                found.remove(&id);
                return Ok(found);
            }
            let (first_fact, first_event) = (count(first_fact)?, count(first_event)?);
            match frame::open(&about(id, first_fact, first_event), &framed.into()) {
                Ok(facts) if !damaged.contains(&id) => found.entry(id).or_default().push(Chunk {
                    first_fact,
                    first_event,
                    facts,
                }),
                _ => {
                    damaged.insert(id);
                    found.remove(&id);
                }
            }
        }
    }
    Ok(found)
}

fn push_ids(select: &mut QueryBuilder<Sqlite>, ids: &[ExecutionId]) {
    let mut values = select.separated(", ");
    for id in ids {
        values.push_bind(id.to_bytes().to_vec());
    }
    select.push(")");
}
