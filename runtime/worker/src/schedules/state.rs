//! How far a schedule has come, as it is stored.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_schedule::Cursor;
use steploom_store::Error as StoreError;
use steploom_store::schedule::Schedule;
use steploom_types::{Error, ExecutionId, Result, Timestamp};

/// What its owner remembers of a schedule. Fields that are missing are as in a new one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    /// When its rate began.
    pub(crate) anchor: Timestamp,
    pub(crate) cursor: Cursor,
    #[serde(default)]
    pub(crate) fired: u64,
    #[serde(default)]
    pub(crate) missed: u64,
    #[serde(default)]
    pub(crate) skipped: u64,
    #[serde(default)]
    pub(crate) failed: u64,
    #[serde(default)]
    pub(crate) last: Option<wire::LastFiring>,
    #[serde(default)]
    pub(crate) last_failure: Option<wire::FiringFailure>,
    /// What ran when it was looked last, the oldest first.
    #[serde(default)]
    pub(crate) running: Vec<ExecutionId>,
    /// Due times that wait, the oldest first.
    #[serde(default)]
    pub(crate) buffered: VecDeque<Timestamp>,
    #[serde(default)]
    pub(crate) retries: Vec<Retry>,
    #[serde(default)]
    pub(crate) backfills: Vec<Filling>,
    #[serde(default)]
    pub(crate) completed_at: Option<Timestamp>,
}

/// A due time whose start was refused, and is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retry {
    pub(crate) due_at: Timestamp,
    /// When it was tried first.
    pub(crate) since: Timestamp,
    /// Tries so far.
    pub(crate) attempts: u32,
    pub(crate) again_at: Timestamp,
}

/// A range that is being filled.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filling {
    pub(crate) asked: wire::Backfill,
    /// Up to where it is.
    pub(crate) decided_to: Timestamp,
}

impl State {
    /// That of a schedule that begins.
    pub(crate) fn new(anchor: Timestamp, decided_to: Timestamp) -> Self {
        Self {
            anchor,
            cursor: Cursor {
                decided_to,
                firings: 0,
            },
            fired: 0,
            missed: 0,
            skipped: 0,
            failed: 0,
            last: None,
            last_failure: None,
            running: Vec::new(),
            buffered: VecDeque::new(),
            retries: Vec::new(),
            backfills: Vec::new(),
            completed_at: None,
        }
    }

    pub(crate) fn read(row: &Schedule) -> Result<Self> {
        serde_json::from_str(&row.state).map_err(|why| {
            let (group, name) = (&row.group, &row.name);
            StoreError::Corrupt(format!("the state of schedule {group}/{name}: {why}")).into()
        })
    }

    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Whether something is left besides its own due times.
    pub(crate) fn has_more(&self) -> bool {
        !(self.buffered.is_empty() && self.retries.is_empty() && self.backfills.is_empty())
    }

    /// As callers see it.
    pub(crate) fn progress(&self, next_at: Option<Timestamp>) -> wire::ScheduleProgress {
        wire::ScheduleProgress {
            next_at,
            fired: self.fired,
            missed: self.missed,
            skipped: self.skipped,
            failed: self.failed,
            last: self.last.clone(),
            last_failure: self.last_failure.clone(),
            running: self.running.clone(),
            buffered: self.buffered.iter().copied().collect(),
            retrying: self.retries.iter().map(|retry| retry.due_at).collect(),
            backfills: self.backfills.iter().map(|one| one.asked.clone()).collect(),
            completed_at: self.completed_at,
        }
    }
}
