//! The language by itself: an expression over an item, without `$states` and without delimiters.
//!
//! For running the language's own suite of cases; no state does this.

use serde_json::{Map, Value};
use steploom_types::Timestamp;

use super::engine::Program;
use super::error::Fault;
use super::{convert, syntax};
use crate::{Env, QueryBudget};

/// What an expression is evaluated over.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// What `$` stands for; nothing, if there is none.
    pub item: Option<Value>,
    /// The variables.
    pub bindings: Map<String, Value>,
    /// What the evaluation may use.
    pub budget: QueryBudget,
}

impl Raw {
    /// The value; `None` if there is none.
    ///
    /// # Errors
    /// What the parser or the evaluation says, with its code.
    pub fn eval(&self, text: &str) -> Result<Option<Value>, String> {
        let ast = syntax::parse_raw(text)?;
        let program = Program::over_item(ast).map_err(|problems| format!("{problems:?}"))?;
        let value = match program.run_over(self, self.item.as_ref()) {
            Ok(value) if value.is_undefined() => return Ok(None),
            Ok(value) => value,
            Err(Fault::Thrown(message)) => return Err(message),
            Err(fault) => return Err(format!("{fault:?}")),
        };
        match convert::from_engine(&value, self.budget.bytes) {
            Ok(value) => Ok(Some(value)),
            Err(unusable) => Err(format!("{unusable:?}")),
        }
    }
}

impl Env for Raw {
    fn data(&self) -> &Value {
        self.item.as_ref().unwrap_or(&Value::Null)
    }

    fn context(&self) -> &Value {
        &Value::Null
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.bindings.get(name)
    }

    fn random(&self) -> u64 {
        1
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_789_000_000_123)
    }

    fn budget(&self) -> QueryBudget {
        self.budget
    }
}
