//! The answer that a function makes of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use steploom_api::port::Invocation;
use steploom_types::Json;

use crate::Response;

const CONTENT_TYPE: &str = "content-type";
/// Headers that are the connection's to say, not a function's.
const OURS: [&str; 5] = [
    "connection",
    "content-length",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// What an invocation answers: what the function said, or `502` if it failed or said nothing that is an answer.
pub fn answer(invocation: &Invocation) -> Response {
    let said = invocation.outcome.as_ref().ok().and_then(of_output);
    let mut response = said.unwrap_or_else(|| refusal(502, "Internal Server Error"));
    let id = invocation.request_id.clone();
    response.headers.push(("x-amzn-requestid".to_owned(), id));
    response
}

/// What is answered where no function does.
pub fn refusal(status: u16, message: &str) -> Response {
    Response {
        status,
        headers: vec![(CONTENT_TYPE.to_owned(), "application/json".to_owned())],
        body: json!({"Message": message}).to_string().into(),
    }
}

fn of_output(output: &Json) -> Option<Response> {
    let fields = output.value().as_object();
    let Some(fields) = fields.filter(|fields| fields.contains_key("statusCode")) else {
        return Some(Response {
            status: 200,
            headers: vec![(CONTENT_TYPE.to_owned(), "application/json".to_owned())],
            body: Bytes::copy_from_slice(output.text().as_bytes()),
        });
    };
    let mut response = Response {
        status: status(&fields["statusCode"])?,
        headers: headers(fields)?,
        body: body(fields)?,
    };
    let has_type = response
        .headers
        .iter()
        .any(|(name, _)| name == CONTENT_TYPE);
    if !has_type {
        let json = "application/json".to_owned();
        response.headers.push((CONTENT_TYPE.to_owned(), json));
    }
    Some(response)
}

/// A status that ends a request.
fn status(value: &Value) -> Option<u16> {
    let number = match value {
        Value::String(text) => text.parse().ok()?,
        other => other.as_u64()?,
    };
    let status = u16::try_from(number).ok()?;
    (200..600).contains(&status).then_some(status)
}

fn headers(fields: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    let given = match fields.get("headers") {
        None | Some(Value::Null) => None,
        Some(given) => Some(given.as_object()?),
    };
    for (name, value) in given.into_iter().flatten() {
        let name = name.to_ascii_lowercase();
        if !OURS.contains(&name.as_str()) {
            headers.push((name, text(value)));
        }
    }
    let cookies = fields.get("cookies").and_then(Value::as_array);
    for cookie in cookies.into_iter().flatten() {
        headers.push(("set-cookie".to_owned(), text(cookie)));
    }
    Some(headers)
}

fn body(fields: &Map<String, Value>) -> Option<Bytes> {
    let body = match fields.get("body") {
        None | Some(Value::Null) => return Some(Bytes::new()),
        Some(body) => text(body),
    };
    if fields.get("isBase64Encoded") == Some(&Value::Bool(true)) {
        return STANDARD.decode(body).ok().map(Bytes::from);
    }
    Some(body.into())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
