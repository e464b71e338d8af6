//! `PUT /v1/machines/{name}/share`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// A number.
const SHARE: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "a share",
};

/// Sets what part of the permits a machine's tasks have, for those that wait from now on.
#[utoipa::path(put, path = "/v1/machines/{name}/share", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    request_body(content = wire::Share, content_type = "application/json", example = json!({"weight": 3})),
    responses(
        (status = 200, description = "As it is now", body = wire::Share),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_share(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, SHARE).await?;
    let share = body::parse(&bytes)?;
    let machines = &app.ports.machines;
    let share = machines.put_share(account, &name, share).await?;
    Ok(answer_json(StatusCode::OK, &share))
}
