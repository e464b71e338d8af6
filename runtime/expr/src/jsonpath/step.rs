//! One step of a definite path, and how steps are read from a text.

use std::fmt;

use serde_json::Value;

use crate::SyntaxError;

/// A step to at most one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To an object's field.
    Name(Box<str>),
    /// To an array's element; a negative one counts from the end.
    Index(i64),
}

impl Step {
    /// Where it leads.
    pub(super) fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(fields)) => fields.get(&**name),
            (Self::Index(index), Value::Array(items)) => items.get(place(*index, items.len())?),
            _ => None,
        }
    }
}

/// Where an index points, in an array of so many elements.
pub(super) fn place(index: i64, length: usize) -> Option<usize> {
    if index >= 0 {
        usize::try_from(index).ok()
    } else {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
    }
}

/// As Jayway prints it: `['name']`, `[3]`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "['{name}']"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// Whether a character may be in a name after a dot. Wider than RFC 9535, as Jayway is: dashes and
/// signs are common in names (`$.detail-type`).
fn in_name(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || ".[]()'\"*?,\\{}".contains(c))
}

/// The name at the start of `text`, which is what follows a dot, and at `position`.
pub(super) fn name_after_dot(text: &str, position: usize) -> Result<&str, SyntaxError> {
    let length = text.find(|c| !in_name(c)).unwrap_or(text.len());
    if length == 0 {
        return Err(SyntaxError::new(position, "a name is missing after '.'"));
    }
    if text[length..].starts_with('(') {
        return Err(SyntaxError::new(
            position,
            format!(
                "the function '{}()' cannot be used in a path",
                &text[..length]
            ),
        ));
    }
    Ok(&text[..length])
}

/// The length of what stands between `[` and its `]`, where `text` starts behind the `[`.
/// Brackets within quotes do not count.
pub(super) fn bracket_length(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            (Some(_) | None, _) => {}
        }
    }
    None
}

/// The parts of a list in brackets, cut at the commas outside of quotes; `None`, if a quote is not
/// closed.
pub(super) fn list(inside: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut quote = None;
    let mut start = 0;
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ',') => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            (Some(_) | None, _) => {}
        }
    }
    parts.push(&inside[start..]);
    quote.is_none().then_some(parts)
}

/// The definite step that the inside of a pair of brackets says, if it says one: a quoted name or
/// a whole number.
pub(super) fn bracketed(inside: &str) -> Option<Step> {
    let inside = inside.trim();
    if let Some(name) = quoted(inside) {
        return Some(Step::Name(name.into()));
    }
    let digits = inside.strip_prefix('-').unwrap_or(inside);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    inside.parse().ok().map(Step::Index)
}

/// The name that a quoted text says. A backslash hides the quote and nothing else, as on AWS: other
/// backslashes belong to the name.
fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut name = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c == quote {
            return None;
        }
        name.push(c);
        if c == '\\' {
            match chars.next() {
                Some(hidden) if hidden == quote => {
                    name.pop();
                    name.push(quote);
                }
                Some(other) => name.push(other),
                None => return None,
            }
        }
    }
    Some(name)
}
