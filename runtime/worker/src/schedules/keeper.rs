//! The task of a node that fires schedules: those of the slots that the node owns, by their time.
//!
//! It asks the store once a second for what is due until the next look, and sleeps until the first of
//! that; a schedule that is put here wakes it. So it costs the same however many there are.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use steploom_store::schedule::Schedule;
use steploom_types::{ExecutionId, Result};
use tokio::task::JoinHandle;

use super::pass::{self, Outcome, Pass};
use crate::mailbox;
use crate::port::Port;
use crate::shards::Shards;
use crate::shared::Shared;

/// How far ahead the store is asked, and how long it is not asked again.
const LOOK_MS: u64 = 1_000;

/// How long schedules wait for the shards that the node takes when it begins.
const SETTLE_MAX: Duration = Duration::from_secs(10);

/// Schedules that are taken at once: their states are written together.
const BATCH: u32 = 256;

/// Schedules that are looked at at the same time.
const AT_ONCE: usize = 64;

/// How long the look at one schedule may take: the rest of the batch waits for it.
const PASS_MAX: Duration = Duration::from_secs(30);

/// Executions whose end is listened for; what waits for others is looked at again by time.
const LISTENERS_MAX: usize = 10_000;

/// Fires schedules until the node stops.
pub(crate) fn start(shared: Arc<Shared>, shards: Shards) -> JoinHandle<()> {
    tokio::spawn(async move {
        let keeper = Keeper {
            port: Port::new(shared, shards),
            listened: Arc::default(),
        };
        // What starts while shards are still being read is mostly refused.
        let settled = keeper.port.shards().settled();
        let _ = tokio::time::timeout(SETTLE_MAX, settled).await;
        while !keeper.port.shards().stopping() {
            let wait = match keeper.look().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "schedules are not fired; trying again");
                    Duration::from_millis(LOOK_MS)
                }
            };
            tokio::select! {
                biased;
                () = tokio::time::sleep(wait) => {}
                () = keeper.port.shared().schedule_bell.rung() => {}
            }
        }
    })
}

struct Keeper {
    port: Port,
    /// Executions whose end is listened for.
    listened: Arc<Mutex<HashSet<ExecutionId>>>,
}

impl Keeper {
    /// Does what is due, and says how long there is nothing to do.
    async fn look(&self) -> Result<Duration> {
        let shared = self.port.shared();
        let mut wait = LOOK_MS;
        for slots in self.port.shards().own_ranges() {
            let now = shared.clock.now();
            let until = now.plus_millis(LOOK_MS);
            let found = shared.store.schedules.due(slots, until, BATCH).await?;
            let (due, later): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|row| row.due_at.is_some_and(|due| due <= now));
            if let Some(next) = later.first().and_then(|row| row.due_at) {
                wait = wait.min(next.millis_since(now));
            }
            if !due.is_empty() {
                self.run(due).await?;
                // There may be more, or what was done is due again.
                wait = 0;
            }
        }
        Ok(Duration::from_millis(wait))
    }

    /// Looks at schedules, and writes what came of it in one transaction.
    async fn run(&self, due: Vec<Schedule>) -> Result<()> {
        let store = &self.port.shared().store.schedules;
        let looks = stream::iter(due).map(|row| self.pass(row));
        let outcomes: Vec<Outcome> = looks.buffer_unordered(AT_ONCE).collect().await;
        let mut advance = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Advance(row) => advance.push(row),
                Outcome::Delete(row) => {
                    let (account, revision) = (row.account, Some(row.revision));
                    store
                        .delete(account, &row.group, &row.name, revision)
                        .await?;
                }
            }
        }
        // Those that somebody changed meanwhile are looked at again as they are now.
        store.advance(&advance).await?;
        for row in &advance {
            self.listen(row);
        }
        Ok(())
    }

    async fn pass(&self, row: Schedule) -> Outcome {
        let now = self.port.shared().clock.now();
        let pass = match Pass::new(&self.port, row.clone()) {
            Ok(pass) => pass,
            Err(error) => return Outcome::Advance(pass::set_aside(row, &error)),
        };
        match tokio::time::timeout(PASS_MAX, pass.run()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::Advance(pass::postpone(row, now, &error)),
            Err(_) => {
                let error = steploom_types::Error::internal("it took too long");
                Outcome::Advance(pass::postpone(row, now, &error))
            }
        }
    }

    /// What waits for the end of an execution is due when it ends.
    fn listen(&self, row: &Schedule) {
        let Some(awaited) = pass::awaited(row) else {
            return;
        };
        let listened = self.listened.clone();
        {
            let mut listened = lock(&listened);
            if listened.len() >= LISTENERS_MAX || !listened.insert(awaited) {
                return;
            }
        }
        let (port, row) = (self.port.clone(), row.clone());
        tokio::spawn(async move {
            // An execution that is gone has ended as well.
            let _ = mailbox::ended(&port, row.account, awaited).await;
            lock(&listened).remove(&awaited);
            if let Err(error) = hasten(&port, &row).await {
                tracing::debug!(%error, "a schedule that waited is looked at a little later");
            }
        });
    }
}

/// Makes a schedule that waits due now.
async fn hasten(port: &Port, row: &Schedule) -> Result<()> {
    let shared = port.shared();
    let store = &shared.store.schedules;
    let found = store.find(row.account, &row.group, &row.name).await?;
    let now = shared.clock.now();
    let waits = |row: &Schedule| pass::awaited(row).is_some() && row.due_at > Some(now);
    if let Some(mut row) = found.filter(waits) {
        row.due_at = Some(now);
        store.advance(&[row]).await?;
        shared.schedule_bell.ring();
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
