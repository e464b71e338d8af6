//! A call of a function: what it is given, how it ends, and the port to whatever runs it.
//!
//! The worker asks a [`Runner`] and knows no engine; `steploom-sandbox` is the one that runs
//! WebAssembly, and tests have runners of their own.

mod ability;
mod call;
mod cancel;
mod http;
mod kind;
mod program;
mod runner;

pub use ability::{Abilities, Answer, Ask, Unanswered};
pub use call::{Call, Context, Failure, Finished, Limits, LogEntry, Refused, Reuse};
pub use cancel::Cancel;
pub use http::{Body, NotSent, Outbound, Served};
pub use kind::Kind;
pub use program::{Loaded, Program, Snapshot};
pub use runner::{Gauges, Inspected, Runner};
