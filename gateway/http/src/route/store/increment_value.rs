//! `POST /v1/stores/{store}/values/{key}/increment`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::{INCREMENT, Key};
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Adds to a value that is a whole number in decimal digits; one that is not there is 0. Of additions at the
/// same time none is lost. A value that is no number stays as it is: 409 `NotANumber`.
#[utoipa::path(post, path = "/v1/stores/{store}/values/{key}/increment", tag = "stores",
    params(
        ("store" = String, Path, description = "The store's name", example = "sessions"),
        ("key" = String, Path, description = "The value's key; a slash in it as %2F"),
    ),
    request_body(content = wire::IncrementValue, content_type = "application/json", example = json!({"by": 1})),
    responses(
        (status = 200, description = "The number that is there now", body = wire::Incremented),
        (status = 409, description = "The value is no number, or the sum would have more than 64 bits", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn increment_value(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(store, key): At2<Name, Key>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, INCREMENT).await?;
    let increment: wire::IncrementValue = body::parse(&bytes)?;
    let keyvalues = &app.ports.keyvalues;
    let value = keyvalues.increment(account, &store, &key.0, increment.by);
    let value = value.await?;
    Ok(answer_json(StatusCode::OK, &wire::Incremented { value }))
}
