//! Writing a checkpoint: one transaction, many rows a statement.

use std::collections::HashMap;

use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::{Change, Sleep};
use steploom_store::{Error, Result, frame};
use steploom_types::{AccountId, ExecutionId, MachineName, ShardId, Timestamp};

use super::Checkpoints;
use crate::column::stored;
use crate::error::failed;
use crate::row::execution::{more_to_store, name_to_store};
use crate::sqlite::batch::batches;

/// Machines whose numbers are remembered; when there are more, the memory begins anew.
const MACHINES_MAX: usize = 10_000;

type Numbered<'a> = (&'a Change, i64);
type Machine = (AccountId, MachineName);

impl Checkpoints {
    /// Writes all of it or nothing.
    pub(super) async fn write(
        &mut self,
        shard: ShardId,
        epoch: Epoch,
        upto: Lsn,
        changes: &[Change],
    ) -> Result<()> {
        let connection = self.writer.connection().await?;
        let written = write(connection, &self.machines, (shard, epoch, upto), changes).await;
        let found = self.writer.settle(written)?;
        // Only now: a number that was given in a transaction that failed belongs to nobody.
        if self.machines.len() + found.len() > MACHINES_MAX {
            self.machines.clear();
        }
        self.machines.extend(found);
        Ok(())
    }
}

/// Writes a checkpoint in one transaction, and names the machines whose numbers it had to look up.
async fn write(
    connection: &mut SqliteConnection,
    machines: &HashMap<Machine, i64>,
    (shard, epoch, upto): (ShardId, Epoch, Lsn),
    changes: &[Change],
) -> Result<Vec<(Machine, i64)>> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    fence(&mut transaction, shard, epoch, upto).await?;
    let mut found: Vec<(Machine, i64)> = Vec::new();
    let mut numbered: Vec<Numbered> = Vec::with_capacity(changes.len());
    for change in changes {
        let machine = (change.row.account, change.row.machine.clone());
        let new = || found.iter().find(|(m, _)| *m == machine).map(|(_, n)| *n);
        let n = if let Some(n) = machines.get(&machine).copied().or_else(new) {
            n
        } else {
            let n = number(&mut transaction, &machine).await?;
            found.push((machine, n));
            n
        };
        numbered.push((change, n));
    }
    write_rows(&mut transaction, &numbered).await?;
    write_chunks(&mut transaction, changes).await?;
    write_snapshots(&mut transaction, changes).await?;
    write_offers(&mut transaction, changes).await?;
    write_open(&mut transaction, changes).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(found)
}

async fn fence(to: &mut SqliteConnection, shard: ShardId, epoch: Epoch, upto: Lsn) -> Result<()> {
    let moved = sqlx::query(
        "INSERT INTO checkpoint (shard, epoch, lsn) VALUES (?, ?, ?)
         ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch, lsn = excluded.lsn
         WHERE epoch <= excluded.epoch AND lsn <= excluded.lsn",
    )
    .bind(i64::from(shard.0))
    .bind(stored(epoch.0))
    .bind(stored(upto.0))
    .execute(to)
    .await
    .map_err(failed)?;
    if moved.rows_affected() == 0 {
        return Err(Error::Fenced { shard });
    }
    Ok(())
}

/// A machine's number, given to it if it has none.
async fn number(to: &mut SqliteConnection, (account, name): &Machine) -> Result<i64> {
    let (account, name) = (stored(account.as_u64()), name.to_string());
    sqlx::query("INSERT INTO machine (account, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(account)
        .bind(&name)
        .execute(&mut *to)
        .await
        .map_err(failed)?;
    sqlx::query_scalar("SELECT n FROM machine WHERE account = ? AND name = ?")
        .bind(account)
        .bind(&name)
        .fetch_one(to)
        .await
        .map_err(failed)
}

/// A row of an open execution does not change, so it is written once. One that ends is written again
/// in its place, and never loses facts that it has.
async fn write_rows(to: &mut SqliteConnection, changes: &[Numbered<'_>]) -> Result<()> {
    for batch in batches(changes) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO execution (id, machine, machine_version, name, definition, status, \
             started_at, ended_at, input, output, error, cause, first_event, facts, more) ",
        );
        insert.push_values(batch, |mut values, (change, machine)| {
            let (row, chunk) = (&change.row, &change.chunk);
            let whole = is_whole(change);
            values
                .push_bind(row.id.to_bytes().to_vec())
                .push_bind(*machine)
                .push_bind(i64::from(row.machine_version))
                .push_bind(name_to_store(row))
                .push_bind(row.definition.as_bytes().to_vec())
                .push_bind(i64::from(row.status.code()))
                .push_bind(row.started_at.as_millis())
                .push_bind(row.ended_at.map(Timestamp::as_millis))
                .push_bind(row.input.to_vec())
                .push_bind(row.output.as_deref())
                .push_bind(row.error.as_deref())
                .push_bind(row.cause.as_deref())
                .push_bind(whole.then(|| stored(chunk.first_event)))
                .push_bind(whole.then(|| framed(change)))
                .push_bind(more_to_store(row));
        });
        insert.push(
            " ON CONFLICT (id) DO UPDATE SET status = excluded.status, \
             ended_at = excluded.ended_at, output = excluded.output, error = excluded.error, \
             cause = excluded.cause, more = excluded.more, first_event = coalesce(excluded.first_event, first_event), \
             facts = coalesce(excluded.facts, facts) \
             WHERE status <> excluded.status OR excluded.status <> 0 OR more IS NOT excluded.more",
        );
        insert.build().execute(&mut *to).await.map_err(failed)?;
    }
    Ok(())
}

/// Whether the row takes the facts: they are all that the execution ever had.
fn is_whole(change: &Change) -> bool {
    let chunk = &change.chunk;
    !change.row.status.is_open() && chunk.first_fact == 0 && !chunk.facts.is_empty()
}

async fn write_chunks(to: &mut SqliteConnection, changes: &[Change]) -> Result<()> {
    let apart = |change: &&Change| !change.chunk.facts.is_empty() && !is_whole(change);
    let apart: Vec<_> = changes.iter().filter(apart).collect();
    for batch in batches(&apart) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT OR REPLACE INTO chunk (id, first_fact, first_event, facts) ",
        );
        insert.push_values(batch, |mut values, change| {
            values
                .push_bind(change.row.id.to_bytes().to_vec())
                .push_bind(stored(change.chunk.first_fact))
                .push_bind(stored(change.chunk.first_event))
                .push_bind(framed(change));
        });
        insert.build().execute(&mut *to).await.map_err(failed)?;
    }
    Ok(())
}

fn framed(change: &Change) -> Vec<u8> {
    let chunk = &change.chunk;
    let about = about(change.row.id, chunk.first_fact, chunk.first_event);
    frame::seal(&about, &chunk.facts).into()
}

/// What the checksum of a chunk or a snapshot covers besides its bytes.
pub(super) fn about(id: ExecutionId, first: u64, second: u64) -> Vec<u8> {
    let numbers = [first.to_be_bytes(), second.to_be_bytes()];
    [&id.to_bytes()[..], &numbers[0], &numbers[1]].concat()
}

async fn write_snapshots(to: &mut SqliteConnection, changes: &[Change]) -> Result<()> {
    for change in changes {
        let Some(snapshot) = &change.snapshot else {
            continue;
        };
        let about = about(change.row.id, snapshot.facts, snapshot.events);
        sqlx::query(
            "INSERT OR REPLACE INTO snapshot (id, facts, events, body) VALUES (?, ?, ?, ?)",
        )
        .bind(change.row.id.to_bytes().to_vec())
        .bind(stored(snapshot.facts))
        .bind(stored(snapshot.events))
        .bind(frame::seal(&about, &snapshot.body).to_vec())
        .execute(&mut *to)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

async fn write_offers(to: &mut SqliteConnection, changes: &[Change]) -> Result<()> {
    for change in changes {
        let id = change.row.id.to_bytes().to_vec();
        sqlx::query("DELETE FROM offer WHERE id = ?")
            .bind(&id)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
        let open = change.row.status.is_open();
        for offer in change.offers.iter().filter(|_| open) {
            sqlx::query("INSERT INTO offer (account, activity, id, action) VALUES (?, ?, ?, ?)")
                .bind(stored(change.row.account.as_u64()))
                .bind(offer.activity.as_str())
                .bind(&id)
                .bind(stored(offer.action))
                .execute(&mut *to)
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

fn wake_at(sleep: Sleep) -> Option<i64> {
    match sleep {
        Sleep::No => None,
        Sleep::Until(at) => Some(at.as_millis()),
        Sleep::Called => Some(i64::MAX),
    }
}

async fn write_open(to: &mut SqliteConnection, changes: &[Change]) -> Result<()> {
    let is_open = |change: &&Change| change.row.status.is_open();
    let (open, ended): (Vec<_>, Vec<_>) = changes.iter().partition(is_open);
    for batch in batches(&open) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO open_execution (id, wake_at) ");
        insert.push_values(batch, |mut values, change| {
            values
                .push_bind(change.row.id.to_bytes().to_vec())
                .push_bind(wake_at(change.sleep));
        });
        insert.push(
            " ON CONFLICT (id) DO UPDATE SET wake_at = excluded.wake_at \
             WHERE wake_at IS NOT excluded.wake_at",
        );
        insert.build().execute(&mut *to).await.map_err(failed)?;
    }
    for batch in batches(&ended) {
        let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM open_execution WHERE id IN (");
        let mut ids = delete.separated(", ");
        for change in batch {
            ids.push_bind(change.row.id.to_bytes().to_vec());
        }
        ids.push_unseparated(")");
        delete.build().execute(&mut *to).await.map_err(failed)?;
    }
    Ok(())
}
