//! `POST /v1/definitions/validate`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;

use super::{DEFINITION, definition};
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::NoQuery;
use crate::failure::Answer;

/// Checks a definition and keeps nothing. The answer is 200 whether it is valid or not.
#[utoipa::path(post, path = "/v1/definitions/validate", tag = "machines",
    request_body(description = "The definition in Amazon States Language", content(
        (serde_json::Value = "application/json", example = json!({"StartAt": "Count", "States": {"Count": {"Type": "Task", "Resource": "count", "End": true}}})),
        (String = "application/yaml"))),
    responses((status = 200, description = "What it was found to be", body = wire::Validation,
        example = json!({"valid": true, "diagnostics": []}))))]
pub(crate) async fn validate_machine(
    State(app): State<Arc<App>>,
    Account(account): Account,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_definition(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DEFINITION).await?;
    let validation = app
        .ports
        .machines
        .validate(account, definition(&bytes)?, wire::MachineType::Standard)
        .await?;
    Ok(answer_json(StatusCode::OK, &validation))
}
