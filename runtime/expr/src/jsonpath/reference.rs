//! Reference paths: where a result is put.

use serde_json::{Map, Value};

use super::path::{Path, Root};
use super::step::{Step, place};
use crate::{EvalError, SyntaxError};

/// A definite path into a state's data, without negative indices. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct ReferencePath(Path);

/// What a value that was put somewhere displaced.
#[derive(Debug)]
pub struct Displaced {
    /// What was there.
    was: Value,
    /// The step of the path from which on there was nothing.
    made_at: Option<usize>,
}

impl ReferencePath {
    /// Compiles a reference path.
    ///
    /// # Errors
    /// The text is not a path, or it is one that does not name exactly one place in the data.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let path = Path::parse(text)?;
        let one_place = path.is_plain()
            && *path.root() == Root::Data
            && !path
                .steps()
                .iter()
                .any(|s| matches!(s, Step::Index(i) if *i < 0));
        if one_place {
            Ok(Self(path))
        } else {
            Err(SyntaxError::new(
                0,
                "a reference path is expected: '$', names and indices only",
            ))
        }
    }

    /// The path as it was written.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// `into`, with `value` at this place: fields on the way that are not there are made, elements
    /// of arrays have to be there. `$` gives `value` itself.
    ///
    /// # Errors
    /// [`EvalError::Reference`]: something on the way is neither an object nor an array that is
    /// long enough.
    pub fn put(&self, into: Value, value: Value) -> Result<Value, EvalError> {
        if !self.fits(&into) {
            return Err(EvalError::Reference {
                path: self.text().to_owned(),
                input: into.to_string(),
            });
        }
        Ok(self.swap(into, value).0)
    }

    /// As [`ReferencePath::put`], for a place that [fits](ReferencePath::fits); with what
    /// [`ReferencePath::put_back`] needs.
    pub fn swap(&self, mut into: Value, value: Value) -> (Value, Displaced) {
        let mut place = &mut into;
        let mut made_at = None;
        for (depth, step) in self.0.steps().iter().enumerate() {
            if made_at.is_none() && step.of(place).is_none() {
                made_at = Some(depth);
            }
            place = enter(place, step);
        }
        let was = std::mem::replace(place, value);
        (into, Displaced { was, made_at })
    }

    /// What [`ReferencePath::swap`] was given, of what it gave.
    pub fn put_back(&self, mut from: Value, displaced: Displaced) -> Value {
        let steps = self.0.steps();
        let mut place = &mut from;
        for step in &steps[..displaced.made_at.unwrap_or(steps.len())] {
            place = enter(place, step);
        }
        match displaced.made_at.map(|depth| &steps[depth]) {
            None => *place = displaced.was,
            Some(Step::Name(name)) => {
                place
                    .as_object_mut()
                    .map(|fields| fields.shift_remove(&**name));
            }
            Some(_) => {}
        }
        from
    }

    /// Whether there is, or can be made, such a place.
    pub fn fits(&self, into: &Value) -> bool {
        let mut value = into;
        for step in self.0.steps() {
            match (step.of(value), step, value) {
                (Some(next), _, _) => value = next,
                // From here on all is made, which works for names alone.
                (None, Step::Name(_), Value::Object(_)) => {
                    let is_made = |s: &&Step| !std::ptr::eq(*s, step);
                    return self
                        .0
                        .steps()
                        .iter()
                        .skip_while(is_made)
                        .all(|s| matches!(s, Step::Name(_)));
                }
                _ => return false,
            }
        }
        true
    }
}

/// The place that a step leads to, made if it is not there. Only called where it fits.
fn enter<'a>(value: &'a mut Value, step: &Step) -> &'a mut Value {
    match (step, value) {
        (Step::Index(index), Value::Array(items)) => {
            let at = place(*index, items.len()).unwrap_or(0);
            &mut items[at]
        }
        (Step::Name(name), Value::Object(fields)) => fields
            .entry(&**name)
            .or_insert_with(|| Value::Object(Map::new())),
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests;
