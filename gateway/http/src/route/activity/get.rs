//! `GET /v1/activities/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// One activity.
#[utoipa::path(get, path = "/v1/activities/{name}", tag = "activities",
    params(("name" = String, Path, description = "The activity's name")),
    responses((status = 200, description = "The activity", body = wire::Activity)))]
pub(crate) async fn get_activity(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let activity = app.ports.activities.get(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &activity))
}
