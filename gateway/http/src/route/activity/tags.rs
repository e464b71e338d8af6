//! `GET /v1/activities/{name}/tags`

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

/// An activity's tags.
#[utoipa::path(get, path = "/v1/activities/{name}/tags", tag = "activities",
    params(("name" = String, Path, description = "The activity's name")),
    responses(
        (status = 200, description = "The tags", body = wire::Tags),
        (status = 404, description = "There is no such activity", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_activity_tags(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    // To change nothing is to read them.
    let nothing = wire::ChangeTags::default();
    let activities = &app.ports.activities;
    let tags = activities.change_tags(account, &name, nothing).await?;
    Ok(answer_json(StatusCode::OK, &tags))
}
