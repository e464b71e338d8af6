//! Nodes and shards, for operators: a file an endpoint.

pub(crate) mod nodes;
pub(crate) mod shards;
pub(crate) mod split;
