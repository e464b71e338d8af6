//! `GET /v1/buckets`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Buckets by name, a page at a time.
#[utoipa::path(get, path = "/v1/buckets", tag = "buckets", params(wire::Page),
    responses((status = 200, description = "A page", body = wire::BucketPage)))]
pub(crate) async fn list_buckets(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(page): Query<wire::Page>,
) -> Answer {
    let limit = page_size(page.limit)?;
    let page = app
        .ports
        .buckets
        .list_buckets(account, limit, page.next)
        .await?;
    Ok(answer_json(StatusCode::OK, &page))
}
