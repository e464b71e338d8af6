//! JSONPath and intrinsic functions, as Amazon States Language uses them.
//!
//! Texts are compiled once, when a definition is checked, and evaluated many times. Evaluation is
//! pure: what it reads comes from an [`Env`], chance included, and the same environment gives the
//! same value. It borrows from the environment wherever the value is already there.
//!
//! One module a language: [`jsonpath`] is the query language of that name, with its intrinsic
//! functions.

mod budget;
mod env;
mod error;
pub mod jsonata;
pub mod jsonpath;

pub use env::Env;
pub use error::{EvalError, SyntaxError};
pub use jsonpath::{Call, Expression, Path, ReferencePath, Template, TemplateProblem};
