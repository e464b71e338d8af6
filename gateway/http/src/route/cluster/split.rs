//! `POST /v1/shards/{id}/split`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ShardId;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// A slot.
const SPLIT: Bound = Bound {
    bytes_max: 1024,
    what: "where to split",
};

/// Splits a shard in two, so that two nodes can share its executions. They go on; calls that
/// concern them wait for a moment. The body may be empty.
#[utoipa::path(post, path = "/v1/shards/{id}/split", tag = "node",
    params(("id" = u16, Path, description = "The shard's number", example = 3)),
    request_body(content = wire::SplitShard, content_type = "application/json", example = json!({"at": 14336})),
    responses((status = 200, description = "The shards that have its slots now", body = wire::ShardSplit)))]
pub(crate) async fn split_shard(
    State(app): State<Arc<App>>,
    At(id): At<ShardId>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, SPLIT).await?;
    let split = body::parse(&bytes)?;
    let halves = app.ports.node.split_shard(id, split).await?;
    Ok(answer_json(StatusCode::OK, &halves))
}
