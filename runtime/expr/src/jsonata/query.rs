//! One query: a text between `{%` and `%}`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jsonata_core::value::JValue;
use serde_json::Value;

use super::engine::Program;
use super::error::{Fault, Place, QueryProblem};
use super::scan::Reads;
use super::simple::Outcome;
use super::{convert, inner, syntax};
use crate::{Env, EvalError};

/// A compiled query. Cloning is cheap.
#[derive(Clone)]
pub struct Query(Arc<Inner>);

struct Inner {
    text: Box<str>,
    program: Program,
}

impl Query {
    /// Compiles a query with its delimiters, `{% $states.input %}`.
    ///
    /// # Errors
    /// The text is no JSONata 2.0.6, reads a context item where there is none (`phone`, `$`, `$$`),
    /// is longer than [`TEXT_BYTES_MAX`](steploom_types::limits::query::TEXT_BYTES_MAX) or nested
    /// deeper than [`BRACKETS_MAX`](steploom_types::limits::query::BRACKETS_MAX).
    pub fn compile(text: &str) -> Result<Self, QueryProblem> {
        Self::check(text).map_err(|mut problems| problems.swap_remove(0))
    }

    /// The same, telling all that is wrong: at least one problem.
    ///
    /// # Errors
    /// As [`Query::compile`]; each name that is read of a context item is a problem of its own.
    pub fn check(text: &str) -> Result<Self, Vec<QueryProblem>> {
        let Some(text) = inner(text) else {
            return Err(vec![QueryProblem::invalid(
                "A JSONata expression must start with '{%' and end with '%}'",
            )]);
        };
        let text = text.trim();
        let ast = syntax::parse(text).map_err(|problem| vec![problem])?;
        Ok(Self(Arc::new(Inner {
            text: text.into(),
            program: Program::new(ast)?,
        })))
    }

    /// The expression: what stands between the delimiters, without the spaces around it.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The names, without the `$`, of the variables that it reads: not `states`, no functions, and
    /// nothing that it binds itself.
    pub fn variables(&self) -> &BTreeSet<String> {
        self.0.program.variables()
    }

    /// Which parts of `$states` it reads.
    pub fn reads(&self) -> Reads {
        self.0.program.reads()
    }

    /// The value. `field` is where the query stands, such as `Output/result`.
    ///
    /// # Errors
    /// [`EvalError::Query`] if there is none, or what there is is no JSON;
    /// [`EvalError::Exceeded`] if it took too long.
    pub fn eval(&self, env: &dyn Env, field: &str) -> Result<Value, EvalError> {
        self.find(env, field).map(Cow::into_owned)
    }

    /// The value, borrowed from the environment where the query only follows fields to it.
    ///
    /// # Errors
    /// As [`Query::eval`].
    pub fn find<'a>(&self, env: &'a dyn Env, field: &str) -> Result<Cow<'a, Value>, EvalError> {
        self.find_any(env, field)?
            .ok_or_else(|| self.place(field).undefined())
    }

    /// As [`Query::find`], where nothing (undefined) is an answer, too.
    ///
    /// # Errors
    /// As [`Query::eval`].
    pub fn find_any<'a>(
        &self,
        env: &'a dyn Env,
        field: &str,
    ) -> Result<Option<Cow<'a, Value>>, EvalError> {
        let place = self.place(field);
        if env.exceeds() {
            return Err(place.fault(&Fault::Time));
        }
        if let Some(simple) = self.0.program.simple() {
            match simple.find(env) {
                Outcome::Value(value) => return Ok(Some(value)),
                Outcome::Nothing => return Ok(None),
                Outcome::Unknown => {}
            }
        }
        let value = match self.0.program.run(env) {
            Ok(JValue::Undefined) => return Ok(None),
            Ok(value) => value,
            Err(fault) => return Err(place.fault(&fault)),
        };
        match convert::from_engine(&value, env.budget().bytes) {
            Ok(value) => Ok(Some(Cow::Owned(value))),
            Err(convert::Unusable::Function) => Err(place.unsupported()),
            Err(convert::Unusable::TooLarge) => Err(place.fault(&Fault::Memory)),
        }
    }

    fn place<'q>(&'q self, field: &'q str) -> Place<'q> {
        Place {
            text: self.text(),
            field,
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Query").field(&self.0.text).finish()
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Query {}
