//! `PUT /v1/functions/{name}/aliases/{alias}`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::DESCRIBED;
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At2, NoQuery, is_create_only};
use crate::failure::Answer;

/// Makes an alias or replaces what it stands for: one release, or two between which invocations are divided.
#[utoipa::path(put, path = "/v1/functions/{name}/aliases/{alias}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("alias" = String, Path, description = "The alias; not a number", example = "prod"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `AliasExists` if there is one")
    ),
    request_body(content = wire::SetFunctionAlias, content_type = "application/json", example = json!({"release": 3, "other": {"release": 4, "weight": 0.1}})),
    responses(
        (status = 201, description = "It was made", body = wire::FunctionAlias),
        (status = 200, description = "It was there", body = wire::FunctionAlias),
        (status = 404, description = "There is no such function or release", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is one", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_function_alias(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, alias): At2<Name, Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    let create_only = is_create_only(request.headers())?;
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let set: wire::SetFunctionAlias = body::parse(&bytes)?;
    let put = |is_new| wire::PutFunctionAlias {
        name: alias.clone(),
        description: Some(set.description.clone()),
        release: Some(set.release),
        other: Some(set.other),
        is_new,
    };
    let profiles = &app.ports.function_profiles;
    if !create_only {
        match profiles.put_alias(account, &name, put(false)).await {
            Ok(alias) => return Ok(answer_json(StatusCode::OK, &alias)),
            Err(error) if error.code == "AliasNotFound" => {}
            Err(error) => return Err(error.into()),
        }
    }
    let made = profiles.put_alias(account, &name, put(true)).await?;
    Ok(answer_json(StatusCode::CREATED, &made))
}
