//! `$distinct` and `$join`, which in the engine take time or memory out of proportion.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::{JValue, with_stack};

use super::Call;
use crate::jsonata::error::{out_of_memory, thrown};

/// `$distinct(array)`: the first of each, in their order.
pub(super) fn distinct(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(1)?;
    let JValue::Array(items) = call.arg(0) else {
        return Ok(call.arg(0).clone());
    };
    if items.len() < 2 {
        return Ok(call.arg(0).clone());
    }
    let mut seen = BTreeSet::new();
    let mut is_new = |item: &&JValue| {
        let mut key = String::new();
        !push_key(&mut key, item) || seen.insert(key)
    };
    let kept = items.iter().filter(|item| is_new(item)).cloned().collect();
    Ok(JValue::Array(items.with_items(kept)))
}

/// Writes a text that is the same for equal values; `false` if there is a function in it, which is
/// equal to nothing.
fn push_key(key: &mut String, value: &JValue) -> bool {
    match value {
        JValue::Null => key.push('n'),
        JValue::Undefined => key.push('u'),
        JValue::Bool(yes) => key.push(if *yes { 't' } else { 'f' }),
        // 0 and -0 are equal.
        JValue::Number(number) => drop(write!(key, "{:x};", (number + 0.0).to_bits())),
        JValue::String(text) => drop(write!(key, "\"{}:{text}", text.len())),
        JValue::Array(items) => {
            key.push('[');
            let all = with_stack(|| items.iter().all(|item| push_key(key, item)));
            key.push(']');
            return all;
        }
        JValue::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            key.push('{');
            let all = with_stack(|| {
                fields.iter().all(|(name, field)| {
                    let _ = write!(key, "{}:{name}", name.len());
                    push_key(key, field)
                })
            });
            key.push('}');
            return all;
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => return false,
    }
    true
}

/// `$join(texts[, separator])`.
pub(super) fn join(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(1)?;
    let separator = match call.arg(1) {
        JValue::Undefined => "",
        JValue::String(text) => text,
        _ => return Err(call.mismatch(1)),
    };
    let items = match call.arg(0) {
        JValue::Undefined => return Ok(JValue::Undefined),
        JValue::String(_) => return Ok(call.arg(0).clone()),
        JValue::Array(items) => items,
        _ => return Err(no_texts()),
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.push(item.as_str().ok_or_else(no_texts)?);
    }
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let separators = separator.len().saturating_mul(texts.len());
    if bytes.saturating_add(separators) > call.memory.bytes() {
        return Err(out_of_memory());
    }
    Ok(texts.join(separator).into())
}

fn no_texts() -> EvaluatorError {
    thrown("T0412: Argument 1 must be an array of String")
}
