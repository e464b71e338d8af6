//! What is done about closed executions as time passes, by the owner of the first slot: whole
//! partitions go to the archive, and segments go when nobody wants them any more.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_store::Error as StoreError;
use steploom_store::catalog::{self, EntryKind, Put};
use steploom_store::projection::Row;
use steploom_types::{AccountId, Error, MachineName, Name, Result, Slot, Timestamp, limits};
use tokio::task::JoinHandle;

use super::Retention;
use super::entry::{self, Entry};
use super::mover::{Moved, Mover};
use super::sweep;
use crate::port;
use crate::shards::{Place, Shards};
use crate::shared::Shared;

/// How often it looks for something to do.
const EVERY: Duration = Duration::from_mins(1);

/// How often it looks whether it is the one that should, while it is not.
const NOT_MINE: Duration = Duration::from_secs(1);

/// Milliseconds after which objects are looked through, though no execution has gone: one that was
/// never committed may have left some.
const SWEEP_EVERY_MS: u64 = 6 * HOUR_MS;

const HOUR_MS: u64 = 3_600 * 1_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// What is kept how long, as of one moment.
pub(super) struct Rules {
    now: Timestamp,
    default: Retention,
    machines: HashMap<(AccountId, String), wire::Retention>,
}

impl Rules {
    /// When an execution ended, if its name is still to be found in the database.
    pub(super) fn is_early(&self, row: &Row) -> Option<Timestamp> {
        let ended_at = row.ended_at.unwrap_or(row.started_at);
        (self.now.millis_since(ended_at) < self.after_ms()).then_some(ended_at)
    }

    /// Whether nobody wants an execution any more.
    pub(super) fn is_over(&self, row: &Row) -> bool {
        let days = self.of(row.account, &row.machine.to_string()).0;
        let ended_at = row.ended_at.unwrap_or(row.started_at);
        self.now.millis_since(ended_at) >= u64::from(days) * DAY_MS
    }

    /// Milliseconds for which executions stay in the database after their end.
    fn after_ms(&self) -> u64 {
        let hours = u64::from(self.default.archive_after_hours);
        hours.max(u64::from(limits::NAME_WINDOW_DAYS) * 24) * HOUR_MS
    }

    /// How many days, and how many, of a machine are kept.
    fn of(&self, account: AccountId, machine: &str) -> (u32, Option<u64>) {
        let own = self.machines.get(&(account, machine.to_owned()));
        let own = own.copied().unwrap_or_default();
        let days = own.days.unwrap_or(self.default.days);
        (days, own.executions.or(self.default.executions))
    }
}

/// How long a machine's executions are kept, as it is in the catalog.
#[derive(Serialize, Deserialize)]
struct Stored {
    machine: Name,
    retention: wire::Retention,
}

/// As it was set for a machine.
pub(crate) async fn retention(
    shared: &Shared,
    account: AccountId,
    machine: &Name,
) -> Result<wire::Retention> {
    let catalog = &shared.store.catalog;
    let found = catalog
        .find_entry(account, EntryKind::Retention, machine)
        .await?;
    found.map_or(Ok(wire::Retention::default()), |entry| read(&entry))
}

fn read(entry: &catalog::Entry) -> Result<wire::Retention> {
    let stored: Stored = serde_json::from_str(&entry.body)
        .map_err(|e| StoreError::Corrupt(format!("retention of '{}': {e}", entry.name)))?;
    Ok(stored.retention)
}

/// Sets it for a machine.
///
/// # Errors
/// `Invalid` / `InvalidRetention`.
pub(crate) async fn put_retention(
    shared: &Shared,
    account: AccountId,
    machine: &Name,
    retention: wire::Retention,
) -> Result<()> {
    let days = 1..=limits::archive::RETENTION_DAYS_MAX;
    if retention.days.is_some_and(|n| !days.contains(&n)) || retention.executions == Some(0) {
        let message = format!(
            "'days' must be 1 to {}, and 'executions' at least 1; leave out what should be as for all machines",
            limits::archive::RETENTION_DAYS_MAX
        );
        return Err(Error::invalid("InvalidRetention", message));
    }
    let stored = Stored {
        machine: machine.clone(),
        retention,
    };
    let at = shared.clock.now();
    let entry = catalog::Entry {
        name: machine.clone(),
        body: serde_json::to_string(&stored).map_err(Error::internal)?,
        created_at: at,
    };
    let catalog = &shared.store.catalog;
    catalog
        .put_entry(account, EntryKind::Retention, &entry, Put::Upsert)
        .await?;
    // So that its rule is found whether or not it has segments already.
    entry::note_account(&**catalog, account, at).await
}

/// Looks for something to do until the node stops.
pub(crate) fn start(shared: Arc<Shared>, shards: Shards, every: Retention) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut keeper = Keeper {
            shared,
            every,
            not_before: BTreeMap::new(),
            sweep_at: None,
        };
        while !shards.stopping() {
            if !matches!(shards.place(Slot(0)), Place::Here(_)) {
                tokio::time::sleep(NOT_MINE).await;
                continue;
            }
            if let Err(error) = keeper.look().await {
                tracing::warn!(%error, "closed executions stay where they are; trying again");
            }
            tokio::time::sleep(EVERY).await;
        }
    })
}

/// The task's memory.
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) every: Retention,
    /// Partitions with executions that have ended lately.
    pub(super) not_before: BTreeMap<u64, Timestamp>,
    /// When objects are looked through at the latest; now, if `None`.
    pub(super) sweep_at: Option<Timestamp>,
}

impl Keeper {
    /// Does what is due.
    pub(super) async fn look(&mut self) -> Result<()> {
        let rules = self.rules().await?;
        self.archive(&rules).await?;
        let catalog = self.shared.store.catalog.clone();
        for account in entry::accounts(&*catalog).await? {
            self.expire(account, &rules).await?;
        }
        if self.sweep_at.is_none_or(|at| at <= rules.now) {
            let executions = sweep::sweep(&self.shared).await?;
            if executions > 0 {
                tracing::info!(
                    executions,
                    "objects of executions that are no more are deleted"
                );
            }
            let uploads = port::forget_abandoned(&self.shared).await?;
            if uploads > 0 {
                tracing::info!(uploads, "uploads that nobody finished are forgotten");
            }
            self.sweep_at = Some(rules.now.plus_millis(SWEEP_EVERY_MS));
        }
        Ok(())
    }

    async fn rules(&self) -> Result<Rules> {
        let catalog = &*self.shared.store.catalog;
        let mut machines = HashMap::new();
        for account in entry::accounts(catalog).await? {
            for entry in entry::all(catalog, account, EntryKind::Retention).await? {
                machines.insert((account, entry.name.to_string()), read(&entry)?);
            }
        }
        Ok(Rules {
            now: self.shared.clock.now(),
            default: self.every,
            machines,
        })
    }

    async fn archive(&mut self, rules: &Rules) -> Result<()> {
        let partitions = self.shared.store.projection.partitions().await?;
        self.not_before
            .retain(|id, _| partitions.iter().any(|partition| partition.id == *id));
        for partition in partitions {
            let old = partition
                .to
                .is_some_and(|to| rules.now.millis_since(to) >= rules.after_ms());
            let early = self.not_before.get(&partition.id);
            if !old || early.is_some_and(|until| rules.now < *until) {
                continue;
            }
            let id = partition.id;
            let moved = Mover::new(&self.shared, partition, rules).run().await;
            match moved {
                Ok(Moved::Done { rows, gone }) => {
                    if gone > 0 {
                        self.sweep_at = None;
                    }
                    self.shared.metrics.executions_archived.inc_by(rows);
                    tracing::info!(
                        partition = id,
                        executions = rows,
                        "closed executions are archived"
                    );
                }
                Ok(Moved::Early { ended_at }) => {
                    let until = ended_at.plus_millis(rules.after_ms());
                    self.not_before.insert(id, until);
                }
                // It has changed: it is read again the next time.
                Err(error) if error.code == "Changed" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Removes segments that are too old, or more than their machine keeps: first the object, so that a
    /// crash leaves an entry that the next look removes.
    async fn expire(&mut self, account: AccountId, rules: &Rules) -> Result<()> {
        let catalog = self.shared.store.catalog.clone();
        let mut kept: HashMap<String, u64> = HashMap::new();
        for entry in entry::load(&*catalog, account).await? {
            let machine = &entry.segment.machine;
            let (days, executions) = rules.of(account, machine);
            let newer = match kept.get(machine) {
                Some(newer) => *newer,
                None => self.in_database(account, machine).await?,
            };
            kept.insert(machine.clone(), newer + entry.segment.rows);
            let newest = Timestamp::from_millis(entry.segment.ended_ms);
            let is_old = rules.now.millis_since(newest) >= u64::from(days) * DAY_MS;
            if is_old || executions.is_some_and(|most| newer >= most) {
                self.remove(account, &entry).await?;
                self.sweep_at = None;
            }
        }
        Ok(())
    }

    async fn remove(&self, account: AccountId, entry: &Entry) -> Result<()> {
        self.shared.artifacts.delete(&entry.segment.object).await?;
        let catalog = &*self.shared.store.catalog;
        entry.delete(catalog, account).await?;
        let epoch = (self.shared.chance.draw(), self.shared.clock.now());
        entry::next_epoch(catalog, account, epoch).await?;
        self.shared
            .metrics
            .executions_expired
            .inc_by(entry.segment.rows);
        Ok(())
    }

    /// How many closed executions of a machine are in the database.
    async fn in_database(&self, account: AccountId, machine: &str) -> Result<u64> {
        let Ok(machine) = machine.parse::<MachineName>() else {
            return Ok(0);
        };
        let projection = &self.shared.store.projection;
        let counts = projection.counts(account, Some(&machine)).await?;
        let closed = counts.iter().filter(|(_, status, _)| !status.is_open());
        Ok(closed.map(|(_, _, count)| count).sum())
    }
}
