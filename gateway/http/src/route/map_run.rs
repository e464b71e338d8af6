//! Map runs: a file an endpoint.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod stop;
pub(crate) mod update;
