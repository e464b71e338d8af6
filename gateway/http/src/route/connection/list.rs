//! `GET /v1/connections`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Connections by name, a page at a time.
#[utoipa::path(get, path = "/v1/connections", tag = "connections", params(wire::Page),
    responses((status = 200, description = "A page", body = wire::ConnectionPage)))]
pub(crate) async fn list_connections(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(page): Query<wire::Page>,
) -> Answer {
    let limit = page_size(page.limit)?;
    let page = app
        .ports
        .connections
        .list_connections(account, limit, page.next)
        .await?;
    Ok(answer_json(StatusCode::OK, &page))
}
