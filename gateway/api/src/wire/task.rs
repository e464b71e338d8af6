//! Tasks that somebody outside ends, by their token.

use serde::{Deserialize, Serialize};
use steploom_types::Json;
use utoipa::ToSchema;

/// Ends a task well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SucceedTask {
    /// The task's result; `{}` if left out.
    #[serde(default = "Json::empty_object")]
    #[schema(value_type = serde_json::Value)]
    pub output: Json,
}

/// Ends a task badly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FailTask {
    /// The name that `Retry` and `Catch` match; `States.TaskFailed` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}
