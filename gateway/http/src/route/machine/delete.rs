//! `DELETE /v1/machines/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes a machine. Its executions go on.
#[utoipa::path(delete, path = "/v1/machines/{name}", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_machine(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.machines.delete(account, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
