//! `PUT /v1/machines/{name}/retention`

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

/// Two numbers.
const RETENTION: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "a retention",
};

/// Sets how long a machine's closed executions are kept. What is closed already goes by it as well.
#[utoipa::path(put, path = "/v1/machines/{name}/retention", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    request_body(content = wire::Retention, content_type = "application/json", example = json!({"days": 30, "executions": 1_000_000})),
    responses(
        (status = 200, description = "As it is now", body = wire::Retention),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_retention(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, RETENTION).await?;
    let retention = body::parse(&bytes)?;
    let machines = &app.ports.machines;
    let retention = machines.put_retention(account, &name, retention).await?;
    Ok(answer_json(StatusCode::OK, &retention))
}
