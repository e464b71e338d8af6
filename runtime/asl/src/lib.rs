//! Amazon States Language: text to a checked machine, with diagnostics.

pub mod model;

pub use model::{FunctionRef, Machine, Resource};
