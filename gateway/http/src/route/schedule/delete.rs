//! `DELETE /v1/schedules/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::group;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Deletes a schedule. What it started goes on.
#[utoipa::path(delete, path = "/v1/schedules/{name}", tag = "schedules",
    params(("name" = String, Path, description = "The schedule's name", example = "nightly"), wire::InGroup),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_schedule(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InGroup>,
) -> Answer<StatusCode> {
    let id = (&group(query), &name);
    app.ports.schedules.delete(account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
