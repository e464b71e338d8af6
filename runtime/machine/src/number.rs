//! Numbers that fields such as `TimeoutSeconds` and `MaxConcurrency` give: written out, read by a
//! path, or made by a query.

use serde_json::Value;
use steploom_asl::model::{Field, NumberField, PercentField};
use steploom_expr::jsonata::Query;
use steploom_expr::{EvalError, Path};
use steploom_types::Json;

use crate::EventSink;
use crate::context::Scope;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::turn::{Fault, Turn};

impl<S: EventSink> Turn<'_, S> {
    /// A whole number that `field`, such as `TimeoutSeconds`, gives.
    pub(crate) fn number(
        &mut self,
        id: FrameId,
        data: &Json,
        field: &NumberField,
        name: &str,
    ) -> Result<u64, Problem> {
        match field {
            Field::Literal(number) => Ok(*number),
            Field::Path(path) => self.eval(id, data, |scope| number_at(scope, path, name)),
            Field::Query(query) => self.eval(id, data, |scope| number_of(scope, query, name)),
        }
    }

    /// A whole number that `field`, such as `MaxItems`, gives, even below 0.
    pub(crate) fn integer(
        &mut self,
        id: FrameId,
        data: &Json,
        field: &NumberField,
        name: &str,
    ) -> Result<i64, Problem> {
        match field {
            Field::Literal(number) => Ok(i64::try_from(*number).unwrap_or(i64::MAX)),
            Field::Path(path) => self.eval(id, data, |scope| {
                let value = path.eval(scope)?;
                let number = match value.as_str() {
                    Some(text) => text.parse().ok(),
                    None => whole_signed(&value),
                };
                number.ok_or_else(|| not_valid(name, "integer", path, &value))
            }),
            Field::Query(query) => self.eval(id, data, |scope| {
                let value = query.eval(scope, name)?;
                whole_signed(&value)
                    .ok_or_else(|| EvalError::unexpected_type(query, name, "number", &value).into())
            }),
        }
    }

    /// A share that `field`, such as `ToleratedFailurePercentage`, gives; any number.
    pub(crate) fn percent(
        &mut self,
        id: FrameId,
        data: &Json,
        field: &PercentField,
        name: &str,
    ) -> Result<f64, Problem> {
        match field {
            Field::Literal(number) => Ok(*number),
            Field::Path(path) => self.eval(id, data, |scope| {
                let value = path.eval(scope)?;
                let number = match value.as_str() {
                    Some(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
                    None => value.as_f64(),
                };
                number.ok_or_else(|| not_valid(name, "float", path, &value))
            }),
            Field::Query(query) => self.eval(id, data, |scope| {
                let value = query.eval(scope, name)?;
                Ok(value
                    .as_f64()
                    .ok_or_else(|| EvalError::unexpected_type(query, name, "number", &value))?)
            }),
        }
    }
}

/// Also a text is taken that is a number.
fn number_at(scope: &Scope<'_>, path: &Path, name: &str) -> Result<u64, Fault> {
    let value = path.eval(scope)?;
    let number = match value.as_str() {
        Some(text) => text.parse().ok(),
        None => whole(&value),
    };
    number.ok_or_else(|| not_valid(name, "integer", path, &value))
}

fn number_of(scope: &Scope<'_>, query: &Query, name: &str) -> Result<u64, Fault> {
    let value = query.eval(scope, name)?;
    if !value.is_number() {
        return Err(EvalError::unexpected_type(query, name, "number", &value).into());
    }
    whole(&value).ok_or_else(|| {
        let what = "is not a whole number that is at least 0";
        Fault::query(
            name,
            format!("The value of the field '{name}' {what}: {value}"),
        )
    })
}

/// The number, if it is a whole one and not below 0.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        (float >= 0.0 && float.fract() == 0.0 && float < u64::MAX as f64).then_some(float as u64)
    })
}

fn whole_signed(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let float = value.as_f64()?;
        (float.fract() == 0.0 && float.abs() < i64::MAX as f64).then_some(float as i64)
    })
}

fn not_valid(name: &str, kind: &str, path: &Path, value: &Value) -> Fault {
    Fault::runtime(format!(
        "The {name}Path field refers to value {} which is not a valid {kind}: {}",
        if value.is_string() {
            value.to_string()
        } else {
            format!("\"{value}\"")
        },
        path.text()
    ))
}
