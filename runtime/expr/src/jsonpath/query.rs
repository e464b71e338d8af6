//! The part of a path from its first step on that is not a name or an index: wildcards, slices,
//! lists, filters, `..`.
//!
//! What AWS's paths do not have is refused: functions such as `length()`, filters by regular
//! expressions, by words such as `subsetof`, or by values elsewhere. Work is bounded by a budget of
//! visits, as `..` may be used more than once.

use std::cell::Cell;

use serde_json::{Map, Value};
use steploom_types::limits::expression::PATH_VISITS_MAX;

use super::filter::Filter;
use super::step::{self, Step, place};
use crate::SyntaxError;

/// A compiled rest of a path.
#[derive(Debug)]
pub(super) struct Query(Box<[Select]>);

/// A step to any number of values.
#[derive(Debug)]
enum Select {
    Step(Step),
    /// `*`
    All,
    /// `[from:to:by]`
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        by: i64,
    },
    /// `[0,2]`
    Indices(Box<[i64]>),
    /// `['a','b']`: at the path's end an object of these fields, else the value of each.
    Names(Box<[Box<str>]>),
    /// `[?(@.a == 1)]`
    Filter(Filter),
    /// `..`, and what is selected of the value and of all within it.
    Descent(Box<Select>),
}

/// The work would be more than [`PATH_VISITS_MAX`].
pub(super) struct TooMuch;

impl Query {
    /// Compiles the rest of a path, which stands at `position` of the whole.
    pub(super) fn compile(rest: &str, position: usize) -> Result<Self, SyntaxError> {
        let mut selects = Vec::new();
        let mut at = 0;
        while at < rest.len() {
            let (select, length) = select(&rest[at..], position + at)?;
            selects.push(select);
            at += length;
        }
        Ok(Self(selects.into()))
    }

    /// The names, if the rest is nothing but a list of them: the result is one object.
    pub(super) fn names(&self) -> Option<&[Box<str>]> {
        match &self.0[..] {
            [Select::Names(names)] => Some(names),
            _ => None,
        }
    }

    /// Hands every value that is selected to `found`, which may refuse it.
    pub(super) fn run<E: From<TooMuch>>(
        &self,
        value: &Value,
        mut found: impl FnMut(Value) -> Result<(), E>,
        mut copied: impl FnMut(&Value) -> Result<(), E>,
    ) -> Result<(), E> {
        let walk = Walk(Cell::new(PATH_VISITS_MAX));
        let (last, selects) = match self.0.split_last() {
            Some((Select::Names(names), rest)) => (Some(names), rest),
            _ => (None, &self.0[..]),
        };
        let mut values = vec![value];
        for select in selects {
            let mut next = Vec::new();
            for value in values {
                walk.select(select, value, &mut next)?;
            }
            values = next;
        }
        for value in values {
            match last {
                None => {
                    copied(value)?;
                    found(value.clone())?;
                }
                Some(names) => {
                    if let Value::Object(fields) = value {
                        let picked = pick(names, fields, &mut copied)?;
                        found(picked)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// An object of these fields, as far as they are there.
pub(super) fn pick<E>(
    names: &[Box<str>],
    fields: &Map<String, Value>,
    mut copied: impl FnMut(&Value) -> Result<(), E>,
) -> Result<Value, E> {
    let mut picked = Map::new();
    for name in names {
        if let Some(value) = fields.get(&**name) {
            copied(value)?;
            picked.insert(name.to_string(), value.clone());
        }
    }
    Ok(Value::Object(picked))
}

/// How many visits are left.
struct Walk(Cell<usize>);

impl Walk {
    fn visit(&self, values: usize) -> Result<(), TooMuch> {
        let left = self.0.get().checked_sub(values).ok_or(TooMuch)?;
        self.0.set(left);
        Ok(())
    }

    fn select<'a>(
        &self,
        select: &Select,
        value: &'a Value,
        found: &mut Vec<&'a Value>,
    ) -> Result<(), TooMuch> {
        self.visit(1)?;
        match (select, value) {
            (Select::Step(step), value) => found.extend(step.of(value)),
            (Select::All, Value::Array(items)) => {
                self.visit(items.len())?;
                found.extend(items);
            }
            (Select::All, Value::Object(fields)) => {
                self.visit(fields.len())?;
                found.extend(fields.values());
            }
            (Select::Slice { from, to, by }, Value::Array(items)) => {
                self.visit(items.len())?;
                slice(items, *from, *to, *by, found);
            }
            (Select::Indices(indices), Value::Array(items)) => {
                self.visit(indices.len())?;
                let places = indices.iter().filter_map(|at| place(*at, items.len()));
                found.extend(places.filter_map(|at| items.get(at)));
            }
            (Select::Names(names), Value::Object(fields)) => {
                self.visit(names.len())?;
                found.extend(names.iter().filter_map(|name| fields.get(&**name)));
            }
            // A filter is about the elements of an array, or about an object itself.
            (Select::Filter(filter), Value::Array(items)) => {
                self.visit(items.len().saturating_mul(filter.cost()))?;
                found.extend(items.iter().filter(|item| filter.matches(item)));
            }
            (Select::Filter(filter), Value::Object(_)) => {
                self.visit(filter.cost())?;
                found.extend(filter.matches(value).then_some(value));
            }
            (Select::Descent(select), value) => self.descend(select, value, found)?,
            _ => {}
        }
        Ok(())
    }

    /// The value first, then what is in it.
    fn descend<'a>(
        &self,
        select: &Select,
        value: &'a Value,
        found: &mut Vec<&'a Value>,
    ) -> Result<(), TooMuch> {
        self.select(select, value, found)?;
        // An object that a filter is about is met as an element as well.
        match value {
            Value::Array(items) => {
                for item in items {
                    if !matches!((select, item), (Select::Filter(_), Value::Object(_))) {
                        self.descend(select, item, found)?;
                    } else if let Value::Object(fields) = item {
                        self.visit(1)?;
                        for field in fields.values() {
                            self.descend(select, field, found)?;
                        }
                    }
                }
            }
            Value::Object(fields) => {
                for field in fields.values() {
                    self.descend(select, field, found)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The elements from `from` on, before `to`, in steps of `by`; negative ones count from the end.
fn slice<'a>(
    items: &'a [Value],
    from: Option<i64>,
    to: Option<i64>,
    by: i64,
    found: &mut Vec<&'a Value>,
) {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = |index: i64| {
        if index < 0 {
            length.saturating_add(index)
        } else {
            index
        }
    };
    let Ok(by) = usize::try_from(by) else {
        return;
    };
    let from = at(from.unwrap_or(0)).clamp(0, length) as usize;
    let to = at(to.unwrap_or(length)).clamp(0, length) as usize;
    if from < to && by > 0 {
        found.extend(items[from..to].iter().step_by(by));
    }
}

/// The first step of `tail`, and its length.
fn select(tail: &str, here: usize) -> Result<(Select, usize), SyntaxError> {
    if let Some(what) = tail.strip_prefix("..") {
        let (select, length) = if what.starts_with('[') {
            bracket(what, here + 2)?
        } else {
            named(what, here + 2)?
        };
        return Ok((Select::Descent(Box::new(select)), 2 + length));
    }
    if let Some(what) = tail.strip_prefix('.') {
        // AWS's own documentation writes `$.abc.['def ghi']`.
        let (select, length) = if what.starts_with('[') {
            bracket(what, here + 1)?
        } else {
            named(what, here + 1)?
        };
        return Ok((select, 1 + length));
    }
    if tail.starts_with('[') {
        return bracket(tail, here);
    }
    Err(SyntaxError::new(here, "'.' or '[' is expected"))
}

/// `*` or a name.
fn named(what: &str, here: usize) -> Result<(Select, usize), SyntaxError> {
    if what.starts_with('*') {
        return Ok((Select::All, 1));
    }
    let name = step::name_after_dot(what, here)?;
    Ok((Select::Step(Step::Name(name.into())), name.len()))
}

/// A pair of brackets, and its length.
fn bracket(tail: &str, here: usize) -> Result<(Select, usize), SyntaxError> {
    let length = step::bracket_length(&tail[1..])
        .ok_or_else(|| SyntaxError::new(here, "'[' without its ']'"))?;
    let inside = tail[1..=length].trim();
    let select = if let Some(definite) = step::bracketed(inside) {
        Select::Step(definite)
    } else if let Some(condition) = inside.strip_prefix('?') {
        Select::Filter(Filter::compile(condition, here + 2)?)
    } else if inside == "*" {
        Select::All
    } else if let Some(slice) = slice_of(inside) {
        slice
    } else {
        list(inside).ok_or_else(|| {
            SyntaxError::new(
                here,
                format!("[{inside}]: quoted names, indices, a slice, '*' or a filter is expected"),
            )
        })?
    };
    Ok((select, length + 2))
}

/// `from:to` or `from:to:by`, each of which may be left out.
fn slice_of(inside: &str) -> Option<Select> {
    let parts: Vec<&str> = inside.split(':').map(str::trim).collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut numbers = Vec::with_capacity(3);
    for part in &parts {
        numbers.push(match *part {
            "" => None,
            digits => Some(digits.parse::<i64>().ok()?),
        });
    }
    Some(Select::Slice {
        from: numbers[0],
        to: numbers[1],
        by: numbers.get(2).copied().flatten().unwrap_or(1),
    })
}

/// A list of indices, or of names.
fn list(inside: &str) -> Option<Select> {
    let steps: Vec<_> = step::list(inside)?
        .into_iter()
        .map(step::bracketed)
        .collect::<Option<_>>()?;
    let indices = steps.iter().map(|step| match step {
        Step::Index(index) => Some(*index),
        Step::Name(_) => None,
    });
    if let Some(indices) = indices.collect::<Option<Vec<_>>>() {
        return Some(Select::Indices(indices.into()));
    }
    let names = steps.into_iter().map(|step| match step {
        Step::Name(name) => Some(name),
        Step::Index(_) => None,
    });
    names
        .collect::<Option<Vec<_>>>()
        .map(|names| Select::Names(names.into()))
}
