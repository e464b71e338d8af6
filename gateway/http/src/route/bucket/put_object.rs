//! `PUT /v1/buckets/{name}/objects/{key}`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use steploom_api::port::{About, PutObject, whole};
use steploom_api::wire;
use steploom_types::{Name, limits};

use super::{Key, shown};
use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

const OBJECT: Bound = Bound {
    bytes_max: limits::OBJECT_BYTES_MAX,
    what: "an object",
};

/// Puts an object, replacing what was there. When the answer is there, it survives a crash; whoever
/// reads sees the old object or the new one.
#[utoipa::path(put, path = "/v1/buckets/{name}/objects/{key}", tag = "buckets",
    params(
        ("name" = String, Path, description = "The bucket's name"),
        ("key" = String, Path, description = "The object's key; a slash in it as %2F"),
    ),
    request_body(content = inline(body::Octets), description = "The content", content_type = "application/octet-stream"),
    responses((status = 200, description = "The object", body = wire::BucketObject)))]
pub(crate) async fn put_object(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, key): At2<Name, Key>,
    _: NoQuery,
    request: Request,
) -> Answer {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| Some(kind.to_str().ok()?.to_owned()));
    let (content, _held) = body::read(&app, request, OBJECT).await?;
    let put = PutObject {
        about: About {
            content_type: kind,
            ..About::default()
        },
        ..PutObject::default()
    };
    let buckets = &app.ports.buckets;
    let object = buckets
        .put_object(account, &name, &key.0, put, whole(content))
        .await?;
    Ok(answer_json(StatusCode::OK, &shown(object)))
}
