//! The ports: what the gateway asks of the rest. The worker implements them.
//!
//! Every method takes the account first; a foreign account's thing is `NotFound`, exactly as an
//! absent one. Errors are [`steploom_types::Error`] and go to the caller as they are.

mod execution;
mod function;
mod log;
mod machine;
mod node;

use std::sync::Arc;

pub use execution::{EventStream, Executions};
pub use function::{FunctionFailure, Functions, Invocation, Invoke, Outcome, PutFunction};
pub use log::{LogStream, Logs, ReadLogs};
pub use machine::Machines;
pub use node::Node;

/// Everything that the gateway needs.
#[derive(Clone)]
pub struct Ports {
    /// Functions and their invocations.
    pub functions: Arc<dyn Functions>,
    /// Machines.
    pub machines: Arc<dyn Machines>,
    /// Executions.
    pub executions: Arc<dyn Executions>,
    /// Logs.
    pub logs: Arc<dyn Logs>,
    /// The process itself.
    pub node: Arc<dyn Node>,
}
