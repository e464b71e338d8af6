//! Chunks and snapshots.

use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::{Result, frame};

use super::{Grouped, Item, id_bytes};
use crate::column::stored;
use crate::error::failed;
use crate::postgres::projection::table;
use crate::row::pack;

pub(super) async fn write_chunks(to: &mut PgConnection, grouped: &Grouped<'_>) -> Result<()> {
    for (part, items) in grouped {
        let chunks = items.iter().map(|item| &item.change.chunk);
        let first_facts: Vec<i64> = chunks.clone().map(|c| stored(c.first_fact)).collect();
        let first_events: Vec<i64> = chunks.map(|c| stored(c.first_event)).collect();
        let framed = |item: &Item<'_>| {
            let change = item.change;
            pack::facts(change.row.id, &change.chunk).to_vec()
        };
        let facts: Vec<Vec<u8>> = items.iter().map(framed).collect();
        let chunk = table::chunk(*part);
        let sql = format!(
            "INSERT INTO {chunk} (id, first_fact, first_event, facts)
             SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[])
             ON CONFLICT (id, first_fact)
             DO UPDATE SET first_event = excluded.first_event, facts = excluded.facts"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(id_bytes(items))
            .bind(first_facts)
            .bind(first_events)
            .bind(facts)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

pub(super) async fn write_snapshots(to: &mut PgConnection, grouped: &Grouped<'_>) -> Result<()> {
    for (part, items) in grouped {
        let (mut facts, mut events, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
        let snapshots = items.iter().filter_map(|item| {
            let snapshot = item.change.snapshot.as_ref()?;
            Some((item.change.row.id, snapshot))
        });
        for (id, snapshot) in snapshots {
            let about = pack::about(id, snapshot.facts, snapshot.events);
            facts.push(stored(snapshot.facts));
            events.push(stored(snapshot.events));
            bodies.push(frame::seal(&about, &snapshot.body).to_vec());
        }
        let snapshot = table::snapshot(*part);
        let sql = format!(
            "INSERT INTO {snapshot} (id, facts, events, body)
             SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[])
             ON CONFLICT (id, facts)
             DO UPDATE SET events = excluded.events, body = excluded.body"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(id_bytes(items))
            .bind(facts)
            .bind(events)
            .bind(bodies)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
    }
    Ok(())
}
