//! `GET /v1/keys`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Who;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Keys by id, a page at a time, without their secrets; also those that were revoked.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(wire::ListKeys),
    responses((status = 200, description = "A page", body = wire::KeyPage)))]
pub(crate) async fn list_keys(
    State(app): State<Arc<App>>,
    who: Who,
    Query(list): Query<wire::ListKeys>,
) -> Answer {
    let limit = page_size(list.limit)?;
    let account = who.caller().account_or(list.account)?;
    let page = app.guard.keys().list(account, limit, list.next).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
