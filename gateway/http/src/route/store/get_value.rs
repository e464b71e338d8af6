//! `GET /v1/stores/{store}/values/{key}`

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use steploom_api::port::no_value;
use steploom_types::Name;

use super::Key;
use crate::app::App;
use crate::body::Octets;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// A value, as it was set.
#[utoipa::path(get, path = "/v1/stores/{store}/values/{key}", tag = "stores",
    params(
        ("store" = String, Path, description = "The store's name", example = "sessions"),
        ("key" = String, Path, description = "The value's key; a slash in it as %2F"),
    ),
    responses((status = 200, description = "The value", body = inline(Octets), content_type = "application/octet-stream")))]
pub(crate) async fn get_value(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(store, key): At2<Name, Key>,
    _: NoQuery,
) -> Answer {
    let found = app.ports.keyvalues.get(account, &store, &key.0).await?;
    let value = found.ok_or_else(|| no_value(&store, &key.0))?;
    let mut response = Response::new(Body::from(value));
    let headers = response.headers_mut();
    let octets = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, octets);
    // What somebody has put is never a page of ours.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}
