//! The intrinsic functions: their table, and what they share. One file a family.

mod array;
mod coding;
mod json;
mod math;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::{Env, EvalError, budget::Budget};

pub(super) use text::fill;

/// The function whose first argument is a template.
pub(super) const FORMAT: &str = "States.Format";

/// An intrinsic function.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How many arguments it takes.
    pub(super) arity: RangeInclusive<usize>,
    /// Computes it. The number of arguments has been checked.
    pub(super) run: fn(&Args) -> Result<Value, Failure>,
}

/// All of them.
static FUNCTIONS: [Function; 18] = [
    function(FORMAT, 1..=usize::MAX, text::format),
    function("States.StringToJson", 1..=1, json::string_to_json),
    function("States.JsonToString", 1..=1, json::json_to_string),
    function("States.JsonMerge", 3..=3, json::merge),
    function("States.Array", 0..=usize::MAX, array::array),
    function("States.ArrayPartition", 2..=2, array::partition),
    function("States.ArrayContains", 2..=2, array::contains),
    function("States.ArrayRange", 3..=3, array::range),
    function("States.ArrayGetItem", 2..=2, array::get_item),
    function("States.ArrayLength", 1..=1, array::length),
    function("States.ArrayUnique", 1..=1, array::unique),
    function("States.Base64Encode", 1..=1, coding::base64_encode),
    function("States.Base64Decode", 1..=1, coding::base64_decode),
    function("States.Hash", 2..=2, coding::hash),
    function("States.MathRandom", 2..=3, math::random),
    function("States.MathAdd", 2..=2, math::add),
    function("States.StringSplit", 2..=2, text::split),
    function("States.UUID", 0..=0, text::uuid),
];

const fn function(
    name: &'static str,
    arity: RangeInclusive<usize>,
    run: fn(&Args) -> Result<Value, Failure>,
) -> Function {
    Function { name, arity, run }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Why a function has no result.
pub(super) enum Failure {
    /// Its arguments do not suit it.
    Because(String),
    /// The result would be too large.
    TooLarge,
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

impl From<&str> for Failure {
    fn from(why: &str) -> Self {
        Self::Because(why.to_owned())
    }
}

impl From<EvalError> for Failure {
    /// The only thing that a [`Budget`] answers.
    fn from(_: EvalError) -> Self {
        Self::TooLarge
    }
}

/// What a function is called with.
pub(super) struct Args<'a> {
    pub(super) values: &'a [Cow<'a, Value>],
    pub(super) env: &'a dyn Env,
    pub(super) budget: &'a Budget,
}

impl<'a> Args<'a> {
    /// An argument, counted from 0.
    fn value(&self, index: usize) -> &'a Value {
        self.values
            .get(index)
            .map_or(&Value::Null, |value| &**value)
    }

    fn array(&self, index: usize) -> Result<&'a [Value], Failure> {
        let value = self.value(index);
        value
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| expected(index, "an array", value))
    }

    fn text(&self, index: usize) -> Result<&'a str, Failure> {
        let value = self.value(index);
        value
            .as_str()
            .ok_or_else(|| expected(index, "a string", value))
    }

    /// A number, rounded to a whole one: halves up, as AWS does.
    fn whole(&self, index: usize) -> Result<i64, Failure> {
        let value = self.value(index);
        if let Some(whole) = value.as_i64() {
            return Ok(whole);
        }
        let number = value
            .as_f64()
            .ok_or_else(|| expected(index, "a number", value))?;
        let floor = number.floor();
        let rounded = if number - floor >= 0.5 {
            floor + 1.0
        } else {
            floor
        };
        // Within this range every whole number is exact, so the cast is as well.
        if rounded.abs() <= 9_007_199_254_740_992.0 {
            Ok(rounded as i64)
        } else {
            Err(expected(index, "a number below 2^53", value))
        }
    }
}

fn expected(index: usize, what: &str, found: &Value) -> Failure {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Failure::Because(format!(
        "argument {} must be {what} but is {found}",
        index + 1
    ))
}
