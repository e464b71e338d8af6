//! Compares Steploom with what AWS answered: recorded executions, refused definitions, tests of
//! single states, and other suites of the language.
//!
//! A suite is a file of cases, one JSON object a line, see `../shared/conformance/README.md`. The
//! files are not part of this repository: a suite whose file is missing is skipped, and says so.
//! `cases/` has cases of the project's own in the same form, which are always there.
//!
//! [`suite`] runs cases and keeps a [`Score`]; `main.rs` prints it.

pub mod case;
pub mod compare;
pub mod history;
pub mod score;
pub mod service;
pub mod simulate;
pub mod suite;

pub use score::{Score, Verdict};

#[cfg(test)]
mod tests;
