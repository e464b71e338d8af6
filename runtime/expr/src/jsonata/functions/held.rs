//! The checks that keep an evaluation within its memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::functions::string::{build_regex, extract_regex};
use jsonata_core::value::{JValue, with_stack};
use steploom_types::limits::query::{
    COMPARISONS_MAX, LIVE_TEXT_BYTES_MAX, MADE_SEQUENCES_MAX, VISITS_MAX,
};

use super::Call;
use crate::QueryBudget;
use crate::jsonata::error::{out_of_memory, thrown};

/// Shorter texts are not kept track of: there are not enough steps in an evaluation's time to make
/// many bytes of them.
const LONG_TEXT_BYTES: usize = 256;

/// What an evaluation holds, and has made.
pub(in super::super) struct Memory {
    /// Bytes that a value may have.
    bytes: usize,
    visits: Cell<usize>,
    items: Cell<usize>,
    texts: RefCell<Texts>,
    /// The first two arguments of calls of `$replace` whose third is being evaluated.
    replacing: RefCell<Vec<(JValue, JValue)>>,
}

/// The long texts that may still be in use.
struct Texts {
    kept: Vec<Rc<str>>,
    bytes: usize,
    /// The bytes at which to look which of them are.
    limit: usize,
}

impl Memory {
    pub(in super::super) fn new(budget: &QueryBudget) -> Self {
        Self {
            bytes: budget.bytes,
            visits: Cell::new(VISITS_MAX),
            items: Cell::new(budget.items.saturating_mul(MADE_SEQUENCES_MAX)),
            texts: RefCell::new(Texts {
                kept: Vec::new(),
                bytes: 0,
                limit: LIVE_TEXT_BYTES_MAX,
            }),
            replacing: RefCell::default(),
        }
    }

    /// Bytes that a value may have.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Looks at all of a value.
    fn look(&self, value: &JValue, left: &mut usize) -> Result<(), EvaluatorError> {
        let visits = self.visits.get().checked_sub(1).ok_or_else(out_of_memory)?;
        self.visits.set(visits);
        let mut take = |bytes: usize| {
            *left = left.checked_sub(bytes).ok_or_else(out_of_memory)?;
            Ok(())
        };
        match value {
            JValue::String(text) => take(text.len() + 8),
            JValue::Array(items) => {
                with_stack(|| items.iter().try_for_each(|item| self.look(item, left)))
            }
            JValue::Object(fields) => with_stack(|| {
                fields.iter().try_for_each(|(name, field)| {
                    *left = left.checked_sub(name.len()).ok_or_else(out_of_memory)?;
                    self.look(field, left)
                })
            }),
            _ => take(8),
        }
    }

    /// Counts what was made: a value's own members, or its text.
    fn count(&self, value: &JValue) -> Result<(), EvaluatorError> {
        let members = match value {
            JValue::Array(items) => items.len(),
            JValue::Object(fields) => fields.len(),
            JValue::String(text) => return self.texts.borrow_mut().keep(text),
            _ => 0,
        };
        let items = self.items.get().checked_sub(members);
        self.items.set(items.ok_or_else(out_of_memory)?);
        Ok(())
    }
}

impl Texts {
    fn keep(&mut self, text: &Rc<str>) -> Result<(), EvaluatorError> {
        // One that is there already is counted again, until the next look.
        if text.len() < LONG_TEXT_BYTES {
            return Ok(());
        }
        self.bytes += text.len();
        self.kept.push(Rc::clone(text));
        if self.bytes <= self.limit {
            return Ok(());
        }
        self.kept.sort_by_key(|text| Rc::as_ptr(text).addr());
        self.kept.dedup_by(|one, other| Rc::ptr_eq(one, other));
        self.kept.retain(|text| Rc::strong_count(text) > 1);
        self.bytes = self.kept.iter().map(|text| text.len()).sum();
        if self.bytes > LIVE_TEXT_BYTES_MAX {
            return Err(out_of_memory());
        }
        // So that looking costs no more than making did.
        self.limit = LIVE_TEXT_BYTES_MAX.max(self.bytes * 2);
        Ok(())
    }
}

/// Passes a value on that is not too large.
pub(super) fn held(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let value = call.arg(0);
    let memory = call.memory;
    match value {
        JValue::Array(_) | JValue::Object(_) | JValue::String(_) => {
            memory.count(value)?;
            let mut left = memory.bytes;
            memory.look(value, &mut left)?;
        }
        _ => {}
    }
    Ok(value.clone())
}

/// Passes a number on that is not too large to be a text's length.
pub(super) fn width(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    match call.arg(0) {
        JValue::Number(width) if width.abs() > call.memory.bytes as f64 => Err(out_of_memory()),
        other => Ok(other.clone()),
    }
}

/// Passes a text on that is not longer than the first argument says.
pub(super) fn short(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let bytes = call.arg(0).as_f64().unwrap_or_default();
    match call.arg(1) {
        JValue::String(text) if text.len() as f64 > bytes => Err(out_of_memory()),
        other => Ok(other.clone()),
    }
}

/// Passes a picture of dates on. The engine cuts its components behind their first byte.
pub(super) fn dated(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    match call.arg(0) {
        JValue::String(text) => match odd_component(text) {
            Some(odd) => Err(thrown(format!("D3132: {odd}"))),
            None => Ok(call.arg(0).clone()),
        },
        other => Ok(other.clone()),
    }
}

/// The first character of a component such as `[Y]`, if it is none that any component has.
fn odd_component(picture: &str) -> Option<char> {
    let mut components = picture.split('[').skip(1);
    components.find_map(|rest| {
        rest.trim_start()
            .chars()
            .next()
            .filter(|c| !c.is_ascii() || *c == ',')
    })
}

/// Passes the arguments of `$replace` on, one after another, if what they make is not too long.
pub(super) fn replacing(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let value = call.arg(1).clone();
    let mut open = call.memory.replacing.borrow_mut();
    match call.arg(0).as_f64().unwrap_or_default() as usize {
        0 => open.push((value.clone(), JValue::Undefined)),
        1 => {
            if let Some((_, pattern)) = open.last_mut() {
                pattern.clone_from(&value);
            }
        }
        _ => {
            let (subject, pattern) = open.pop().unwrap_or((JValue::Null, JValue::Null));
            if let (JValue::String(subject), JValue::String(replacement)) = (&subject, &value) {
                let bytes = call.memory.bytes;
                if replaced_bytes(subject, &pattern, replacement, bytes) > bytes {
                    return Err(out_of_memory());
                }
            }
        }
    }
    Ok(value)
}

/// Passes on what a transform is to change in its first argument, if that is not too much work.
pub(super) fn targets(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let memory = call.memory;
    let before = memory.visits.get();
    memory.look(call.arg(0), &mut { memory.bytes })?;
    let values = before - memory.visits.get();
    let targets = call.arg(1).as_array().map_or(1, Vec::len);
    if targets.saturating_mul(values) > COMPARISONS_MAX {
        return Err(out_of_memory());
    }
    Ok(call.arg(1).clone())
}

/// How long a text becomes at most. `enough` is what need not be looked at closely.
fn replaced_bytes(subject: &str, pattern: &JValue, replacement: &str, enough: usize) -> usize {
    // Each `$` may stand for all that was matched, which in all is the subject at most.
    let captured = subject
        .len()
        .saturating_mul(1 + replacement.matches('$').count());
    let most = (subject.len() + 1).saturating_mul(replacement.len());
    if most.saturating_add(captured) <= enough {
        return most + captured;
    }
    let count = match pattern {
        JValue::String(text) => subject.matches(&**text).count(),
        other => match extract_regex(other).map(|(text, flags)| build_regex(&text, &flags)) {
            Some(Ok(regex)) => regex.find_iter(subject).count(),
            _ => 0,
        },
    };
    count
        .saturating_mul(replacement.len())
        .saturating_add(captured)
}
