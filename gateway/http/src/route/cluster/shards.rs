//! `GET /v1/shards`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::extract::NoQuery;
use crate::failure::Answer;

/// All shards by their first slots, and who owns them.
#[utoipa::path(get, path = "/v1/shards", tag = "node",
    responses((status = 200, description = "The shards", body = wire::Shards)))]
pub(crate) async fn list_shards(State(app): State<Arc<App>>, _: NoQuery) -> Answer {
    let shards = app.ports.node.shards().await?;
    Ok(answer_json(StatusCode::OK, &shards))
}
