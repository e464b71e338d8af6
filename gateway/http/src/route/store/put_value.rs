//! `PUT /v1/stores/{store}/values/{key}`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_types::Name;

use super::{Key, VALUE};
use crate::app::App;
use crate::body;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Sets a value of up to 1 MiB, replacing what was there. When the answer is there, it survives a crash.
#[utoipa::path(put, path = "/v1/stores/{store}/values/{key}", tag = "stores",
    params(
        ("store" = String, Path, description = "The store's name", example = "sessions"),
        ("key" = String, Path, description = "The value's key, 1 to 1,024 bytes in UTF-8; a slash in it as %2F"),
    ),
    request_body(content = inline(body::Octets), description = "The value", content_type = "application/octet-stream"),
    responses((status = 204, description = "It is set")))]
pub(crate) async fn put_value(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(store, key): At2<Name, Key>,
    _: NoQuery,
    request: Request,
) -> Answer<StatusCode> {
    let (value, _held) = body::read(&app, request, VALUE).await?;
    let keyvalues = &app.ports.keyvalues;
    keyvalues.set(account, &store, &key.0, value).await?;
    Ok(StatusCode::NO_CONTENT)
}
