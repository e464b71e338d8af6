//! `DELETE /v1/buckets/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes a bucket, which must be empty.
#[utoipa::path(delete, path = "/v1/buckets/{name}", tag = "buckets",
    params(("name" = String, Path, description = "The bucket's name")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_bucket(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.buckets.delete_bucket(account, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
