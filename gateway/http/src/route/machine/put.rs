//! `PUT /v1/machines/{name}`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::port::PutMachine;
use steploom_api::wire;
use steploom_types::Name;

use super::{DEFINITION, definition};
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, Query, created, is_create_only};
use crate::failure::Answer;

/// Keeps a definition: a new machine, or a new version of one. The same definition again makes no
/// new version.
#[utoipa::path(put, path = "/v1/machines/{name}", tag = "machines",
    params(
        wire::OfType,
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `MachineExists` if there is one with another definition or type")
    ),
    request_body(description = "The definition in Amazon States Language", content(
        (serde_json::Value = "application/json", example = json!({"StartAt": "Count", "States": {"Count": {"Type": "Task", "Resource": "count", "End": true}}})),
        (String = "application/yaml"))),
    responses(
        (status = 201, description = "This is its first version", body = wire::Machine),
        (status = 200, description = "It has had versions before", body = wire::Machine),
        (status = 409, description = "There is one with another definition, or of another type", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_machine(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(of_type): Query<wire::OfType>,
    request: Request,
) -> Answer {
    let create_only = is_create_only(request.headers())?;
    body::ensure_definition(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DEFINITION).await?;
    let put = PutMachine {
        create_only,
        machine_type: of_type.machine_type,
        ..PutMachine::new(name, definition(&bytes)?)
    };
    let machine = app.ports.machines.put(account, put).await?;
    let is_new = machine.summary.latest.version == 1;
    Ok(answer_json(created(is_new), &machine))
}
