//! `PUT /v1/machines/{name}/settings`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::{Name, limits};

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// A few ARNs.
const SETTINGS: Bound = Bound {
    bytes_max: 4 * 1024 + (limits::LOG_DESTINATIONS_MAX + 1) * limits::ARN_BYTES_MAX,
    what: "settings",
};

/// Replaces a machine's settings: what is left out is as by default. The type must be the one that it has.
#[utoipa::path(put, path = "/v1/machines/{name}/settings", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    request_body(content = wire::MachineSettings, content_type = "application/json", example = json!({"type": "STANDARD", "logging": {"level": "ERROR", "includeExecutionData": true}})),
    responses(
        (status = 200, description = "As they are now", body = wire::MachineProfile),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is of another type", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_settings(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, SETTINGS).await?;
    let settings = body::parse(&bytes)?;
    let releases = &app.ports.releases;
    let profile = releases.put_settings(account, &name, settings).await?;
    Ok(answer_json(StatusCode::OK, &profile))
}
