//! Activities: a file an endpoint.

pub(crate) mod change_tags;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod poll;
pub(crate) mod put;
pub(crate) mod tags;
