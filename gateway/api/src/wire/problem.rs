//! Errors, as RFC 9457 "problem details" (`application/problem+json`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What every answer of status 400 and above carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The HTTP status again.
    #[schema(example = 404)]
    pub status: u16,
    /// A stable name that programs may match.
    #[schema(example = "FunctionNotFound")]
    pub code: String,
    /// What is wrong and what to do, for a person.
    #[schema(
        example = "there is no function 'count'; 'steploom list functions' shows those there are"
    )]
    pub title: String,
    /// The request's id, to find it in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Each place that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemItem>,
    /// When a function failed: the name that `Retry` and `Catch` would match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When a function failed: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// When a function failed and told it: where, in the words of its language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack_trace: Vec<String>,
    /// When a function failed: the invocation's id, under which its logs are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invocation_id: Option<String>,
}

/// One place that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemItem {
    /// A stable name.
    #[schema(example = "MISSING_TRANSITION_TARGET")]
    pub code: String,
    /// Where.
    #[schema(example = "/States/Count/Next")]
    pub path: String,
    /// What, for a person.
    pub message: String,
}
