//! Amazon States Language: text to a checked machine, with diagnostics.

mod diagnostic;
pub mod model;

pub use diagnostic::{Diagnostic, Rejected, Severity};
pub use model::{FunctionRef, Machine, Resource};

use steploom_types::Name;

/// An accepted definition.
#[derive(Debug)]
pub struct Parsed {
    /// What it means.
    pub machine: Machine,
    /// What its author may want to know.
    pub warnings: Vec<Diagnostic>,
}

/// Checks a definition.
///
/// # Errors
/// All that is wrong with the text, at once; the author has to change it.
pub fn parse(_text: &str) -> Result<Parsed, Rejected> {
    unimplemented!()
}

/// The definition of the machine behind an asynchronous invocation: a single task, named after the
/// function, that invokes it.
pub fn one_task(_function: &Name, _qualifier: Option<&str>) -> String {
    unimplemented!()
}
