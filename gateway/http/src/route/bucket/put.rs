//! `PUT /v1/buckets/{name}`

use std::sync::Arc;

use axum::extract::State;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery, created};
use crate::failure::Answer;

/// Makes a bucket. One that is there stays as it is.
#[utoipa::path(put, path = "/v1/buckets/{name}", tag = "buckets",
    params(("name" = String, Path, description = "The bucket's name")),
    responses(
        (status = 201, description = "It was made", body = wire::Bucket),
        (status = 200, description = "It was there", body = wire::Bucket),
    ))]
pub(crate) async fn put_bucket(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let (made, is_new) = app.ports.buckets.put_bucket(account, name).await?;
    Ok(answer_json(created(is_new), &made))
}
