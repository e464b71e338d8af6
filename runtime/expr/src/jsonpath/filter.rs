//! The condition of a filter, `[?(@.price < 10)]`, brought into the form of RFC 9535.
//!
//! Only definite paths are let in, and no functions (those of RFC 9535 compile regular expressions
//! that data may hold), so that a filter's cost for one element does not depend on the data.

use steploom_types::limits::expression::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX};

use super::{query, step};
use crate::SyntaxError;

/// The condition with every name quoted. `position` is where it stands in the whole path.
pub(super) fn standard(condition: &str, position: usize) -> Result<String, SyntaxError> {
    if condition.len() > FILTER_BYTES_MAX {
        return Err(SyntaxError::new(
            position,
            format!("a filter may have {FILTER_BYTES_MAX} bytes"),
        ));
    }
    let mut out = String::with_capacity(condition.len() + 16);
    let mut at = 0;
    let mut depth = 0usize;
    while let Some(c) = condition[at..].chars().next() {
        at += match c {
            '\'' | '"' => quoted(&mut out, &condition[at..], position + at)?,
            '@' | '$' => path(&mut out, &condition[at..], position + at)?,
            _ if c.is_alphabetic() => word(&mut out, &condition[at..], position + at)?,
            '[' | '*' | '?' => {
                return Err(SyntaxError::new(
                    position + at,
                    format!("'{c}' is not expected in a filter"),
                ));
            }
            _ => {
                match c {
                    '(' => depth += 1,
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth > FILTER_DEPTH_MAX {
                    return Err(SyntaxError::new(
                        position + at,
                        format!("parentheses may be nested {FILTER_DEPTH_MAX} deep"),
                    ));
                }
                out.push(c);
                c.len_utf8()
            }
        };
    }
    Ok(out)
}

/// Copies a word, such as `true`; answers its length.
fn word(out: &mut String, text: &str, position: usize) -> Result<usize, SyntaxError> {
    let is_outside = |c: char| !(c.is_alphanumeric() || c == '_');
    let length = text.find(is_outside).unwrap_or(text.len());
    if text[length..].trim_start().starts_with('(') {
        return Err(function(&text[..length], position));
    }
    out.push_str(&text[..length]);
    Ok(length)
}

fn function(name: &str, position: usize) -> SyntaxError {
    SyntaxError::new(
        position,
        format!("the function '{name}()' cannot be used in a path"),
    )
}

/// Copies a quoted text; answers its length.
fn quoted(out: &mut String, text: &str, position: usize) -> Result<usize, SyntaxError> {
    let quote = text.as_bytes()[0];
    let mut hidden = false;
    for (at, b) in text.bytes().enumerate().skip(1) {
        if hidden {
            hidden = false;
        } else if b == b'\\' {
            hidden = true;
        } else if b == quote {
            out.push_str(&text[..=at]);
            return Ok(at + 1);
        }
    }
    Err(SyntaxError::new(position, "a quote is not closed"))
}

/// Copies a definite path that starts at the element or at the root; answers its length.
fn path(out: &mut String, text: &str, position: usize) -> Result<usize, SyntaxError> {
    out.push_str(&text[..1]);
    let mut at = 1;
    loop {
        let tail = &text[at..];
        if let Some(what) = tail.strip_prefix('.') {
            let name = name(what, position + at)?;
            query::push_step(out, &step::Step::Name(name.into()));
            at += 1 + name.len();
        } else if let Some(what) = tail.strip_prefix('[') {
            let length = step::bracket_length(what)
                .ok_or_else(|| SyntaxError::new(position + at, "'[' without its ']'"))?;
            let definite = step::bracketed(&what[..length]).ok_or_else(|| {
                SyntaxError::new(
                    position + at,
                    "a quoted name or an index is expected in a filter",
                )
            })?;
            query::push_step(out, &definite);
            at += length + 2;
        } else {
            return Ok(at);
        }
    }
}

/// A name after a dot: narrower than outside of filters, where no operator can follow.
fn name(text: &str, position: usize) -> Result<&str, SyntaxError> {
    let length = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(text.len());
    match &text[..length] {
        "" => Err(SyntaxError::new(position, "a name is missing after '.'")),
        name if text[length..].starts_with('(') => Err(function(name, position)),
        name => Ok(name),
    }
}
