//! Writing a checkpoint: one transaction, a few statements whatever the number of its changes.

mod closed;
mod delta;
mod facts;
mod open;
mod tag;

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::Change;
use steploom_store::{Error, Result};
use steploom_types::{AccountId, MachineName, ShardId};

use super::Machines;
use super::parts::{self, Parts};
use crate::column::{self, stored};
use crate::error::failed;
use delta::Delta;

/// A checkpoint to be written.
pub(super) struct Checkpoint<'a> {
    pub(super) at: (ShardId, Epoch, Lsn),
    pub(super) changes: &'a [Change],
    /// The numbers of all machines in there.
    pub(super) machines: &'a Machines,
    /// The partitions, as far as is known.
    pub(super) parts: &'a Parts,
}

/// What came of it.
pub(super) enum Written {
    /// It is durable.
    Done {
        /// Whether the newest partition has more closed executions than before.
        newest_grew: bool,
    },
    /// Nothing was written: the partitions are others by now.
    Changed,
    /// Nothing was written: there is no partition for these times.
    Missing(Vec<i64>),
}

/// A change, and where it belongs.
#[derive(Clone, Copy)]
struct Item<'a> {
    change: &'a Change,
    machine: i64,
    part: i64,
}

/// By partition.
type Grouped<'a> = BTreeMap<i64, Vec<Item<'a>>>;

/// Moves the checkpoint on, if its epoch is the newest and its lsn no step back.
pub(super) async fn fence(
    to: &mut PgConnection,
    (shard, epoch, upto): (ShardId, Epoch, Lsn),
) -> Result<()> {
    let moved = sqlx::query(
        "INSERT INTO checkpoint AS c (shard, epoch, lsn) VALUES ($1, $2, $3)
         ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch, lsn = excluded.lsn
         WHERE c.epoch <= excluded.epoch AND c.lsn <= excluded.lsn",
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

/// Gives machines their numbers, for ever: it does not matter what becomes of the checkpoint. They go
/// in order, so that two nodes that do the same do not wait for each other.
pub(super) async fn number(
    to: &mut PgConnection,
    machines: &[(AccountId, MachineName)],
) -> Result<Machines> {
    let mut wanted: Vec<(i64, String)> = machines
        .iter()
        .map(|(account, name)| (stored(account.as_u64()), name.to_string()))
        .collect();
    wanted.sort();
    let (accounts, names): (Vec<i64>, Vec<String>) = wanted.into_iter().unzip();
    sqlx::query(
        "INSERT INTO execution_machine (account, name)
         SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING",
    )
    .bind(&accounts)
    .bind(&names)
    .execute(&mut *to)
    .await
    .map_err(failed)?;
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT m.n, m.account, m.name FROM execution_machine m
         JOIN unnest($1::bigint[], $2::text[]) AS w (account, name)
             ON w.account = m.account AND w.name = m.name",
    )
    .bind(&accounts)
    .bind(&names)
    .fetch_all(to)
    .await
    .map_err(failed)?;
    let numbered = |(n, account, name): (i64, i64, String)| {
        Ok(((column::account(account)?, column::machine(&name)?), n))
    };
    rows.into_iter().map(numbered).collect()
}

impl Checkpoint<'_> {
    /// Writes all of it or nothing.
    pub(super) async fn write(&self, to: &mut PgConnection) -> Result<Written> {
        let lock = parts::LOCK;
        let begin = format!("BEGIN; SELECT pg_advisory_xact_lock_shared({lock})");
        let begun = to.begin_with(AssertSqlSafe(begin)).await;
        let mut transaction = begun.map_err(failed)?;
        // Under the lock, and so in a statement after the one that waits for it.
        if parts::version(&mut transaction).await? != self.parts.version {
            transaction.rollback().await.map_err(failed)?;
            return Ok(Written::Changed);
        }
        let items = match self.items()? {
            Ok(items) => items,
            Err(times) => {
                transaction.rollback().await.map_err(failed)?;
                return Ok(Written::Missing(times));
            }
        };
        match self.write_items(&mut transaction, &items).await {
            Ok(newest_grew) => {
                transaction.commit().await.map_err(failed)?;
                Ok(Written::Done { newest_grew })
            }
            Err(fenced @ Error::Fenced { .. }) => {
                transaction.rollback().await.map_err(failed)?;
                Err(fenced)
            }
            Err(error) => Err(error),
        }
    }

    /// The changes with their places, or the times for which there is none.
    fn items(&self) -> Result<Result<Vec<Item<'_>>, Vec<i64>>> {
        let mut missing = Vec::new();
        let mut items = Vec::with_capacity(self.changes.len());
        for change in self.changes {
            let row = &change.row;
            let machine = self.machines.get(&(row.account, row.machine.clone()));
            let machine = machine.copied().ok_or_else(|| {
                Error::Unavailable(format!("the machine '{}' was not numbered", row.machine))
            })?;
            match self.parts.of(row.id) {
                Some(part) => items.push(Item {
                    change,
                    machine,
                    part: part.id,
                }),
                None => missing.push(row.id.created().as_millis()),
            }
        }
        missing.sort_unstable();
        missing.dedup();
        Ok(if missing.is_empty() {
            Ok(items)
        } else {
            Err(missing)
        })
    }

    async fn write_items(&self, to: &mut PgConnection, items: &[Item<'_>]) -> Result<bool> {
        fence(to, self.at).await?;
        let known = open::known(to, items).await?;
        let mut delta = Delta::default();
        for item in items {
            delta.saw(item.part, item.change.row.id);
        }
        let (going, ended): (Vec<Item>, Vec<Item>) = items
            .iter()
            .partition(|item| item.change.row.status.is_open());
        let reopened = closed::reopen(to, &going, &known, &mut delta).await?;
        let whole = closed::write(to, &ended, &known, &mut delta).await?;
        open::write(to, &going, (&known, &reopened), &mut delta).await?;
        open::close(to, &ended, &known).await?;
        open::write_offers(to, &going, &known).await?;
        let apart = |item: &&Item| {
            let change = item.change;
            !change.chunk.facts.is_empty() && !whole.contains(&change.row.id)
        };
        facts::write_chunks(to, &grouped(items.iter().filter(apart))).await?;
        let snapped = |item: &&Item| item.change.snapshot.is_some();
        facts::write_snapshots(to, &grouped(items.iter().filter(snapped))).await?;
        let shard = i64::from(self.at.0.0);
        delta.write(to, shard).await?;
        let newest = self.parts.all.last().filter(|part| part.to_at == i64::MAX);
        Ok(newest.is_some_and(|part| delta.grew(part.id)))
    }
}

fn grouped<'a: 'b, 'b>(items: impl Iterator<Item = &'b Item<'a>>) -> Grouped<'a> {
    let mut grouped = Grouped::new();
    for item in items {
        grouped.entry(item.part).or_default().push(*item);
    }
    grouped
}

fn id_bytes<'a: 'b, 'b>(items: impl IntoIterator<Item = &'b Item<'a>>) -> Vec<Vec<u8>> {
    let items = items.into_iter();
    items
        .map(|item| item.change.row.id.to_bytes().to_vec())
        .collect()
}
