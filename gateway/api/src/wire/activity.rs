//! Activities: tasks that workers of the user's own ask for.

use serde::{Deserialize, Serialize};
use steploom_types::{Json, Name, Timestamp};
use utoipa::ToSchema;

/// An activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Its name.
    #[schema(value_type = String, example = "approve")]
    pub name: Name,
    /// What a task's `Resource` names it by.
    #[schema(example = "arn:aws:states:us-east-1:000000000000:activity:approve")]
    pub arn: String,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A page of activities, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityPage {
    /// The activities.
    pub items: Vec<Activity>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Asks for a task of an activity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PollActivity {
    /// The name that the worker gives itself, for the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// Seconds to wait for a task, 0 to 60; 60 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 60)]
    pub wait_seconds: Option<u64>,
}

/// A task that was given to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityTask {
    /// By which the task is ended.
    pub task_token: String,
    /// The task's input.
    #[schema(value_type = serde_json::Value)]
    pub input: Json,
}
