//! `PUT /v1/functions/{name}/urls`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use super::{DESCRIBED, address};
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, Host, Query, created};
use crate::failure::Answer;

/// Gives a function, or an alias of it, an address under which it answers HTTP, or changes who may call there.
#[utoipa::path(put, path = "/v1/functions/{name}/urls", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::OfAlias
    ),
    request_body(content = wire::SetUrl, content_type = "application/json", example = json!({"auth": "none", "cors": {"allowOrigins": ["https://example.com"]}})),
    responses(
        (status = 201, description = "It was made", body = wire::FunctionAddress),
        (status = 200, description = "It was there", body = wire::FunctionAddress),
        (status = 404, description = "There is no such function or alias", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_function_url(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(of): Query<wire::OfAlias>,
    host: Host,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let set: wire::SetUrl = body::parse(&bytes)?;
    let put = |is_new| wire::PutFunctionUrl {
        is_new,
        auth: Some(set.auth),
        // What there was goes, too.
        cors: set
            .cors
            .clone()
            .or_else(|| (!is_new).then(Default::default)),
    };
    let (profiles, alias) = (&app.ports.function_profiles, of.alias.as_ref());
    let (url, is_new) = match profiles.put_url(account, &name, alias, put(false)).await {
        Ok(url) => (url, false),
        Err(error) if error.code == "UrlNotFound" => {
            let made = profiles.put_url(account, &name, alias, put(true)).await?;
            (made, true)
        }
        Err(error) => return Err(error.into()),
    };
    let alias = alias.map_or("", Name::as_str);
    let address = address(&host, (account, &name, alias), url);
    Ok(answer_json(created(is_new), &address))
}
