//! `GET /v1/nodes`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::extract::NoQuery;
use crate::failure::Answer;

/// The nodes that work on this database, by their ids.
#[utoipa::path(get, path = "/v1/nodes", tag = "node",
    responses((status = 200, description = "The nodes", body = wire::ClusterNodes)))]
pub(crate) async fn list_nodes(State(app): State<Arc<App>>, _: NoQuery) -> Answer {
    let nodes = app.ports.node.nodes().await?;
    Ok(answer_json(StatusCode::OK, &nodes))
}
