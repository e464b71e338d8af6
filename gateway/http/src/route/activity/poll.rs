//! `POST /v1/activities/{name}/poll`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use steploom_api::wire;
use steploom_types::{Error, Name, limits};

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::{Answer, Failure};

const POLL: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "the poll of an activity",
};

/// Gives the oldest task of an activity to this worker, and waits for one if there is none. The
/// worker ends it by its token. The body may be empty.
#[utoipa::path(post, path = "/v1/activities/{name}/poll", tag = "activities",
    params(("name" = String, Path, description = "The activity's name")),
    request_body(content = wire::PollActivity, content_type = "application/json", example = json!({"worker": "desk-7", "waitSeconds": 20})),
    responses(
        (status = 200, description = "A task", body = wire::ActivityTask),
        (status = 204, description = "No task came in time: ask again"),
    ))]
pub(crate) async fn poll_activity(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let poll: wire::PollActivity = {
        let (bytes, _held) = body::read_json(&app, request, POLL).await?;
        body::parse(&bytes)?
    };
    let most = limits::ACTIVITY_POLL_SECONDS_MAX;
    let seconds = poll.wait_seconds.unwrap_or(most);
    if seconds > most {
        let message = format!("waitSeconds is {seconds}; it must be 0 to {most}");
        let error = Error::invalid("InvalidWait", message);
        return Err(Failure::invalid_at("body/waitSeconds", error));
    }
    let wait = Duration::from_secs(seconds);
    let mut ending = app.ending.clone();
    let taken = tokio::select! {
        taken = app.ports.activities.take_activity(account, &name, poll.worker, wait) => taken?,
        // Whoever asks again is answered by the next process.
        Ok(_) = ending.wait_for(|ending| *ending) => None,
    };
    Ok(match taken {
        Some(task) => answer_json(StatusCode::OK, &task),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
