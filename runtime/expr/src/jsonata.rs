//! The query language JSONata.

use serde_json::Value;

use crate::{Env, EvalError};

/// Whether a text is an expression.
pub fn is_query(text: &str) -> bool {
    text.starts_with("{%") && text.ends_with("%}")
}

/// One expression.
#[derive(Clone, Debug)]
pub struct Query(std::convert::Infallible);

impl Query {
    /// Its value.
    pub fn eval(&self, _env: &dyn Env, _field: &str) -> Result<Value, EvalError> {
        match self.0 {}
    }
}

/// JSON with expressions in it.
#[derive(Clone, Debug)]
pub struct Payload(std::convert::Infallible);

impl Payload {
    /// Its value.
    pub fn eval(&self, _env: &dyn Env, _field: &str) -> Result<Value, EvalError> {
        match self.0 {}
    }
}
