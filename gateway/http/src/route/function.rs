//! Functions: a file an endpoint.

use steploom_api::wire;
use steploom_types::{AccountId, Error, Name};

use crate::body::Bound;
use crate::extract::Host;

pub(crate) mod alias;
pub(crate) mod aliases;
pub(crate) mod change_tags;
pub(crate) mod delete;
pub(crate) mod delete_alias;
pub(crate) mod delete_events;
pub(crate) mod delete_release;
pub(crate) mod delete_url;
pub(crate) mod events;
pub(crate) mod follow_logs;
pub(crate) mod get;
pub(crate) mod invoke;
pub(crate) mod invoke_async;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod publish;
pub(crate) mod put;
pub(crate) mod put_alias;
pub(crate) mod put_events;
pub(crate) mod put_url;
pub(crate) mod release;
pub(crate) mod releases;
pub(crate) mod tags;
pub(crate) mod urls;
pub(crate) mod versions;

/// What stands for a function as it is, where a release or an alias could be named.
const NEWEST: &str = "$LATEST";

/// The bound on a body with a description and little else.
const DESCRIBED: Bound = Bound {
    bytes_max: 16 * 1024,
    what: "what is said of a function",
};

fn qualifier(of: &wire::OfQualifier) -> &str {
    of.qualifier.as_deref().unwrap_or(NEWEST)
}

fn no_release(function: &Name, number: wire::ReleaseNumber) -> Error {
    let message = format!("function '{function}' has no release {number}");
    Error::not_found("ReleaseNotFound", message)
}

fn no_alias(function: &Name, alias: &Name) -> Error {
    let message = format!("function '{function}' has no alias '{alias}'");
    Error::not_found("AliasNotFound", message)
}

/// An address by the host that the request was sent to.
fn address(
    host: &Host,
    (account, function, alias): (AccountId, &Name, &str),
    settings: wire::FunctionUrl,
) -> wire::FunctionAddress {
    let colon = if alias.is_empty() { "" } else { ":" };
    wire::FunctionAddress {
        url: format!("http://{}/url/{}/", host.0, settings.id),
        by_name: format!("http://{}/fn/{account}/{function}{colon}{alias}/", host.0),
        settings,
    }
}
