//! How what an operation gives is written: status, headers and body.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Matched, Output, Response};
use crate::Failure;
use crate::model::{Location, Model};

/// The header with an error's name.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// An answer of an operation.
pub(crate) fn answer(model: &Model, matched: &Matched<'_>, mut output: Output) -> Response {
    let mut response = Response {
        status: matched.operation.status,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let shape = matched.operation.output.as_ref();
    let shape = shape.and_then(|name| model.shape(name));
    let mut body = Map::new();
    for (name, member) in shape.iter().flat_map(|shape| &shape.members) {
        let called = member.name.as_ref().unwrap_or(name);
        let Some(value) = output.fields.remove(name) else {
            continue;
        };
        match member.location {
            Some(Location::StatusCode) => {
                let status = value.as_u64().and_then(|status| status.try_into().ok());
                response.status = status.unwrap_or(response.status);
            }
            Some(Location::Header) => response.headers.push((called.clone(), text(value))),
            Some(_) => {}
            None => drop(body.insert(called.clone(), value)),
        }
    }
    if let Some(payload) = output.payload {
        if !payload.is_empty() {
            response.headers.push(json_type());
        }
        response.body = payload;
    } else if shape.is_some() && response.status != 204 {
        response.headers.push(json_type());
        response.body = Value::Object(body).to_string().into();
    }
    response
}

/// An answer that refuses: the error's shape says the status and how it is written.
pub(crate) fn refusal(model: &Model, failure: &Failure) -> Response {
    let shape = model.shape(&failure.code);
    let has = |name: &str| shape.is_some_and(|shape| shape.members.contains_key(name));
    let status = shape.and_then(|shape| shape.status);
    let status = status.unwrap_or(failure.status);
    let message = if has("Message") { "Message" } else { "message" };
    let mut body = json!({message: failure.message});
    if has("Type") {
        body["Type"] = if status < 500 { "User" } else { "Service" }.into();
    }
    let mut headers = vec![json_type(), (ERROR_TYPE.to_owned(), failure.code.clone())];
    let retry_after = failure.error.as_ref().and_then(|error| error.retry_after_s);
    if let Some(seconds) = retry_after {
        headers.push(("retry-after".to_owned(), seconds.to_string()));
    }
    Response {
        status,
        headers,
        body: body.to_string().into(),
    }
}

fn json_type() -> (String, String) {
    ("content-type".to_owned(), "application/json".to_owned())
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
