//! Functions: a file an endpoint.

pub(crate) mod delete;
pub(crate) mod follow_logs;
pub(crate) mod get;
pub(crate) mod invoke;
pub(crate) mod invoke_async;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod put;
pub(crate) mod versions;
