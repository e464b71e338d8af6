//! `POST /v1/keys`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Who;
use crate::extract::NoQuery;
use crate::failure::Answer;

const KEY: Bound = Bound {
    bytes_max: 64 * 1024,
    what: "a key",
};

/// Makes a key. Its secret is in this answer and nowhere else: it cannot be shown again.
///
/// Once there is a key, each request needs one, this server's first key included.
#[utoipa::path(post, path = "/v1/keys", tag = "keys",
    request_body(content = wire::CreateKey, content_type = "application/json",
        example = json!({"kind": "access", "name": "deploy", "scopes": ["functions:write:team-a-*"]})),
    responses((status = 201, description = "It was made", body = wire::CreatedKey)))]
pub(crate) async fn create_key(
    State(app): State<Arc<App>>,
    who: Who,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, KEY).await?;
    let wanted: wire::CreateKey = body::parse(&bytes)?;
    let account = who.caller().account_or(wanted.account)?;
    let created = app.guard.keys().create(account, wanted).await?;
    Ok(answer_json(StatusCode::CREATED, &created))
}
