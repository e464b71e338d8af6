//! What a function has besides its versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steploom_types::{Name, Timestamp};
use utoipa::ToSchema;

use super::{EventSettings, FunctionUrl, ReleaseNumber};

/// Tags, releases, aliases and the rest. It is that of the function as long as that is not deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionProfile {
    /// Labels.
    pub tags: BTreeMap<String, String>,
    /// How many releases were made; a number is not used twice.
    pub releases_made: u32,
    /// The releases, oldest first: at most 1,000.
    pub releases: Vec<FunctionRelease>,
    /// The aliases, by name: at most 100.
    pub aliases: BTreeMap<Name, FunctionAlias>,
    /// Attempts that may run at once, whatever its settings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// How events are handled, by what is invoked: `$LATEST`, a release's number or an alias.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, EventSettings>,
    /// Addresses under which it answers HTTP, by alias; its own has no alias, and stands under `""`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub urls: BTreeMap<String, FunctionUrl>,
    /// What callers keep here by a key, such as a policy.
    pub kept: BTreeMap<String, Value>,
}

/// A version that was published under a number. AWS calls this a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRelease {
    /// Counts up from 1.
    #[schema(value_type = u32)]
    pub number: ReleaseNumber,
    /// The version of the function.
    pub version: u32,
    /// For people, instead of the version's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A name for a release, or for two between which invocations are divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionAlias {
    /// Its name; not a number.
    #[schema(value_type = String)]
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The release; the function's newest version if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub release: Option<ReleaseNumber>,
    /// Where some of the invocations go instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<FunctionRoute>,
    /// How often it was changed.
    #[serde(default)]
    pub changes: u32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A release beside that of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionRoute {
    /// The release.
    #[schema(value_type = u32)]
    pub release: ReleaseNumber,
    /// Which part of the invocations goes there: 0 to 1.
    pub weight: f64,
}

/// Makes an alias or changes it; what is left out stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PutFunctionAlias {
    /// Its name.
    pub name: Name,
    /// See [`FunctionAlias::description`].
    pub description: Option<String>,
    /// See [`FunctionAlias::release`].
    pub release: Option<Option<ReleaseNumber>>,
    /// See [`FunctionAlias::other`].
    pub other: Option<Option<FunctionRoute>>,
    /// Whether it is to be made, and must not be there; else it must.
    pub is_new: bool,
}

/// Publishes a function's newest version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PublishFunction {
    /// For people; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A function's releases, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionReleases {
    /// The releases: at most 1,000.
    pub items: Vec<FunctionRelease>,
}

/// What an alias of a function stands for, all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetFunctionAlias {
    /// For people; at most 256 characters.
    pub description: String,
    /// The release; the function's newest version if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub release: Option<ReleaseNumber>,
    /// Where some of the invocations go instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<FunctionRoute>,
}

/// A function's aliases, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionAliases {
    /// The aliases: at most 100.
    pub items: Vec<FunctionAlias>,
}
