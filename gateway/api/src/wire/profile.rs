//! What a machine has besides its definitions: type, settings, tags, releases and aliases.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use steploom_types::{Error, Json, Name, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::LogLevel;

/// How a machine's executions are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MachineType {
    /// Every step is durable, and there is a history.
    #[default]
    Standard,
    /// Fast and short: logs in place of a history.
    Express,
}

/// Of which type a machine is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OfType {
    /// STANDARD or EXPRESS: fail with `MachineTypeFixed` if there is a machine of the other type. If left out, a machine
    /// keeps its type, and a new one is STANDARD.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub machine_type: Option<MachineType>,
}

/// The number of one of a machine's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionNumber(pub u32);

impl FromStr for VersionNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            Error::invalid(
                "InvalidVersion",
                format!("'{}' is not the number of a version", text.escape_default()),
            )
        })
    }
}

/// What is logged of a machine's executions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MachineLogging {
    /// Which events.
    pub level: LogLevel,
    /// Whether inputs and outputs are logged, too.
    pub include_execution_data: bool,
    /// ARNs of log groups, kept for those who ask; the logs are the machine's own here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<String>,
}

/// A machine's settings. What is left out is as by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MachineSettings {
    /// Set when the machine is made, and never changed.
    #[serde(rename = "type")]
    pub machine_type: MachineType,
    /// The ARN of a role, kept for those who ask: access is by keys here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What is logged.
    #[serde(skip_serializing_if = "super::is_default")]
    pub logging: MachineLogging,
    /// Whether AWS would trace executions, kept for those who ask: tracing is the server's setting here.
    #[serde(skip_serializing_if = "super::is_default")]
    pub tracing: bool,
}

/// What a machine has besides its definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineProfile {
    /// Its settings.
    pub settings: MachineSettings,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Names its definition and settings as they are now; absent as long as they are as they were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// When definition or settings were changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Changes labels: first some are set, then some removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ChangeTags {
    /// Those to be set.
    pub set: BTreeMap<String, String>,
    /// Keys of those to be removed; one that is not there is no error.
    pub remove: Vec<String>,
}

/// A machine's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tags {
    /// By key.
    pub tags: BTreeMap<String, String>,
}

/// A release's number within its machine.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct ReleaseNumber(pub u32);

impl fmt::Display for ReleaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ReleaseNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            Error::invalid(
                "InvalidRelease",
                format!("'{}' is not the number of a release", text.escape_default()),
            )
        })
    }
}

/// Publishes a machine as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PublishMachine {
    /// For people; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Only if the machine's `revision` is still this one; `INITIAL` where it has none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// A version of a machine with its settings, published under a number that executions can be started by.
/// AWS calls this a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Counts up from 1; a number is not used twice.
    pub number: ReleaseNumber,
    /// The version of the definition.
    pub version: u32,
    /// What it was published with, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The revision of the machine that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The settings.
    pub settings: MachineSettings,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A machine's releases, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Releases {
    /// The releases: at most 1,000.
    pub items: Vec<Release>,
}

/// A definition in its version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// The version.
    pub version: u32,
    /// When that was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The definition in Amazon States Language.
    #[schema(value_type = Object)]
    pub definition: Json,
    /// The variables that each state reads, of those that read any, by the state's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variable_references: BTreeMap<String, Vec<String>>,
}

/// Where an alias sends some of the starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AliasRoute {
    /// A release.
    pub release: ReleaseNumber,
    /// How many of a hundred starts: 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    pub weight: u8,
}

/// Makes an alias or changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PutAlias {
    /// For people; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// One or two releases, whose weights add up to 100. Of an alias that is there they stay as they are
    /// if left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<AliasRoute>,
}

/// A name for one release of a machine, or for two between which starts are divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    /// Its name; not a number.
    #[schema(value_type = String)]
    pub name: Name,
    /// What it is for, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// One release or two, and how much of what is started goes to each.
    pub routes: Vec<AliasRoute>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A machine's aliases, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aliases {
    /// The aliases: at most 100.
    pub items: Vec<Alias>,
}
