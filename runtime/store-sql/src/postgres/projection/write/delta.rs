//! What a checkpoint changes in the numbers that are kept: counts, and how full partitions are.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use steploom_store::Result;
use steploom_store::projection::{Change, Row, Status};
use steploom_types::ExecutionId;

use crate::error::failed;
use crate::postgres::projection::count::Counts;

/// What a row takes besides what it carries, with its entries in indexes, about.
const ROW_BYTES: i64 = 300;

/// Changes of the numbers.
#[derive(Default)]
pub(super) struct Delta {
    counts: Counts,
    parts: BTreeMap<i64, Part>,
}

/// Of one partition.
struct Part {
    rows: i64,
    bytes: i64,
    version: i64,
    newest_at: i64,
    started: (i64, i64),
}

impl Default for Part {
    fn default() -> Self {
        Self {
            rows: 0,
            bytes: 0,
            version: 0,
            newest_at: i64::MIN,
            started: (i64::MAX, i64::MIN),
        }
    }
}

impl Delta {
    /// Something of this execution is written to the partition.
    pub(super) fn saw(&mut self, part: i64, id: ExecutionId) {
        let part = self.parts.entry(part).or_default();
        part.newest_at = part.newest_at.max(id.created().as_millis());
    }

    /// An open execution is written, which stood like `was`.
    pub(super) fn opened(&mut self, machine: i64, was: Option<Status>, row: &Row) {
        self.counts.moves(machine, was, row);
    }

    /// A closed execution has left the partition.
    pub(super) fn reopened(&mut self, part: i64, row: &Row) {
        let part = self.parts.entry(part).or_default();
        part.version += 1;
        part.rows -= 1;
        part.bytes -= bytes(row);
    }

    /// A closed execution has come into the partition.
    pub(super) fn closed(&mut self, part: i64, machine: i64, was: Option<Status>, change: &Change) {
        let row = &change.row;
        self.counts.moves(machine, was, row);
        let part = self.parts.entry(part).or_default();
        part.version += 1;
        part.rows += 1;
        part.bytes += bytes(row) + change.chunk.facts.len() as i64;
        part.started(row);
    }

    /// A closed execution is written again.
    pub(super) fn closed_again(&mut self, part: i64, machine: i64, was: Status, row: &Row) {
        self.counts.moves(machine, Some(was), row);
        let part = self.parts.entry(part).or_default();
        part.version += 1;
        part.started(row);
    }

    /// Whether a partition has more rows than before.
    pub(super) fn grew(&self, part: i64) -> bool {
        self.parts.get(&part).is_some_and(|part| part.rows > 0)
    }

    /// Writes it all.
    pub(super) async fn write(&self, to: &mut PgConnection, shard: i64) -> Result<()> {
        self.counts.write(to, shard).await?;
        let of = |number: fn(&Part) -> i64| self.parts.values().map(number).collect::<Vec<_>>();
        sqlx::query(
            "INSERT INTO partition_count AS c
                 (partition, shard, rows, bytes, version, newest_at, started_min, started_max)
             SELECT partition, $8, rows, bytes, version, newest_at, started_min, started_max
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                     $6::bigint[], $7::bigint[])
                 AS u (partition, rows, bytes, version, newest_at, started_min, started_max)
             ON CONFLICT (partition, shard) DO UPDATE SET
                 rows = c.rows + excluded.rows, bytes = c.bytes + excluded.bytes,
                 version = c.version + excluded.version,
                 newest_at = greatest(c.newest_at, excluded.newest_at),
                 started_min = least(c.started_min, excluded.started_min),
                 started_max = greatest(c.started_max, excluded.started_max)",
        )
        .bind(self.parts.keys().copied().collect::<Vec<_>>())
        .bind(of(|part| part.rows))
        .bind(of(|part| part.bytes))
        .bind(of(|part| part.version))
        .bind(of(|part| part.newest_at))
        .bind(of(|part| part.started.0))
        .bind(of(|part| part.started.1))
        .bind(shard)
        .execute(to)
        .await
        .map_err(failed)?;
        Ok(())
    }
}

impl Part {
    fn started(&mut self, row: &Row) {
        let at = row.started_at.as_millis();
        self.started = (self.started.0.min(at), self.started.1.max(at));
    }
}

fn bytes(row: &Row) -> i64 {
    let output = row.output.as_ref().map_or(0, bytes::Bytes::len);
    (row.input.len() + output) as i64 + ROW_BYTES
}
