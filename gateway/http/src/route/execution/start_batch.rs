//! `POST /v1/executions/batch`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use steploom_api::wire::{self, StartAnswer, StartError};
use steploom_types::{Error, limits};

use super::START;
use crate::app::App;
use crate::body::{self, Bound, ItemsKind};
use crate::edge::{Account, Who};
use crate::extract::NoQuery;
use crate::failure::{Answer, Failure};

const BATCH: Bound = Bound {
    bytes_max: limits::batch::BYTES_MAX,
    what: "a batch of starts",
};

/// Starts up to 5,000 executions, each for itself.
///
/// The body is an array of what `POST /v1/executions` takes, or lines of it
/// (`Content-Type: application/x-ndjson`). The answers are in the same order; one that is refused
/// leaves the others alone. Those that were accepted survive a crash. Starts with names may be
/// sent again.
#[utoipa::path(post, path = "/v1/executions/batch", tag = "executions",
    request_body(content(
        (Vec<wire::StartExecution> = "application/json", example = json!([{"machine": "word-count", "name": "monday", "input": {"text": "to be"}}, {"machine": "word-count"}])),
        (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "An answer for each start, in order", body = wire::StartBatch),
        (status = 413, description = "The batch is larger than 32 MiB", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn start_executions(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    _: NoQuery,
    request: Request,
) -> Answer {
    let kind = ItemsKind::of(request.headers())?;
    let (bytes, held) = body::read_json(&app, request, BATCH).await?;
    let (starts, mut answers) = read(kind, &bytes, &who)?;
    drop(bytes);
    let accepted = app.ports.executions.start_batch(account, starts).await;
    drop(held);
    let mut accepted = accepted.into_iter();
    for answer in &mut answers {
        if answer.is_none() {
            *answer = accepted.next().map(answered);
        }
    }
    let items = answers.into_iter().flatten().collect();
    Ok(answer(&wire::StartBatch { items }))
}

/// The starts that can be read, and the answers to those that cannot, at their places.
type Read = (Vec<wire::StartExecution>, Vec<Option<StartAnswer>>);

fn read(kind: ItemsKind, body: &[u8], who: &Who) -> Answer<Read> {
    let items = body::split_items(kind, body, limits::batch::STARTS_MAX)?;
    let mut starts = Vec::with_capacity(items.len());
    let answers = items.iter().map(|item| match read_start(item, who) {
        Ok(start) => {
            starts.push(start);
            None
        }
        Err(failure) => Some(refused(&failure)),
    });
    let answers = answers.collect();
    Ok((starts, answers))
}

fn read_start(item: &[u8], who: &Who) -> Answer<wire::StartExecution> {
    const BYTES_MAX: usize = limits::batch::START_BYTES_MAX;
    if item.len() > BYTES_MAX {
        let message = format!(
            "the start has {} bytes; it may have {BYTES_MAX} at the most",
            item.len()
        );
        let error = Error::invalid("BodyTooLarge", message);
        return Err(Failure::with_status(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let start: wire::StartExecution = body::parse(item)?;
    who.require(START, start.machine.as_str())?;
    Ok(start)
}

fn answered(answer: Result<(wire::ExecutionSummary, bool), Error>) -> StartAnswer {
    match answer {
        Ok((execution, is_new)) => StartAnswer::Accepted { execution, is_new },
        Err(error) => refused(&Failure::from(error)),
    }
}

fn refused(failure: &Failure) -> StartAnswer {
    StartAnswer::Refused {
        error: StartError {
            status: failure.status.as_u16(),
            code: failure.error.code.to_owned(),
            message: failure.error.message.clone(),
        },
    }
}

fn answer(batch: &wire::StartBatch) -> Response {
    body::answer_json(StatusCode::OK, batch)
}
