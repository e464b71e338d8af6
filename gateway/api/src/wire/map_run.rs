//! Map runs: distributed `Map` states of executions, and how far they are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use steploom_types::{Error, ExecutionId, Timestamp};
use utoipa::ToSchema;

/// A map run's number within its execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MapRunNumber(pub u64);

impl fmt::Display for MapRunNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for MapRunNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            Error::invalid(
                "InvalidMapRun",
                format!("'{text}' is not the number of a map run"),
            )
        })
    }
}

/// How a map run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MapRunStatus {
    /// It goes on.
    Running,
    /// It ended well.
    Succeeded,
    /// More failed than is tolerated, or items could not be read, or results not be written.
    Failed,
    /// It was stopped, or given up with what is around it.
    Aborted,
}

/// What became of items. All items of a batch have their iteration's fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemCounts {
    /// Items that are known of: all of them, once `isTotal`.
    pub total: u64,
    /// Whether no more items are to be read.
    pub is_total: bool,
    /// Those that were not started.
    pub pending: u64,
    /// Those whose iterations run.
    pub running: u64,
    /// Those that ended well.
    pub succeeded: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that failed with `States.Timeout`.
    pub timed_out: u64,
    /// Those given up as the map run ended.
    pub aborted: u64,
    /// Results that are in files of the `ResultWriter`.
    pub results_written: u64,
}

/// A map run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MapRun {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    pub execution: ExecutionId,
    /// Its number within the execution.
    #[schema(value_type = u64)]
    pub number: MapRunNumber,
    /// The `Map`'s name.
    pub state: String,
    /// Its ARN.
    pub arn: String,
    /// How it stands.
    pub status: MapRunStatus,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// How often it went on after its end, as its execution was redriven.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub redrive_count: u32,
    /// When that was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub redriven_at: Option<Timestamp>,
    /// What became of its items.
    pub items: ItemCounts,
    /// Iterations in flight at the most.
    pub max_concurrency: u32,
    /// `ToleratedFailureCount`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_count: Option<u64>,
    /// `ToleratedFailurePercentage`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_percentage: Option<f64>,
    /// Items that ended, a second, since it began or was last redriven.
    pub items_per_second: f64,
    /// When all items will have ended if it goes on like this; not known before all are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub estimated_end_at: Option<Timestamp>,
}

/// The map runs of an execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MapRuns {
    /// Those that run, and the last hundred that ended, in the order in which they began.
    pub items: Vec<MapRun>,
}

/// What is to be different from now on; what is left out stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdateMapRun {
    /// Iterations in flight at the most, up to 10,000; 0 keeps further ones from being started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
    /// Items that may fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_count: Option<u64>,
    /// The part of all items that may fail, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_percentage: Option<f64>,
}
