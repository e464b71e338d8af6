//! `GET /v1/openapi.json`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::app::App;
use crate::extract::NoQuery;

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "node",
    responses((status = 200, description = "The OpenAPI document", body = serde_json::Value, content_type = "application/json")))]
pub(crate) async fn openapi_document(State(app): State<Arc<App>>, _: NoQuery) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], app.openapi.clone())
}
