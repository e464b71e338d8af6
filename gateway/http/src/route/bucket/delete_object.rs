//! `DELETE /v1/buckets/{name}/objects/{key}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use super::Key;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Deletes an object; there may be none.
#[utoipa::path(delete, path = "/v1/buckets/{name}/objects/{key}", tag = "buckets",
    params(
        ("name" = String, Path, description = "The bucket's name"),
        ("key" = String, Path, description = "The object's key; a slash in it as %2F"),
    ),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_object(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, key): At2<Name, Key>,
    _: NoQuery,
) -> Answer<StatusCode> {
    let buckets = &app.ports.buckets;
    buckets.delete_object(account, &name, &key.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
