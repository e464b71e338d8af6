//! Connections: a file an endpoint.

pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod put;
