//! The ports that the gateway calls, each in a file.

mod activities;
mod buckets;
mod code;
pub(crate) mod connections;
mod control;
mod executions;
mod function_events;
mod function_profiles;
mod function_urls;
mod functions;
mod history;
mod keyvalues;
mod logs;
mod machines;
mod map_runs;
mod node;
mod releases;
mod routed;
mod schedules;
mod search;
mod settings;
mod starts;
mod sync;
mod tasks;
mod terms;
mod test_state;

use std::sync::Arc;

use steploom_store::catalog::MachineVersion;
use steploom_types::{AccountId, Error, Name, Result, limits};

pub(crate) use buckets::{
    Facets, NewObject, Place, StoredPiece, facets, forget_abandoned, pieces, place, read,
};
pub(crate) use control::Wanted;
pub(crate) use starts::{NewExecution, Placed, Started};
pub(crate) use tasks::token_slot;

use crate::peer::call::node::Forget;
use crate::shards::Shards;
use crate::shared::Shared;

/// The one implementation of all ports. Clones share everything.
#[derive(Clone)]
pub(crate) struct Port {
    shared: Arc<Shared>,
    shards: Shards,
}

impl Port {
    pub(crate) fn new(shared: Arc<Shared>, shards: Shards) -> Self {
        Self { shared, shards }
    }

    /// The port of what is being done for an execution.
    pub(crate) async fn of(shared: &Arc<Shared>) -> Self {
        Self::new(shared.clone(), shared.shards().await)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn shards(&self) -> &Shards {
        &self.shards
    }

    /// A function was changed or deleted: no node starts the old one from now on, but for those that
    /// do not answer, which notice a little later by themselves.
    async fn forget_function(&self, account: AccountId, name: &Name) {
        self.shared.registry.forget_function(account, name);
        let name = name.clone();
        let forget = Forget::Function { account, name };
        self.shared.tell_others(&self.shards, forget).await;
    }

    /// As [`Port::forget_function`].
    async fn forget_machine(&self, account: AccountId, name: &Name) {
        self.shared.registry.forget_machine(account, name);
        let name = name.clone();
        let forget = Forget::Machine { account, name };
        self.shared.tell_others(&self.shards, forget).await;
    }

    pub(crate) async fn machine_version(
        &self,
        account: AccountId,
        name: &Name,
        version: Option<u32>,
    ) -> Result<MachineVersion> {
        let found = self.shared.registry.machine(account, name, version).await?;
        found.ok_or_else(|| match version {
            None => machine_not_found(name),
            Some(number) => Error::not_found(
                "MachineNotFound",
                format!("machine '{name}' has no version {number}"),
            ),
        })
    }
}

fn machine_not_found(name: &Name) -> Error {
    Error::not_found(
        "MachineNotFound",
        format!("there is no machine '{name}'; 'steploom list machines' shows those there are"),
    )
}

fn function_not_found(name: &Name, qualifier: Option<&str>) -> Error {
    let message = match qualifier {
        None => format!(
            "there is no function '{name}'; 'steploom list functions' shows those there are"
        ),
        Some(qualifier) => format!(
            "function '{name}' has no version '{qualifier}'; 'steploom function versions {name}' shows those there are"
        ),
    };
    Error::not_found("FunctionNotFound", message)
}

/// How many items a page holds, from what the caller asked for.
fn page_size(limit: Option<u32>) -> Result<u32> {
    match limit {
        None => Ok(limits::PAGE_SIZE_DEFAULT),
        Some(limit) if (1..=limits::PAGE_SIZE_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(Error::invalid(
            "InvalidLimit",
            format!(
                "'limit' is {limit}; it must be 1 to {}",
                limits::PAGE_SIZE_MAX
            ),
        )),
    }
}

fn bad_next() -> Error {
    Error::invalid("InvalidNext", "'next' is not what the page before gave")
}

/// Cuts a list that was read with one more than a page holds, and names where it goes on.
fn page_by_name<T>(
    mut items: Vec<T>,
    limit: u32,
    name: impl Fn(&T) -> &Name,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| name(last).to_string());
    (items, next)
}

fn after_name(next: Option<String>) -> Result<Option<Name>> {
    next.map(|text| text.parse().map_err(|_| bad_next()))
        .transpose()
}
