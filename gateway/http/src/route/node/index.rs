//! `GET /`: what somebody sees who opens the address in a browser.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::body::answer_json;
use crate::extract::NoQuery;

/// Where to go from here, and what is there.
const LINKS: [(&str, &str); 7] = [
    ("functions", "/v1/functions"),
    ("machines", "/v1/machines"),
    ("executions", "/v1/executions"),
    ("openapi", "/v1/openapi.json"),
    ("health", "/healthz"),
    ("ready", "/readyz"),
    ("metrics", "/metrics"),
];

/// What this is.
#[derive(Serialize, ToSchema)]
struct Index {
    /// The product's name.
    #[schema(example = "Steploom")]
    name: &'static str,
    /// Its version.
    version: String,
    /// Where to go from here, by name.
    links: std::collections::BTreeMap<&'static str, &'static str>,
}

/// Name, version and links: JSON for who accepts it, else text.
#[utoipa::path(get, path = "/", tag = "node",
    responses((status = 200, description = "Name, version and links", content(
        (Index = "application/json"),
        (String = "text/plain")
    ))))]
#[expect(clippy::unused_async, reason = "a handler is async")]
pub(crate) async fn index(State(app): State<Arc<App>>, _: NoQuery, headers: HeaderMap) -> Response {
    let version = &app.config.version;
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        let index = Index {
            name: "Steploom",
            version: version.clone(),
            links: LINKS.into_iter().collect(),
        };
        return answer_json(StatusCode::OK, &index);
    }
    let mut text = format!("Steploom {version} at http://{}\n\n", app.config.listen);
    for (name, path) in LINKS {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{name:<12}{path}");
    }
    text.into_response()
}
