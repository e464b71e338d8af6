//! `DELETE /v1/keys/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::key::KeyId;

use crate::app::App;
use crate::edge::Who;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Revokes a key for ever. This node takes it no longer, others stop within five seconds.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys",
    params(("id" = String, Path, description = "The key's id", example = "STPL7JXKQ4W2M5N6P3RA"), wire::OfAccount),
    responses((status = 204, description = "It is revoked")))]
pub(crate) async fn revoke_key(
    State(app): State<Arc<App>>,
    who: Who,
    At(id): At<KeyId>,
    Query(of): Query<wire::OfAccount>,
) -> Answer<StatusCode> {
    let account = who.caller().account_or(of.account)?;
    app.guard.keys().revoke(account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
