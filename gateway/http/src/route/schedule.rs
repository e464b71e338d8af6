//! Schedules: a file an endpoint.

pub(crate) mod backfill;
pub(crate) mod delete;
pub(crate) mod firings;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod put;
pub(crate) mod resume;

use steploom_api::wire;
use steploom_types::Name;

/// The group that a schedule is in, if its caller does not say it.
fn group(query: wire::InGroup) -> Name {
    query.group.unwrap_or_else(default_group)
}

fn default_group() -> Name {
    let name = "default".parse();
    name.unwrap_or_else(|_| unreachable!("it has only letters"))
}
