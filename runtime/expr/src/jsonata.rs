//! The query language JSONata: queries, payloads and the functions that Amazon States Language adds.
//!
//! The language is JSONata 2.0.6 without `$eval`; it is evaluated by the crate `jsonata-core`, which
//! is pinned exactly, as its answers are part of what executions mean. What that crate would take
//! from the clock or from chance, and what it does not have, is put in its place: see `functions`.

mod convert;
mod engine;
mod error;
mod functions;
mod guard;
mod mask;
mod names;
mod payload;
mod query;
#[doc(hidden)]
pub mod raw;
mod scan;
mod simple;
mod syntax;
mod trace;
mod walk;
mod wording;

pub use error::QueryProblem;
pub use payload::{Payload, PayloadProblem};
pub use query::Query;
pub use scan::Reads;

/// How a query begins, and how it ends.
const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// Whether a text is a query: it starts with `{%` and ends with `%}`, with nothing around.
pub fn is_query(text: &str) -> bool {
    inner(text).is_some()
}

/// What stands between the delimiters.
fn inner(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)?.strip_suffix(CLOSE)
}

#[cfg(test)]
mod tests;
