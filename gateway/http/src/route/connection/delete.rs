//! `DELETE /v1/connections/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Deletes a connection.
#[utoipa::path(delete, path = "/v1/connections/{name}", tag = "connections",
    params(("name" = String, Path, description = "The connection's name")),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_connection(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports
        .connections
        .delete_connection(account, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
