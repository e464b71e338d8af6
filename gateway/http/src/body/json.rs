//! JSON in and out.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use steploom_types::{Error, Json, limits};

use crate::failure::{Answer, Failure};

/// A request's body as the type that the route takes. An empty body is an empty object, so that
/// bodies whose fields may all be left out may be left out themselves.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| {
        use serde_json::error::Category;
        let code = match error.classify() {
            Category::Data => "InvalidBody",
            Category::Io | Category::Syntax | Category::Eof => "InvalidJson",
        };
        invalid(code, &error.to_string())
    })
}

/// A request's body as any JSON; an empty one is `{}`.
pub(crate) fn parse_json(bytes: &[u8]) -> Answer<Json> {
    if bytes.is_empty() {
        return Ok(Json::empty_object());
    }
    Json::parse_bytes(bytes).map_err(|error| invalid(error.code, &error.message))
}

/// About how many bytes the values of a text take once they are parsed: what holds them grows by doubling.
pub(super) fn parsed_bytes(text: &[u8]) -> usize {
    let (mut values, mut is_text, mut is_escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b',' | b'[' | b'{' if !is_text => values += 1,
            _ => {}
        }
    }
    values.saturating_mul(2 * size_of::<serde_json::Value>())
}

fn invalid(code: &'static str, why: &str) -> Failure {
    let error = if why.contains("recursion limit exceeded") {
        let message = format!(
            "the body is nested deeper than {} levels",
            limits::JSON_DEPTH_MAX - 1
        );
        Error::invalid("JsonTooDeep", message)
    } else {
        Error::invalid(code, format!("the body is wrong: {why}"))
    };
    Failure::invalid_at("body", error)
}

/// An answer in JSON.
pub(crate) fn answer_json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => with_body(status, Body::from(bytes)),
        Err(error) => Failure::from(Error::internal(error)).into_response(),
    }
}

/// A [`Json`] whose text goes out as it is, without a copy.
pub(crate) struct JsonText(pub(crate) Json);

impl AsRef<[u8]> for JsonText {
    fn as_ref(&self) -> &[u8] {
        self.0.text().as_bytes()
    }
}

impl IntoResponse for JsonText {
    fn into_response(self) -> Response {
        with_body(StatusCode::OK, Body::from(Bytes::from_owner(self)))
    }
}

fn with_body(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_texts_hold_is_not() {
        let of = |values: usize| values * 2 * size_of::<serde_json::Value>();
        assert_eq!(parsed_bytes(br#"{"a": "b"}"#), of(1));
        assert_eq!(parsed_bytes(br#"{"a": "[1, 2, {\"x\": [\\"}"#), of(1));
        assert_eq!(parsed_bytes(b"[0,0,0,[],{}]"), of(7));
        assert_eq!(parsed_bytes(b""), 0);
    }
}
