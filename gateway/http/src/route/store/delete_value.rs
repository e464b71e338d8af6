//! `DELETE /v1/stores/{store}/values/{key}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_types::Name;

use super::Key;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Deletes a value; there may be none.
#[utoipa::path(delete, path = "/v1/stores/{store}/values/{key}", tag = "stores",
    params(
        ("store" = String, Path, description = "The store's name", example = "sessions"),
        ("key" = String, Path, description = "The value's key; a slash in it as %2F"),
    ),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete_value(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(store, key): At2<Name, Key>,
    _: NoQuery,
) -> Answer<StatusCode> {
    let keyvalues = &app.ports.keyvalues;
    keyvalues.delete(account, &store, &key.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
