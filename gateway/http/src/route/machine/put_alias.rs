//! `PUT /v1/machines/{name}/aliases/{alias}`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use super::DESCRIBED;
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At2, NoQuery, created, is_create_only};
use crate::failure::Answer;

/// Makes an alias or changes it: a name for one release, or for two between which starts are divided. What is left
/// out stays as it is.
#[utoipa::path(put, path = "/v1/machines/{name}/aliases/{alias}", tag = "machines",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("alias" = String, Path, description = "The alias; not a number", example = "prod"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `AliasExists` if there is one that differs")
    ),
    request_body(content = wire::PutAlias, content_type = "application/json", example = json!({"routes": [{"release": 3, "weight": 90}, {"release": 4, "weight": 10}]})),
    responses(
        (status = 201, description = "It was made", body = wire::Alias),
        (status = 200, description = "It was there", body = wire::Alias),
        (status = 404, description = "There is no such machine or release", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is one that differs", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_alias(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, alias): At2<Name, Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    let create_only = is_create_only(request.headers())?;
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let put = body::parse(&bytes)?;
    let releases = &app.ports.releases;
    let (alias, is_new) = releases
        .put_alias(account, &name, &alias, put, create_only)
        .await?;
    Ok(answer_json(created(is_new), &alias))
}
