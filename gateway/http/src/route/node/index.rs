//! `GET /`: what somebody sees who opens the address in a browser.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use steploom_api::wire;

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

/// Name, version and links: JSON for who accepts it, else text.
#[utoipa::path(get, path = "/", tag = "node",
    responses((status = 200, description = "Name, version and links", content(
        (wire::Index = "application/json"),
        (String = "text/plain")
    ))))]
pub(crate) async fn index(State(app): State<Arc<App>>, _: NoQuery, headers: HeaderMap) -> Response {
    let version = &app.config.version;
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        let link = |(name, path): (&str, &str)| (name.to_owned(), path.to_owned());
        let index = wire::Index {
            name: "Steploom".to_owned(),
            version: version.clone(),
            links: LINKS.into_iter().map(link).collect(),
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
