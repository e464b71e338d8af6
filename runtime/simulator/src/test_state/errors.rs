//! Retries, catchers and tolerated failures of a state under test.

use serde_json::{Value, json};
use steploom_machine::error_matches;

use super::inspect::number;
use super::rewrite::{Stage, Subject};
use super::{Refused, Request, Tested};
use crate::mock::Response;

/// What a `Retry` comes to.
pub(super) enum Retry {
    /// Again, after so long.
    Again {
        /// The rule.
        index: usize,
        /// How long.
        seconds: Value,
    },
    /// The rule's attempts are used up.
    UsedUp {
        /// The rule.
        index: usize,
    },
}

/// A state's rules for errors.
pub(super) struct Rules<'a> {
    subject: &'a Subject,
}

impl<'a> Rules<'a> {
    pub(super) fn of(subject: &'a Subject) -> Self {
        Self { subject }
    }

    /// What the first matching `Retry` says after so many retries.
    pub(super) fn retry(&self, error: &str, retries: u32) -> Option<Retry> {
        let index = self.first("Retry", error)?;
        let rule = &self.subject.state["Retry"][index];
        let number = |name: &str, default: f64| rule[name].as_f64().unwrap_or(default);
        if f64::from(retries) >= number("MaxAttempts", 3.0) {
            return Some(Retry::UsedUp { index });
        }
        let factor = number("BackoffRate", 2.0).powf(f64::from(retries));
        let seconds = number("IntervalSeconds", 1.0) * factor;
        let seconds = seconds.min(number("MaxDelaySeconds", f64::MAX));
        let seconds = if seconds.fract() == 0.0 && seconds < u32::MAX.into() {
            json!(seconds as u64)
        } else {
            json!(seconds)
        };
        Some(Retry::Again { index, seconds })
    }

    /// `errorDetails`: which rule there was to the state's failure.
    pub(super) fn details(&self, tested: &Tested, retries: u32) -> Option<Value> {
        let error = tested.error.as_deref()?;
        if tested.status == "CAUGHT_ERROR" {
            let index = self.first("Catch", error)?;
            return Some(json!({ "catchIndex": index }));
        }
        match self.retry(error, retries)? {
            Retry::UsedUp { index } => Some(json!({ "retryIndex": index })),
            Retry::Again { .. } => None,
        }
    }

    fn first(&self, field: &str, error: &str) -> Option<usize> {
        let rules = self.subject.state[field].as_array()?;
        rules.iter().position(|rule| {
            let names = rule["ErrorEquals"].as_array().into_iter().flatten();
            let names: Vec<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
            error_matches(&names, Some(error))
        })
    }
}

/// The failure of a `Map` with more failed iterations than it tolerates.
pub(super) fn of_items(
    request: &Request,
    subject: &Subject,
    stage: &Stage<'_>,
) -> Result<Option<Response>, Refused> {
    let has_result = request
        .mock
        .as_ref()
        .is_some_and(|mock| mock.result.is_some());
    let Some(failed) = request.failed_iterations.filter(|_| has_result) else {
        return Ok(None);
    };
    let items = items(request, stage)?;
    if let Some(items) = items
        && failed > items
    {
        return Err(Refused::validation(
            "MapIterationFailureCount must not be larger than the number of items.",
        ));
    }
    let count = number(subject, stage, "ToleratedFailureCount").and_then(|n| n.as_f64());
    let share = number(subject, stage, "ToleratedFailurePercentage").and_then(|n| n.as_f64());
    let over_count = count.is_some_and(|count| failed as f64 > count);
    let over_share = share
        .zip(items)
        .is_some_and(|(share, items)| items > 0 && failed as f64 * 100.0 / items as f64 > share);
    Ok((over_count || over_share).then(|| Response::Throw {
        error: "States.ExceedToleratedFailureThreshold".to_owned(),
        cause: Some("The specified tolerated failure threshold was exceeded".to_owned()),
    }))
}

/// How many items there are, if that can be told.
fn items(request: &Request, stage: &Stage<'_>) -> Result<Option<u64>, Refused> {
    if let Some(text) = &request.reader_data {
        return match serde_json::from_str(text) {
            Ok(Value::Array(items)) => Ok(Some(items.len() as u64)),
            _ => Err(Refused::validation(
                "MapItemReaderData must be a valid JSON array.",
            )),
        };
    }
    Ok(super::inspect::items(stage).and_then(|items| items.as_array().map(|all| all.len() as u64)))
}
