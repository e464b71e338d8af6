//! The query language JSONPath: paths, templates and intrinsic functions.

mod call;
mod filter;
mod intrinsic;
mod path;
mod query;
mod reference;
mod step;
mod template;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Env, EvalError, SyntaxError, budget::Budget};

pub use call::Call;
pub use path::Path;
pub use reference::ReferencePath;
pub use template::{Template, TemplateProblem};

/// A path or a call of an intrinsic function.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A path.
    Path(Path),
    /// A call.
    Call(Call),
}

impl Expression {
    /// Compiles a path, if the text starts with `$`, or else a call.
    ///
    /// # Errors
    /// The text is neither, or longer than
    /// [`TEXT_BYTES_MAX`](steploom_types::limits::expression::TEXT_BYTES_MAX).
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.starts_with('$') {
            Path::parse(text).map(Self::Path)
        } else {
            Call::parse(text).map(Self::Call)
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        match self {
            Self::Path(path) => path.text(),
            Self::Call(call) => call.text(),
        }
    }

    /// Adds the names of the variables that it reads, without the `$`.
    pub fn variables(&self, found: &mut BTreeSet<String>) {
        match self {
            Self::Path(path) => found.extend(path.variable().map(str::to_owned)),
            Self::Call(call) => call.variables(found),
        }
    }

    /// The value: borrowed from the environment where a definite path leads there.
    pub fn eval<'a>(&self, env: &'a dyn Env) -> Result<Cow<'a, Value>, EvalError> {
        match self {
            Self::Path(path) => path.eval(env),
            Self::Call(call) => call.eval_within(env, &Budget::new()).map(Cow::Owned),
        }
    }
}

#[cfg(test)]
mod tests;
