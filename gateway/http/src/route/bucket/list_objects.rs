//! `GET /v1/buckets/{name}/objects`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Objects by key, a page at a time.
#[utoipa::path(get, path = "/v1/buckets/{name}/objects", tag = "buckets",
    params(("name" = String, Path, description = "The bucket's name"), wire::ListObjects),
    responses((status = 200, description = "A page", body = wire::ObjectPage)))]
pub(crate) async fn list_objects(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(list): Query<wire::ListObjects>,
) -> Answer {
    let page = app.ports.buckets.list_objects(account, &name, list).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
