//! `DELETE /v1/schedule-groups/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes a group with all its schedules. The group `default` stays.
#[utoipa::path(delete, path = "/v1/schedule-groups/{name}", tag = "schedules",
    params(("name" = String, Path, description = "The group's name", example = "reports")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_schedule_group(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.schedules.delete_group(account, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
