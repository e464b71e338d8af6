//! The process itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What answers at `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The product's name.
    #[schema(example = "Steploom")]
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where to go from here, by name.
    pub links: BTreeMap<String, String>,
}

/// A process that works on this database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNode {
    /// Its id, kept in its data folder.
    pub id: String,
    /// Where other nodes reach it; absent if they cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether it is the one that answers.
    pub is_this: bool,
    /// Shards that it owns.
    pub shards: u32,
}

/// The nodes that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterNodes {
    /// By their ids.
    pub items: Vec<ClusterNode>,
}

/// A slice of all executions, with one owner at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shard {
    /// Its number.
    pub id: u16,
    /// The first of its slots.
    pub first_slot: u16,
    /// The last of its slots.
    pub last_slot: u16,
    /// The node that owns it; absent while it is between two owners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How often it was taken: the number that fences former owners.
    pub epoch: u64,
    /// Records in its journal so far, those that were trimmed included.
    pub records: u64,
}

/// All shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shards {
    /// By their first slots.
    pub items: Vec<Shard>,
}

/// Splits a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SplitShard {
    /// The first slot of the second half; the middle if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u16>,
}

/// What became of a shard that was split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShardSplit {
    /// The shards that have its slots now.
    pub into: [u16; 2],
}
