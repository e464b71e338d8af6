//! `POST /v1/machines/{name}/releases`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use super::DESCRIBED;
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery, created};
use crate::failure::Answer;

/// Publishes a machine as it is now, under the next number. If nothing changed since the newest release, that is
/// the answer. The body may be empty.
#[utoipa::path(post, path = "/v1/machines/{name}/releases", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    request_body(content = wire::PublishMachine, content_type = "application/json", example = json!({"description": "counts numbers as well"})),
    responses(
        (status = 201, description = "The new release", body = wire::Release),
        (status = 200, description = "Nothing changed since this one", body = wire::Release),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its revision is another one", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn publish_machine(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let publish = body::parse(&bytes)?;
    let releases = &app.ports.releases;
    let (release, is_new) = releases.publish(account, &name, publish).await?;
    Ok(answer_json(created(is_new), &release))
}
