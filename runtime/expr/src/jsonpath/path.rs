//! Paths: `$.order.items[0]`, `$$.Execution.Id`, `$name.field`, `$.items[*].price`.
//!
//! Definite steps are walked here, borrowing. From the first indefinite step on a path is a
//! [`query`], whose result is an array; where the way to it is missing, an empty one. A list of
//! names at the end of definite steps is as definite: it gives one object.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use steploom_types::limits::expression::{PATH_STEPS_MAX, TEXT_BYTES_MAX};

use super::query::{self, Query, TooMuch};
use super::{step, step::Step};
use crate::{Env, EvalError, SyntaxError, budget::Budget};

/// A compiled path. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Path(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    root: Root,
    steps: Box<[Step]>,
    rest: Option<Query>,
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// `$`.
    Data,
    /// `$$`.
    Context,
    /// `$name`.
    Variable(Box<str>),
}

/// Why a path has no value.
pub(super) enum Miss {
    /// The step of this number, counted from 0, leads nowhere from the value.
    Step(usize, Found),
    /// The variable is not there.
    Variable,
    /// The result is too large.
    TooLarge,
}

/// At what a step leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// An object without the field.
    Object,
    /// An array without the element.
    PastEnd,
    /// An array, where a field was to be read; or neither an array nor an object.
    Other(&'static str),
}

impl Path {
    /// Compiles a path.
    ///
    /// # Errors
    /// The text is not a path, or is longer than [`TEXT_BYTES_MAX`].
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > TEXT_BYTES_MAX {
            let why = format!("a path may have {TEXT_BYTES_MAX} bytes");
            return Err(SyntaxError::new(TEXT_BYTES_MAX, why));
        }
        let (root, start) = root(text)?;
        let (steps, end) = definite_steps(text, start)?;
        let rest = match &text[end..] {
            "" => None,
            rest => Some(Query::compile(rest, end)?),
        };
        Ok(Self(Arc::new(Inner {
            text: text.into(),
            root,
            steps: steps.into(),
            rest,
        })))
    }

    /// The path as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it selects one value at the most. Others give an array, always.
    pub fn is_definite(&self) -> bool {
        self.names().is_some() || self.0.rest.is_none()
    }

    /// Whether it is made of names and indices alone.
    pub(super) fn is_plain(&self) -> bool {
        self.0.rest.is_none()
    }

    /// The list of names that it ends in, if all before is definite.
    fn names(&self) -> Option<&[Box<str>]> {
        self.0.rest.as_ref()?.names()
    }

    /// The value; borrowed, if the path is definite.
    ///
    /// # Errors
    /// A definite path leads nowhere, or the array of an indefinite one would be too large.
    pub fn eval<'a>(&self, env: &'a dyn Env) -> Result<Cow<'a, Value>, EvalError> {
        self.select(env, &Budget::new())
            .map_err(|miss| self.error(&miss))
    }

    /// The value, if there is one.
    pub fn find<'a>(&self, env: &'a dyn Env) -> Option<Cow<'a, Value>> {
        self.select(env, &Budget::new()).ok()
    }

    /// The variable that it starts from, without the `$`, if it does.
    pub fn variable(&self) -> Option<&str> {
        match &self.0.root {
            Root::Variable(name) => Some(name),
            Root::Data | Root::Context => None,
        }
    }

    pub(super) fn root(&self) -> &Root {
        &self.0.root
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0.steps
    }

    /// The value, or what is in the way of it.
    pub(super) fn select<'a>(
        &self,
        env: &'a dyn Env,
        budget: &Budget,
    ) -> Result<Cow<'a, Value>, Miss> {
        let mut value = match &self.0.root {
            Root::Data => env.data(),
            Root::Context => match self.0.steps.first() {
                Some(Step::Name(field)) => env.context_with(field),
                _ => env.context(),
            },
            Root::Variable(name) => env.variable(name).ok_or(Miss::Variable)?,
        };
        for (number, step) in self.0.steps.iter().enumerate() {
            match step.of(value) {
                Some(next) => value = next,
                None if !self.is_definite() => return Ok(Cow::Owned(Value::Array(Vec::new()))),
                None => return Err(Miss::Step(number, Found::of(step, value))),
            }
        }
        match (&self.0.rest, self.names(), value) {
            (None, _, value) => Ok(Cow::Borrowed(value)),
            (Some(_), Some(names), Value::Object(fields)) => {
                let copied = |value: &Value| budget.take(value).map_err(|_| Miss::TooLarge);
                query::pick(names, fields, copied).map(Cow::Owned)
            }
            (Some(_), Some(_), other) => {
                let step = Step::Name("".into());
                Err(Miss::Step(self.0.steps.len(), Found::of(&step, other)))
            }
            (Some(rest), None, value) => gather(rest, value, budget).map(Cow::Owned),
        }
    }

    /// What `$` (or `$$`, or the variable) is, as messages print it.
    pub(super) fn input(&self, env: &dyn Env) -> String {
        match &self.0.root {
            Root::Data => env.data().to_string(),
            Root::Context => env.context().to_string(),
            Root::Variable(name) => env.variable(name).map(Value::to_string).unwrap_or_default(),
        }
    }

    /// The error of a path that stands alone.
    fn error(&self, miss: &Miss) -> EvalError {
        let why = match miss {
            Miss::TooLarge => return EvalError::TooLarge,
            Miss::Variable => return self.variable_error(),
            Miss::Step(number, found) => self.why(*number, *found),
        };
        EvalError::Path {
            path: self.text().to_owned(),
            why,
        }
    }

    /// The error of a path whose variable is not there.
    pub(super) fn variable_error(&self) -> EvalError {
        let name = match &self.0.root {
            Root::Variable(name) => name.to_string(),
            Root::Data | Root::Context => String::new(),
        };
        EvalError::Variable { name }
    }

    /// Jayway's words for a step that leads nowhere.
    fn why(&self, number: usize, found: Found) -> String {
        let is_last = number + 1 == self.0.steps.len();
        let Some(step) = self.0.steps.get(number) else {
            let names = self.names().unwrap_or_default();
            let names: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
            let Found::Other(kind) = found else {
                return String::new();
            };
            return format!(
                "Expected to find an object with property [{}] in path {} but found '{kind}'.",
                names.join(", "),
                self.printed(number)
            );
        };
        match (step, found) {
            (Step::Name(name), Found::Other(kind)) => format!(
                "Expected to find an object with property ['{name}'] in path {} but found '{kind}'.",
                self.printed(number)
            ),
            (Step::Index(_), Found::Object | Found::Other(_)) => format!(
                "Filter: {} can only be applied to arrays in path {}",
                self.0.steps[number],
                self.printed(number)
            ),
            (Step::Name(_), _) if !is_last => {
                format!("Missing property in path {}", self.printed(number + 1))
            }
            _ => format!("No results for path: {}", self.printed(self.0.steps.len())),
        }
    }

    /// The first steps as Jayway prints them: `$['a'][0]`.
    fn printed(&self, steps: usize) -> String {
        let mut text = String::from("$");
        for step in &self.0.steps[..steps] {
            let _ = write!(text, "{step}");
        }
        text
    }
}

impl Found {
    fn of(step: &Step, value: &Value) -> Self {
        match (step, value) {
            (_, Value::Object(_)) => Self::Object,
            (Step::Index(_), Value::Array(_)) => Self::PastEnd,
            (_, Value::Null) => Self::Other("null"),
            (_, Value::Bool(_)) => Self::Other("boolean"),
            (_, Value::Number(_)) => Self::Other("number"),
            (_, Value::String(_)) => Self::Other("string"),
            (Step::Name(_), Value::Array(_)) => Self::Other("array"),
        }
    }
}

/// Copies what a query finds.
fn gather(query: &Query, value: &Value, budget: &Budget) -> Result<Value, Miss> {
    let mut items = Vec::new();
    query.run(
        value,
        |item| {
            items.push(item);
            Ok(())
        },
        |copied| budget.take(copied).map_err(|_| Miss::TooLarge),
    )?;
    Ok(Value::Array(items))
}

impl From<TooMuch> for Miss {
    fn from(_: TooMuch) -> Self {
        Self::TooLarge
    }
}

/// Where the path starts, and how long that is in its text.
fn root(text: &str) -> Result<(Root, usize), SyntaxError> {
    let Some(rest) = text.strip_prefix('$') else {
        return Err(SyntaxError::new(0, "a path starts with '$'"));
    };
    if rest.starts_with('$') {
        return Ok((Root::Context, 2));
    }
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    if length == 0 {
        return Ok((Root::Data, 1));
    }
    if rest.starts_with(char::is_numeric) {
        return Err(SyntaxError::new(
            1,
            "a variable's name does not start with a digit",
        ));
    }
    Ok((Root::Variable(rest[..length].into()), 1 + length))
}

/// The definite steps from `start`, and where they end: at the text's end or before the first
/// step that is not definite.
fn definite_steps(text: &str, start: usize) -> Result<(Vec<Step>, usize), SyntaxError> {
    let mut steps = Vec::new();
    let mut at = start;
    while at < text.len() {
        let tail = &text[at..];
        if tail.starts_with("..") || tail.starts_with(".*") {
            break;
        }
        let brackets = tail.strip_prefix('[').or_else(|| tail.strip_prefix(".["));
        let step = if let Some(what) = brackets {
            let length = step::bracket_length(what)
                .ok_or_else(|| SyntaxError::new(at, "'[' without its ']'"))?;
            let Some(step) = step::bracketed(&what[..length]) else {
                break;
            };
            at += tail.len() - what.len() + length + 1;
            step
        } else if let Some(what) = tail.strip_prefix('.') {
            let name = step::name_after_dot(what, at + 1)?;
            at += 1 + name.len();
            Step::Name(name.into())
        } else {
            return Err(SyntaxError::new(at, "'.' or '[' is expected"));
        };
        if steps.len() == PATH_STEPS_MAX {
            let why = format!("a path may have {PATH_STEPS_MAX} steps");
            return Err(SyntaxError::new(at, why));
        }
        steps.push(step);
    }
    Ok((steps, at))
}

#[cfg(test)]
mod tests;
