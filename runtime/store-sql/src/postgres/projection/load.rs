//! Reading many executions for their owner, with few questions.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::Result;
use steploom_store::projection::{Chunk, Loaded, Row};
use steploom_types::ExecutionId;

use super::parts::{self, Parts};
use super::read::{Found, chunk, found};
use super::row::{SELECTED, Stored};
use super::table::{self, COLUMNS};
use crate::column;

/// Id, first fact, first event, facts.
type ChunkRow = (Vec<u8>, i64, i64, Vec<u8>);

/// Ids by partition, as they are bound.
type Grouped = BTreeMap<i64, Vec<Vec<u8>>>;

/// Those of these executions that there are, with the facts of those whose facts are few.
pub(super) async fn load(
    from: &mut PgConnection,
    parts: &Parts,
    ids: &[ExecutionId],
    bytes_max: usize,
) -> Result<Found<Vec<Loaded>>> {
    let Found::Yes(rows) = rows(from, parts, ids).await? else {
        return Ok(Found::Changed);
    };
    // One that is missing may be in a partition that is not known.
    if rows.len() < ids.len() && parts::version(from).await? != parts.version {
        return Ok(Found::Changed);
    }
    let open = rows.iter().filter(|row| row.status.is_open());
    let open: Vec<_> = open.map(|row| row.id).collect();
    let mut left = bytes_max as u64;
    let mut chunks = HashMap::new();
    for (part, ids) in grouped(parts, &open) {
        let Found::Yes(short) = short(from, part, &ids, &mut left).await? else {
            return Ok(Found::Changed);
        };
        let Found::Yes(loaded) = whole(from, part, &short).await? else {
            return Ok(Found::Changed);
        };
        chunks.extend(loaded);
    }
    let loaded = |row: Row| Loaded {
        chunks: chunks.remove(&row.id),
        row,
    };
    Ok(Found::Yes(rows.into_iter().map(loaded).collect()))
}

fn grouped(parts: &Parts, ids: &[ExecutionId]) -> Grouped {
    let mut grouped = Grouped::new();
    for id in ids {
        if let Some(part) = parts.of(*id) {
            let ids = grouped.entry(part.id).or_default();
            ids.push(id.to_bytes().to_vec());
        }
    }
    grouped
}

/// In one statement, so that one that moves at the same time is in one place or the other.
async fn rows(
    from: &mut PgConnection,
    parts: &Parts,
    ids: &[ExecutionId],
) -> Result<Found<Vec<Row>>> {
    let tables = grouped(parts, ids).into_keys().map(table::closed);
    let place = |table| format!("SELECT {COLUMNS} FROM {table} WHERE id = ANY ($1)");
    let places = std::iter::once("open_execution".to_owned()).chain(tables);
    let places: Vec<_> = places.map(place).collect();
    let places = places.join(" UNION ALL ");
    let sql = format!(
        "SELECT {SELECTED} FROM ({places}) AS e JOIN execution_machine m ON m.n = e.machine"
    );
    let bytes: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes().to_vec()).collect();
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(bytes);
    let stored: Result<Vec<Stored>, _> = query.fetch_all(from).await;
    match found(stored)? {
        Found::Yes(stored) => {
            let rows = stored.into_iter().map(Stored::check);
            rows.collect::<Result<_>>().map(Found::Yes)
        }
        Found::Changed => Ok(Found::Changed),
    }
}

/// Those that have no snapshot and whose facts fit into what is `left`, which gets less. Lengths are
/// known without reading what is long.
async fn short(
    from: &mut PgConnection,
    part: i64,
    ids: &[Vec<u8>],
    left: &mut u64,
) -> Result<Found<Vec<Vec<u8>>>> {
    let (chunk, snapshot) = (table::chunk(part), table::snapshot(part));
    let sql = format!(
        "SELECT c.id, sum(octet_length(c.facts))::bigint FROM {chunk} c
         WHERE c.id = ANY ($1) AND NOT EXISTS (SELECT 1 FROM {snapshot} s WHERE s.id = c.id)
         GROUP BY c.id"
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(ids);
    let lengths: Result<Vec<(Vec<u8>, i64)>, _> = query.fetch_all(from).await;
    let Found::Yes(lengths) = found(lengths)? else {
        return Ok(Found::Changed);
    };
    let mut short = Vec::new();
    for (id, bytes) in lengths {
        let bytes = column::count(bytes)?;
        if bytes <= *left {
            *left -= bytes;
            short.push(id);
        }
    }
    Ok(Found::Yes(short))
}

/// All facts of these; those of one that fail their check are left out.
async fn whole(
    from: &mut PgConnection,
    part: i64,
    ids: &[Vec<u8>],
) -> Result<Found<HashMap<ExecutionId, Vec<Chunk>>>> {
    let mut whole: HashMap<ExecutionId, Vec<Chunk>> = HashMap::new();
    if ids.is_empty() {
        return Ok(Found::Yes(whole));
    }
    let table = table::chunk(part);
    let sql = format!(
        "SELECT id, first_fact, first_event, facts FROM {table} WHERE id = ANY ($1)
         ORDER BY id, first_fact"
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(ids);
    let rows: Result<Vec<ChunkRow>, _> = query.fetch_all(from).await;
    let Found::Yes(rows) = found(rows)? else {
        return Ok(Found::Changed);
    };
    let mut damaged = HashSet::new();
    for (id, first_fact, first_event, facts) in rows {
        let id = column::execution(&id)?;
        match chunk(id, (first_fact, first_event, facts)) {
            Ok(chunk) => whole.entry(id).or_default().push(chunk),
            Err(_) => drop(damaged.insert(id)),
        }
    }
    whole.retain(|id, _| !damaged.contains(id));
    Ok(Found::Yes(whole))
}
