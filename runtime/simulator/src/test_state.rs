//! One state by itself: AWS's `TestState`.
//!
//! [`test_state`] takes a request in the form of the API and gives its answer. The state is put into
//! a machine of its own, whose other states only say where it went (`rewrite`), and run like any
//! other; its data on the way is found by states that do a part of its work (`inspect`). It does no
//! IO and serves the command line and an API alike.

mod check;
mod context;
mod errors;
mod inspect;
mod outcome;
mod request;
mod rewrite;
mod shape;

use serde_json::{Map, Value, json};
use steploom_types::Json;

use crate::mock::Response;
use crate::{Report, Status, World};
use errors::Retry;

pub use request::{Level, Request};

/// A request that is refused, as the API words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refused {
    /// `ValidationException`, `InvalidDefinition` or `InvalidExecutionInput`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl Refused {
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self {
            code: "ValidationException",
            message: message.into(),
        }
    }
}

/// What a state did.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// `SUCCEEDED`, `FAILED`, `RETRIABLE` or `CAUGHT_ERROR`.
    pub status: &'static str,
    /// Its output, unless it failed.
    pub output: Option<Json>,
    /// Its failure's name.
    pub error: Option<String>,
    /// Its failure's cause.
    pub cause: Option<String>,
    /// Where it goes.
    pub next_state: Option<String>,
    /// Its data on the way, by AWS's names; none at the level `INFO`. Data is JSON text.
    pub inspection: Option<Map<String, Value>>,
}

impl Tested {
    /// The answer as the API gives it.
    pub fn json(&self) -> Value {
        let mut all = json!({ "status": self.status });
        if let Some(output) = &self.output {
            all["output"] = output.text().into();
        }
        for (name, text) in [
            ("error", &self.error),
            ("cause", &self.cause),
            ("nextState", &self.next_state),
        ] {
            if let Some(text) = text {
                all[name] = text.as_str().into();
            }
        }
        if let Some(inspection) = &self.inspection {
            all["inspectionData"] = inspection.clone().into();
        }
        all
    }
}

/// Tests a state in a world.
///
/// # Errors
/// [`Refused`]: the request makes no sense, in AWS's words.
pub fn test_state(request: &Request, world: &World) -> Result<Tested, Refused> {
    let subject = rewrite::Subject::find(request)?;
    check::request(request, &subject)?;
    let stage = rewrite::Stage::new(request, &subject, world)?;
    let response = check::mock(request, &subject)?;
    let response = match errors::of_items(request, &subject, &stage)? {
        Some(exceeded) => Some(exceeded),
        None => response,
    };
    let errors = errors::Rules::of(&subject);
    if let Some(Response::Throw { error, cause }) = &response
        && let Some(Retry::Again { index, seconds }) = errors.retry(error, request.retries)
    {
        let details = json!({
            "retryIndex": index,
            "retryBackoffIntervalSeconds": seconds,
        });
        return Ok(Tested {
            status: "RETRIABLE",
            output: None,
            error: Some(error.clone()),
            cause: cause.clone(),
            next_state: None,
            inspection: inspect::data(request, &subject, &stage, None, Some(details)),
        });
    }
    let report = stage.run(&stage.definition(), response.as_ref())?;
    let tested = judge(&report, &stage);
    let details = errors.details(&tested, request.retries);
    let inspection = inspect::data(request, &subject, &stage, Some(&report), details);
    Ok(Tested {
        inspection,
        ..tested
    })
}

/// What a run of the state's own machine says.
fn judge(report: &Report, stage: &rewrite::Stage<'_>) -> Tested {
    let failure = outcome::failure(report);
    let (error, cause) = match failure {
        Some((error, cause)) => (error, cause),
        None => (report.error.clone(), report.cause.clone()),
    };
    match stage.went_to(report) {
        Some(went) => Tested {
            status: if went.is_caught {
                "CAUGHT_ERROR"
            } else {
                "SUCCEEDED"
            },
            error: error.filter(|_| went.is_caught),
            cause: cause.filter(|_| went.is_caught),
            next_state: went.state,
            output: Some(went.output),
            inspection: None,
        },
        None => Tested {
            status: "FAILED",
            output: None,
            error: if report.status == Status::Running {
                Some("States.Runtime".to_owned())
            } else {
                error
            },
            cause: match report.halt {
                Some(halt) => Some(halt.reason().to_owned()),
                None => cause,
            },
            next_state: None,
            inspection: None,
        },
    }
}

#[cfg(test)]
mod tests;
