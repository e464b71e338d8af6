//! `DELETE /v1/functions/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes a function. Invocations that run go on; steps that name it fail from now on.
#[utoipa::path(delete, path = "/v1/functions/{name}", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_function(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.functions.delete(account, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
