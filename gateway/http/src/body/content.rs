//! Content types.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use steploom_types::Error;

use crate::failure::{Answer, Failure};

/// The content type without its parameters; `None` if there is none, or none that is a text.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

/// A body of JSON: the type says so, or says nothing.
pub(crate) fn ensure_json(headers: &HeaderMap) -> Answer<()> {
    match content_type(headers) {
        None if !headers.contains_key(CONTENT_TYPE) => Ok(()),
        Some(kind) if is_json(kind) => Ok(()),
        kind => Err(wrong_type(kind, "application/json")),
    }
}

/// A definition: JSON or YAML by its type, or the type says nothing.
pub(crate) fn ensure_definition(headers: &HeaderMap) -> Answer<()> {
    match content_type(headers) {
        Some(kind) if is_yaml(kind) => Ok(()),
        _ => ensure_json(headers),
    }
}

/// YAML's own type (RFC 9512), and those from before it had one.
fn is_yaml(kind: &str) -> bool {
    const YAML: [&str; 4] = [
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        "text/x-yaml",
    ];
    YAML.iter().any(|yaml| kind.eq_ignore_ascii_case(yaml))
}

fn is_json(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("application/json")
        || kind
            .rsplit_once('+')
            .is_some_and(|(_, suffix)| suffix.eq_ignore_ascii_case("json"))
}

/// The body is of another kind than the route takes.
pub(crate) fn wrong_type(found: Option<&str>, wanted: &str) -> Failure {
    let found = found.map_or_else(
        || "no readable content type".to_owned(),
        |kind| format!("'{}'", kind.escape_debug()),
    );
    Failure::with_status(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::invalid(
            "UnsupportedContentType",
            format!("the body is {found}; send it as {wanted} (the header Content-Type)"),
        ),
    )
}
