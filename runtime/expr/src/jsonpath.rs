//! The query language JSONPath.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Env, EvalError, SyntaxError};

/// A path.
#[derive(Clone, Debug)]
pub struct Path {
    text: Box<str>,
}

impl Path {
    /// Compiles a path.
    pub fn parse(_text: &str) -> Result<Self, SyntaxError> {
        unimplemented!()
    }
    /// The path as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Whether it selects one value at the most.
    pub fn is_definite(&self) -> bool {
        unimplemented!()
    }
    /// The value.
    pub fn eval<'a>(&self, _env: &'a dyn Env) -> Result<Cow<'a, Value>, EvalError> {
        unimplemented!()
    }
    /// The value, if there is one.
    pub fn find<'a>(&self, _env: &'a dyn Env) -> Option<Cow<'a, Value>> {
        unimplemented!()
    }
}

/// A reference path.
#[derive(Clone, Debug)]
pub struct ReferencePath {
    text: Box<str>,
}

impl ReferencePath {
    /// Compiles a path.
    pub fn parse(_text: &str) -> Result<Self, SyntaxError> {
        unimplemented!()
    }
    /// The path as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Puts `value` into `into`.
    pub fn put(&self, _into: Value, _value: Value) -> Result<Value, EvalError> {
        unimplemented!()
    }
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    text: Box<str>,
}

impl Call {
    /// Compiles a call.
    pub fn parse(_text: &str) -> Result<Self, SyntaxError> {
        unimplemented!()
    }
    /// The call as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// The result.
    pub fn eval(&self, _env: &dyn Env) -> Result<Value, EvalError> {
        unimplemented!()
    }
}

/// A path or a call.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A path.
    Path(Path),
    /// A call.
    Call(Call),
}

impl Expression {
    /// Compiles either.
    pub fn parse(_text: &str) -> Result<Self, SyntaxError> {
        unimplemented!()
    }
    /// As it was written.
    pub fn text(&self) -> &str {
        unimplemented!()
    }
    /// The value.
    pub fn eval<'a>(&self, _env: &'a dyn Env) -> Result<Cow<'a, Value>, EvalError> {
        unimplemented!()
    }
}

/// A payload template.
#[derive(Clone, Debug)]
pub struct Template {}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// Where, as a JSON pointer within the template.
    pub pointer: String,
    /// What.
    pub message: String,
}

impl Template {
    /// Compiles a template.
    pub fn compile(_value: &Value) -> Result<Self, Vec<TemplateProblem>> {
        unimplemented!()
    }
    /// The value.
    pub fn eval(&self, _env: &dyn Env) -> Result<Value, EvalError> {
        unimplemented!()
    }
}
