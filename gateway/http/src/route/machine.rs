//! State machines: a file an endpoint.

use steploom_types::{Error, limits};

use crate::body::Bound;
use crate::failure::{Answer, Failure};

pub(crate) mod alias;
pub(crate) mod aliases;
pub(crate) mod change_tags;
pub(crate) mod definition;
pub(crate) mod delete;
pub(crate) mod delete_alias;
pub(crate) mod delete_release;
pub(crate) mod execution;
pub(crate) mod follow_logs;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod publish;
pub(crate) mod put;
pub(crate) mod put_alias;
pub(crate) mod put_retention;
pub(crate) mod put_settings;
pub(crate) mod put_share;
pub(crate) mod release;
pub(crate) mod releases;
pub(crate) mod retention;
pub(crate) mod settings;
pub(crate) mod share;
pub(crate) mod tags;
pub(crate) mod validate;
pub(crate) mod versions;

/// The bound on a definition.
const DEFINITION: Bound = Bound {
    bytes_max: limits::DEFINITION_BYTES_MAX,
    what: "a definition",
};

/// The bound on a body with a description and little else.
const DESCRIBED: Bound = Bound {
    bytes_max: 8 * 1024,
    what: "what is published or named",
};

/// A body as the text of a definition. What stands in it is for the port to check, which says every
/// place that is wrong.
fn definition(bytes: &[u8]) -> Answer<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let message = format!(
            "the definition is not UTF-8 after byte {}",
            error.valid_up_to()
        );
        Failure::invalid_at("body", Error::invalid("InvalidJson", message))
    })
}
