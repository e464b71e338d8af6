//! What one evaluation may make, so that a template which repeats its input cannot fill the memory.

use std::cell::Cell;

use serde_json::Value;
use steploom_types::limits::expression::EVALUATED_BYTES_MAX;

use crate::EvalError;

/// What is left, in bytes of JSON text, about.
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// A whole one, for one evaluation.
    pub(crate) fn new() -> Self {
        Self(Cell::new(EVALUATED_BYTES_MAX))
    }

    /// Pays for a value that is about to be copied, or was just made.
    pub(crate) fn take(&self, value: &Value) -> Result<(), EvalError> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.take_bytes(4),
            Value::String(text) => self.take_bytes(text.len() + 2),
            Value::Array(items) => {
                self.take_bytes(2 + items.len())?;
                items.iter().try_for_each(|item| self.take(item))
            }
            Value::Object(fields) => {
                self.take_bytes(2)?;
                fields.iter().try_for_each(|(name, field)| {
                    self.take_bytes(name.len() + 4)?;
                    self.take(field)
                })
            }
        }
    }

    fn take_bytes(&self, bytes: usize) -> Result<(), EvalError> {
        let left = self.0.get().checked_sub(bytes).ok_or(EvalError::TooLarge)?;
        self.0.set(left);
        Ok(())
    }
}
