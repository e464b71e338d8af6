//! The part of a path from its first indefinite step on: wildcards, slices, lists, filters, `..`.
//!
//! It is written out in the form of RFC 9535, all names quoted, and run by `serde_json_path`. What
//! could make its work grow beyond the size of the data times a constant is refused: two `..`,
//! lists that name an element twice, filters that search.

use std::fmt::Write as _;

use serde_json_path::JsonPath;
use steploom_types::limits::expression::DESCENTS_MAX;

use super::{filter, step};
use crate::SyntaxError;

/// Compiles the rest of a path, which stands at `position` of the whole.
pub(super) fn compile(rest: &str, position: usize) -> Result<JsonPath, SyntaxError> {
    let mut standard = String::from("$");
    let mut descents = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = position + at;
        let tail = &rest[at..];
        at += if tail.starts_with("..") {
            descents += 1;
            if descents > DESCENTS_MAX {
                return Err(SyntaxError::new(
                    here,
                    format!("'..' may be used {DESCENTS_MAX} time in a path"),
                ));
            }
            standard.push_str("..");
            descent(&mut standard, tail, here)?
        } else {
            one(&mut standard, tail, here)?
        };
    }
    JsonPath::parse(&standard)
        .map_err(|e| SyntaxError::new(position, format!("this is not a path: {}", e.message())))
}

/// What follows `..`; answers how much of `tail` was read.
fn descent(standard: &mut String, tail: &str, here: usize) -> Result<usize, SyntaxError> {
    let what = &tail[2..];
    if what.starts_with('[') {
        return Ok(2 + bracket(standard, what, here + 2)?);
    }
    if what.starts_with('*') {
        standard.push_str("[*]");
        return Ok(3);
    }
    let name = step::name_after_dot(what, here + 2)?;
    push_name(standard, name);
    Ok(2 + name.len())
}

/// One step that is not `..`; answers how much of `tail` was read.
fn one(standard: &mut String, tail: &str, here: usize) -> Result<usize, SyntaxError> {
    if tail.starts_with(".*") {
        standard.push_str("[*]");
        return Ok(2);
    }
    if let Some(what) = tail.strip_prefix('.') {
        let name = step::name_after_dot(what, here + 1)?;
        push_name(standard, name);
        return Ok(1 + name.len());
    }
    if tail.starts_with('[') {
        return bracket(standard, tail, here);
    }
    Err(SyntaxError::new(here, "'.' or '[' is expected"))
}

/// A pair of brackets; answers how much of `tail` was read.
fn bracket(standard: &mut String, tail: &str, here: usize) -> Result<usize, SyntaxError> {
    let length = step::bracket_length(&tail[1..])
        .ok_or_else(|| SyntaxError::new(here, "'[' without its ']'"))?;
    let inside = tail[1..=length].trim();
    if let Some(definite) = step::bracketed(inside) {
        push_step(standard, &definite);
    } else if let Some(condition) = inside.strip_prefix('?') {
        let condition = filter::standard(condition, here + 2)?;
        let _ = write!(standard, "[?{condition}]");
    } else if inside == "*" || is_slice(inside) {
        let _ = write!(standard, "[{inside}]");
    } else {
        let indices = list(inside, here)?;
        let _ = write!(standard, "[{indices}]");
    }
    Ok(length + 2)
}

/// `start:end` or `start:end:step`, each of which may be left out.
fn is_slice(inside: &str) -> bool {
    let parts: Vec<&str> = inside.split(':').map(str::trim).collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| {
            let digits = part.strip_prefix('-').unwrap_or(part);
            part.is_empty() || !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        })
}

/// A list of different indices.
fn list(inside: &str, here: usize) -> Result<String, SyntaxError> {
    let wrong = |why: &str| Err(SyntaxError::new(here, format!("[{inside}]: {why}")));
    let mut indices = Vec::new();
    for part in inside.split(',').map(str::trim) {
        match part.parse::<u32>() {
            Ok(index) => indices.push(index),
            Err(_) => {
                return wrong(
                    "a quoted name, an index, a list of indices, a slice, '*' or a filter is expected",
                );
            }
        }
    }
    let text: Vec<String> = indices.iter().map(u32::to_string).collect();
    indices.sort_unstable();
    if indices.windows(2).any(|pair| pair[0] == pair[1]) {
        return wrong("an index is listed twice");
    }
    Ok(text.join(","))
}

/// Writes a definite step in the standard's form.
pub(super) fn push_step(standard: &mut String, step: &step::Step) {
    match step {
        step::Step::Name(name) => push_name(standard, name),
        step::Step::Index(index) => {
            let _ = write!(standard, "[{index}]");
        }
    }
}

fn push_name(standard: &mut String, name: &str) {
    // A JSON text is a quoted name of RFC 9535.
    let _ = write!(standard, "[{}]", serde_json::Value::from(name));
}
