//! `GET /v1/functions/{name}/urls`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::address;
use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Host, NoQuery};
use crate::failure::Answer;

/// The addresses under which a function and its aliases answer HTTP.
#[utoipa::path(get, path = "/v1/functions/{name}/urls", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses(
        (status = 200, description = "The addresses", body = wire::FunctionAddresses),
        (status = 404, description = "There is no such function", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list_function_urls(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    host: Host,
) -> Answer {
    let profile = app.ports.function_profiles.profile(account, &name).await?;
    let addresses = profile.urls.into_iter();
    let items = addresses.map(|(alias, url)| {
        let address = address(&host, (account, &name, &alias), url);
        (alias, address)
    });
    let items = items.collect();
    Ok(answer_json(
        StatusCode::OK,
        &wire::FunctionAddresses { items },
    ))
}
