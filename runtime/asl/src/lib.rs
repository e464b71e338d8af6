//! Amazon States Language: text to a checked machine, with diagnostics.
//!
//! [`parse`] works in two stages: text, JSON or YAML, to a tree (`source`), then the tree to a
//! [`Machine`] (`compiler`), in which every name is resolved and every expression compiled. All
//! that is wrong is told at once, in AWS's words where they are known. What the language has and
//! this release has not is refused with the code `UNSUPPORTED`, never accepted silently.
//!
//! The text comes from outside: it is bounded by
//! [`DEFINITION_BYTES_MAX`](steploom_types::limits::DEFINITION_BYTES_MAX),
//! [`STATES_MAX`](steploom_types::limits::STATES_MAX) and
//! [`JSON_DEPTH_MAX`](steploom_types::limits::JSON_DEPTH_MAX).

mod compiler;
pub mod dag;
pub mod diagnostic;
pub mod event;
mod fields;
mod language;
pub mod model;
mod options;
mod reach;
mod references;
mod resource;
mod source;
mod state;
mod variables;

use serde_json::{Value, json};
use steploom_types::Name;

use compiler::Compiler;
use diagnostic::Report;

pub use diagnostic::{Diagnostic, Rejected, Severity};
pub use model::{FunctionRef, Machine, Resource};
pub use options::Options;
pub use source::{Position, locate};

/// An accepted definition.
#[derive(Debug)]
pub struct Parsed {
    /// What it means.
    pub machine: Machine,
    /// What its author may want to know.
    pub warnings: Vec<Diagnostic>,
}

/// Checks a definition of a standard machine.
///
/// # Errors
/// All that is wrong with the text, at once; the author has to change it.
pub fn parse(text: &str) -> Result<Parsed, Rejected> {
    parse_with(text, &Options::default())
}

/// Checks a definition.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(text: &str, options: &Options) -> Result<Parsed, Rejected> {
    let mut report = Report::default();
    let Some(definition) = source::parse(text, &mut report) else {
        return Err(report.into());
    };
    let mut compiler = Compiler::new(report, *options);
    match compiler.machine(&definition) {
        Some(machine) => Ok(Parsed {
            machine,
            warnings: compiler.report.diagnostics,
        }),
        None => Err(compiler.report.into()),
    }
}

/// A definition as JSON, whatever it is written in, unchecked.
///
/// # Errors
/// The text is neither JSON nor YAML, or no object.
pub fn tree(text: &str) -> Result<Value, Rejected> {
    let mut report = Report::default();
    match source::parse(text, &mut report) {
        Some(definition) => Ok(Value::Object(definition)),
        None => Err(report.into()),
    }
}

/// The definition of the machine behind an asynchronous invocation: a single task, named after the
/// function, that invokes it. The qualifier is a version's number or an alias.
pub fn one_task(function: &Name, qualifier: Option<&str>) -> String {
    let resource = match qualifier {
        Some(qualifier) => format!("{function}:{qualifier}"),
        None => function.to_string(),
    };
    let task = json!({"Type": "Task", "Resource": resource, "End": true});
    json!({"StartAt": function, "States": {function.as_str(): task}}).to_string()
}

#[cfg(test)]
mod tests;
