//! The audit: a file an endpoint.

pub(crate) mod list;
