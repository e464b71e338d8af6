//! State machines, their versions, and what is wrong with a definition.

use serde::{Deserialize, Serialize};
use steploom_types::{Digest, Json, Name, Timestamp};
use utoipa::ToSchema;

use super::MachineType;

/// One immutable version of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineVersion {
    /// Counts up from 1.
    pub version: u32,
    /// SHA-256 of the definition's text.
    #[schema(value_type = String)]
    pub definition_digest: Digest,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A machine as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineSummary {
    /// Its name.
    #[schema(value_type = String, example = "word-count")]
    pub name: Name,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The newest version.
    pub latest: MachineVersion,
    /// How its executions are kept.
    #[serde(rename = "type", default)]
    pub machine_type: MachineType,
}

/// A machine with its newest definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Name and version.
    #[serde(flatten)]
    pub summary: MachineSummary,
    /// The definition in Amazon States Language.
    #[schema(value_type = Object)]
    pub definition: Json,
    /// What its author may want to know, though it is valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Diagnostic>,
}

/// A page of machines, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachinePage {
    /// The machines.
    pub items: Vec<MachineSummary>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A machine's versions, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineVersions {
    /// The versions; the newest 1,000.
    pub items: Vec<MachineVersion>,
}

/// How long a machine's closed executions are kept. What is left out is as the server has it for all
/// machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Retention {
    /// Days since they ended: 1 to 36,500.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 36500)]
    pub days: Option<u32>,
    /// The newest so many, about: they go by segments of the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub executions: Option<u64>,
}

/// What part of a node's permits a machine's tasks have while others wait, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// 1 to 1,000; a machine of the weight 3 runs three tasks where one of the weight 1 runs one. 1 if it
    /// was never set.
    #[schema(minimum = 1, maximum = 1000)]
    pub weight: u32,
}

impl Default for Share {
    fn default() -> Self {
        Self { weight: 1 }
    }
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// The definition is refused.
    Error,
    /// The definition is taken, but look.
    Warning,
}

/// Something to say about a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// A stable name.
    #[schema(example = "MISSING_TRANSITION_TARGET")]
    pub code: String,
    /// Where: a JSON pointer.
    #[schema(example = "/States/Count/Next")]
    pub path: String,
    /// What, for a person.
    pub message: String,
}

/// What a definition was found to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Whether it would be taken.
    pub valid: bool,
    /// Errors and warnings, all at once.
    pub diagnostics: Vec<Diagnostic>,
}
