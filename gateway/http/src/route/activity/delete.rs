//! `DELETE /v1/activities/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes an activity. Tasks that wait already go on waiting; states that are entered from now on fail.
#[utoipa::path(delete, path = "/v1/activities/{name}", tag = "activities",
    params(("name" = String, Path, description = "The activity's name")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_activity(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.activities.delete(account, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
