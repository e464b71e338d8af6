//! Which execution brings its owner down, again and again.
//!
//! A fold that panics is caught. One that takes the whole process with it (its stack, its memory) is
//! found by notes that outlive the process: each recovery is noted when it begins, and struck out when
//! the shard has been served for a while. A recovery that finds such a note goes carefully: it notes
//! what it is about to load, in small lots, then those of the lot in doubt one by one. One that was
//! alone when the process died, three times in a row, is set aside.
//!
//! Whoever kills a process does not look at what it loads, so that it could be chance. Hence one that was
//! alone once is loaded while no other is, of any shard, and some seconds after its shard was taken, later
//! each time: a process that is killed again and again soon after its start does not come so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_types::{AccountId, Error, ExecutionId, Name, Result, ShardId};
use tokio::time::Instant;

use super::owned::Owned;
use crate::shared::Shared;

/// A shard that was served for so long is not brought down by what it loaded.
const SETTLED_AFTER: Duration = Duration::from_secs(10);

/// Those that are loaded together while it is not known which of them does harm.
pub(super) const LOT: usize = 32;

/// Before the store is asked again when it did not answer.
const RETRY: Duration = Duration::from_millis(200);

/// How long after its shard was taken one is loaded that was alone when the process died; so much
/// longer each time. All is over before the shard [settles](SETTLED_AFTER).
const SUSPECT_WAITS: Duration = Duration::from_secs(2);

/// So often in a row is one alone when the process dies: then it is set aside.
const DEATHS_MAX: u32 = 3;

/// What outlives the process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Notes {
    /// Recoveries in a row that were not struck out.
    attempts: u32,
    /// What was about to be loaded.
    loading: Vec<ExecutionId>,
    /// How often each was alone when the process died, since it was last loaded.
    deaths: BTreeMap<ExecutionId, u32>,
}

/// How carefully a shard is recovered.
pub(super) struct Caution {
    notes: Notes,
    began_at: Instant,
    /// `None` once that is over.
    settles_at: Option<Instant>,
    /// Those of the lot that was being loaded when the process died.
    doubtful: BTreeSet<ExecutionId>,
}

impl Caution {
    /// Notes that a recovery begins.
    ///
    /// # Errors
    /// `Unavailable`: the store did not answer.
    pub(super) async fn begin(shared: &Shared, shard: ShardId) -> Result<Self> {
        let catalog = &shared.store.catalog;
        let found = catalog
            .find_entry(AccountId::LOCAL, EntryKind::Recovery, &name(shard))
            .await?;
        let mut notes: Notes = found
            .and_then(|entry| serde_json::from_str(&entry.body).ok())
            .unwrap_or_default();
        notes.attempts += 1;
        let loading = std::mem::take(&mut notes.loading);
        if let [alone] = loading.as_slice() {
            *notes.deaths.entry(*alone).or_default() += 1;
        }
        let doubtful = loading.into_iter().chain(notes.deaths.keys().copied());
        let began_at = Instant::now();
        let caution = Self {
            began_at,
            settles_at: Some(began_at + SETTLED_AFTER),
            doubtful: doubtful.collect(),
            notes,
        };
        caution.notes.write(shared, shard).await?;
        Ok(caution)
    }

    /// Whether it is to be noted what is loaded.
    pub(super) fn is_careful(&self) -> bool {
        self.settles_at.is_some() && self.notes.attempts > 1
    }

    /// Whether this one is to be loaded alone.
    pub(super) fn is_doubtful(&self, id: ExecutionId) -> bool {
        self.doubtful.contains(&id)
    }

    /// Before when this one is not to be loaded, as the process died while it was.
    pub(super) fn not_before(&self, id: ExecutionId) -> Option<Instant> {
        let deaths = *self.notes.deaths.get(&id)?;
        let waits = self.is_careful() && deaths < DEATHS_MAX;
        waits.then(|| self.began_at + SUSPECT_WAITS * deaths)
    }

    /// How often the process died of this one, if that was too often.
    pub(super) fn condemns(&self, id: ExecutionId) -> Option<u32> {
        let deaths = *self.notes.deaths.get(&id)?;
        (deaths >= DEATHS_MAX).then_some(deaths)
    }

    /// Somebody wants it tried again.
    pub(super) fn pardon(&mut self, id: ExecutionId) {
        self.notes.deaths.remove(&id);
        self.doubtful.remove(&id);
    }

    /// It was loaded, and the process is there.
    pub(super) fn acquit(&mut self, id: ExecutionId) {
        if self.condemns(id).is_none() {
            self.pardon(id);
        }
    }

    /// What is to be noted before these are loaded.
    pub(super) fn about(&self, loading: Vec<ExecutionId>) -> Loading {
        Loading(Notes {
            loading,
            ..self.notes.clone()
        })
    }

    /// In how long the shard has been served for long enough.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let at = self.settles_at?;
        Some(at.saturating_duration_since(Instant::now()))
    }
}

/// What is about to be loaded.
pub(super) struct Loading(Notes);

impl Loading {
    /// Whether one is loaded alone.
    pub(super) fn is_of_one(&self) -> bool {
        self.0.loading.len() == 1
    }

    /// The same with nothing being loaded: what follows is not the harm of what was.
    pub(super) fn over(mut self) -> Self {
        for id in std::mem::take(&mut self.0.loading) {
            self.0
                .deaths
                .retain(|dead, deaths| *dead != id || *deaths >= DEATHS_MAX);
        }
        self
    }

    /// Notes it durably, however long the store is away: nothing can be loaded before, anyway.
    pub(super) async fn note(&self, shared: &Shared, shard: ShardId) {
        while let Err(error) = self.0.write(shared, shard).await {
            tracing::warn!(%shard, %error, "what is to be loaded was not noted; trying again");
            tokio::time::sleep(RETRY).await;
        }
    }
}

impl Notes {
    async fn write(&self, shared: &Shared, shard: ShardId) -> Result<()> {
        let entry = Entry {
            name: name(shard),
            body: serde_json::to_string(self).map_err(Error::internal)?,
            created_at: shared.clock.now(),
        };
        let catalog = &shared.store.catalog;
        catalog
            .put_entry(AccountId::LOCAL, EntryKind::Recovery, &entry, Put::Upsert)
            .await?;
        Ok(())
    }
}

impl Owned {
    /// Strikes out the note when the shard has been served for a while.
    pub(super) fn settle_if_due(&mut self) {
        if self.caution.due_in().is_some_and(|due| due.is_zero()) {
            self.caution.settles_at = None;
            let (shared, shard) = (self.shared.clone(), self.lease.shard);
            tokio::spawn(async move { strike_out(&shared, shard).await });
        }
    }

    /// Strikes it out now: the process ends as it should.
    pub(super) async fn settle(&mut self) {
        if self.caution.settles_at.take().is_some() {
            strike_out(&self.shared, self.lease.shard).await;
        }
    }
}

async fn strike_out(shared: &Arc<Shared>, shard: ShardId) {
    let catalog = &shared.store.catalog;
    let struck = catalog
        .delete_entry(AccountId::LOCAL, EntryKind::Recovery, &name(shard))
        .await;
    if let Err(error) = struck {
        tracing::warn!(%shard, %error, "a recovery was not struck out; the next one goes carefully");
    }
}

/// The name of a shard's notes.
fn name(shard: ShardId) -> Name {
    format!("shard-{}", shard.0)
        .parse()
        .unwrap_or_else(|_| unreachable!("letters, a dash and digits are a name"))
}
