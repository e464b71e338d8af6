//! JSONPath, intrinsic functions and JSONata, as Amazon States Language uses them.
//!
//! Texts are compiled once, when a definition is checked, and evaluated many times. Evaluation is
//! pure: what it reads comes from an [`Env`], chance included, and the same environment gives the
//! same value. It borrows from the environment wherever the value is already there.
//!
//! One module a language: [`jsonpath`] is the query language of that name, with its intrinsic
//! functions; [`jsonata`] is the other.

mod budget;
mod env;
mod error;
mod java;
pub mod jsonata;
pub mod jsonpath;
mod uuid;

pub use env::{Env, QueryBudget, States};
pub use error::{EvalError, SyntaxError};
pub use jsonata::{Payload, PayloadProblem, Query, QueryProblem, Reads};
pub use jsonpath::{Call, Expression, Path, ReferencePath, Template, TemplateProblem};
