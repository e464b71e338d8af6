//! What goes into an operation: one object of what stands in path, query, headers and body.

use serde_json::{Map, Value};

use super::find::decoded;
use super::{Matched, Request};
use crate::model::{Location, Member, Model, ShapeKind};
use crate::{Failure, check};

/// Reads the input of an operation, and checks it against its model. A member that is the whole body and
/// no JSON is left out.
///
/// # Errors
/// `SerializationException`; `ValidationException`.
pub(crate) fn input(
    model: &Model,
    matched: &Matched<'_>,
    request: &Request<'_>,
) -> Result<Map<String, Value>, Failure> {
    let Some(name) = &matched.operation.input else {
        return Ok(Map::new());
    };
    let Some(shape) = model.shape(name) else {
        return Ok(Map::new());
    };
    let is_blob = |member: &Member| kind(model, member) == Some(ShapeKind::Blob);
    let payload = shape.payload.as_ref();
    let raw = payload.is_some_and(|name| shape.members.get(name).is_some_and(is_blob));
    let mut body = if raw { Value::Null } else { json(request)? };
    let mut input = Map::new();
    for (name, member) in &shape.members {
        let called = member.name.as_ref().unwrap_or(name);
        let value = match member.location {
            Some(Location::Uri) => {
                let label = matched.labels.iter().find(|(label, _)| label == called);
                label.map(|(_, text)| typed(model, member, text.clone()))
            }
            Some(Location::Querystring) => of_query(model, member, request.query, called)?,
            Some(Location::Header) => {
                let text = (request.header)(&called.to_ascii_lowercase());
                text.map(|text| typed(model, member, text))
            }
            Some(Location::Headers | Location::StatusCode) => None,
            None if payload == Some(name) => (!raw).then(|| body.take()),
            None => body.get_mut(called).map(Value::take),
        };
        if let Some(value) = value {
            input.insert(name.clone(), value);
        }
    }
    check::input(model, name, input)
}

fn kind(model: &Model, member: &Member) -> Option<ShapeKind> {
    model.shape(&member.shape).map(|shape| shape.kind)
}

fn json(request: &Request<'_>) -> Result<Value, Failure> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(&request.body) {
        Ok(value @ (Value::Object(_) | Value::Null)) => Ok(value),
        Ok(_) => Err(serialization(
            "Start of structure or map found where not expected.",
        )),
        Err(_) => Err(serialization("Could not parse request body into json")),
    }
}

/// # Errors
/// `SerializationException` for what is not UTF-8.
fn of_query(
    model: &Model,
    member: &Member,
    query: &str,
    called: &str,
) -> Result<Option<Value>, Failure> {
    let mut values = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, text) = pair.split_once('=').unwrap_or((pair, ""));
        let text = text.replace('+', " ");
        let (Some(key), Some(text)) = (decoded(key), decoded(&text)) else {
            return Err(serialization("the query is not UTF-8"));
        };
        if key == called {
            values.push(text.into_owned());
        }
    }
    let shape = model.shape(&member.shape);
    let item = shape.and_then(|shape| shape.member.as_ref());
    if let Some(item) = item {
        let items = values.into_iter().map(|text| typed(model, item, text));
        let items: Vec<_> = items.collect();
        return Ok((!items.is_empty()).then_some(Value::Array(items)));
    }
    let first = values.into_iter().next();
    Ok(first.map(|text| typed(model, member, text)))
}

/// A text as what its shape wants; as it is, if it is not that.
fn typed(model: &Model, member: &Member, text: String) -> Value {
    let number = match kind(model, member) {
        Some(ShapeKind::Integer | ShapeKind::Long) => text.parse::<i64>().ok().map(Value::from),
        Some(ShapeKind::Float | ShapeKind::Double) => text.parse::<f64>().ok().map(Value::from),
        Some(ShapeKind::Boolean) => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    number.unwrap_or(Value::String(text))
}

fn serialization(why: &str) -> Failure {
    Failure::new("SerializationException", why)
}
