//! `GET /v1/buckets/{name}/objects/{key}`

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;
use steploom_api::port::Object;
use steploom_types::Name;

use super::Key;
use crate::app::App;
use crate::body::Octets;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// An object's content.
#[utoipa::path(get, path = "/v1/buckets/{name}/objects/{key}", tag = "buckets",
    params(
        ("name" = String, Path, description = "The bucket's name"),
        ("key" = String, Path, description = "The object's key; a slash in it as %2F"),
    ),
    responses((status = 200, description = "The content", body = inline(Octets), content_type = "application/octet-stream",
        headers(("ETag" = String, description = "The content's MD5")))))]
pub(crate) async fn get_object(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, key): At2<Name, Key>,
    _: NoQuery,
) -> Answer {
    let buckets = &app.ports.buckets;
    let mut all = |object: &Object| Ok(0..object.size_bytes);
    let found = buckets.read_object(account, &name, &key.0, &mut all);
    let (object, content) = found.await?;
    let mut response = Response::new(Body::from_stream(content));
    let headers = response.headers_mut();
    let text = |text: &str| HeaderValue::from_str(text).ok();
    let octets = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_LENGTH, HeaderValue::from(object.size_bytes));
    let kind = object.about.content_type.as_deref().and_then(text);
    headers.insert(CONTENT_TYPE, kind.unwrap_or(octets));
    if let Some(etag) = text(&format!("\"{}\"", object.etag)) {
        headers.insert(ETAG, etag);
    }
    // What somebody has put is never a page of ours.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}
