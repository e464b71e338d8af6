//! `PUT /v1/connections/{name}`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery, created};
use crate::failure::Answer;

const CONNECTION: Bound = Bound {
    bytes_max: 64 * 1024,
    what: "a connection",
};

/// Makes a connection, credentials for `http:invoke`, or replaces one. What is secret in it is kept
/// sealed and never shown.
#[utoipa::path(put, path = "/v1/connections/{name}", tag = "connections",
    params(("name" = String, Path, description = "The connection's name", example = "billing")),
    request_body(content = wire::PutConnection, content_type = "application/json",
        example = json!({"auth": {"type": "apiKey", "name": "x-api-key", "value": "..."}})),
    responses(
        (status = 201, description = "It was made", body = wire::Connection),
        (status = 200, description = "It was replaced", body = wire::Connection),
    ))]
pub(crate) async fn put_connection(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, CONNECTION).await?;
    let put = body::parse(&bytes)?;
    let connections = &app.ports.connections;
    let (connection, is_new) = connections.put_connection(account, name, put).await?;
    Ok(answer_json(created(is_new), &connection))
}
