//! What a request must not ask for, in AWS's words.

use serde_json::Value;

use super::request::Validation;
use super::rewrite::{Subject, invalid};
use super::{Refused, Request, shape};
use crate::mock::Response;

/// Checks what belongs together.
pub(super) fn request(request: &Request, subject: &Subject) -> Result<(), Refused> {
    let kind = subject.kind();
    let refuse = |message: String| Err(Refused::validation(message));
    let Some(mock) = &request.mock else {
        return without_mock(request, kind);
    };
    if mock.result.is_some() == mock.error.is_some() {
        return refuse(
            "A test mock should have only one of the following fields: [result, errorOutput]."
                .to_owned(),
        );
    }
    if matches!(kind, "Pass" | "Succeed" | "Fail" | "Wait" | "Choice") {
        return refuse(format!(
            "State type '{kind}' is not supported when a mock is specified"
        ));
    }
    if request.reveals_secrets {
        return refuse(
            "TestState does not support RevealSecrets when a mock is specified.".to_owned(),
        );
    }
    Ok(())
}

/// What needs a mock.
fn without_mock(request: &Request, kind: &str) -> Result<(), Refused> {
    let needs = [
        (
            request.failed_iterations.is_some(),
            "MapIterationFailureCount",
        ),
        (request.reader_data.is_some(), "MapItemReaderData"),
        (request.error_caused_by.is_some(), "ErrorCausedByState"),
    ];
    if let Some((_, field)) = needs.iter().find(|(is_given, _)| *is_given) {
        return Err(Refused::validation(format!(
            "TestState does not support {field} when a mock is not specified."
        )));
    }
    if matches!(kind, "Map" | "Parallel") {
        return Err(invalid(
            "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
                .to_owned(),
        ));
    }
    if kind == "Task" && request.role_arn.is_none() {
        return Err(Refused::validation(
            "RoleArn must be specified when testing a Task state",
        ));
    }
    Ok(())
}

/// The mocked answer, checked against what the service's API says.
pub(super) fn mock(request: &Request, subject: &Subject) -> Result<Option<Response>, Refused> {
    let Some(mock) = &request.mock else {
        return Ok(None);
    };
    if let Some((error, cause)) = &mock.error {
        return Ok(Some(Response::Throw {
            error: error.clone(),
            cause: cause.clone(),
        }));
    }
    let text = mock.result.as_deref().unwrap_or_default();
    let Ok(result) = serde_json::from_str::<Value>(text) else {
        return Err(Refused::validation("Mocked result must be valid JSON"));
    };
    ensure_kind(subject, &result)?;
    if mock.validation != Validation::None
        && let Some(resource) = subject.state["Resource"].as_str()
    {
        let is_strict = mock.validation == Validation::Strict;
        shape::check(resource, &result, is_strict).map_err(|why| {
            Refused::validation(format!("Mock result schema validation error: {why}"))
        })?;
    }
    Ok(Some(Response::Return(result)))
}

/// A `Map` gives an array, or with a `ResultWriter` an object; a `Parallel` an array with an element
/// a branch.
fn ensure_kind(subject: &Subject, result: &Value) -> Result<(), Refused> {
    let refuse = |message: &str| Err(Refused::validation(message));
    match subject.kind() {
        "Map" if subject.state.get("ResultWriter").is_some() && !result.is_object() => {
            refuse("Mocked result must be a JSON object.")
        }
        "Map" if subject.state.get("ResultWriter").is_none() && !result.is_array() => {
            refuse("Mocked result must be an array.")
        }
        "Parallel" if !result.is_array() => refuse("Mocked result must be an array."),
        "Parallel" => {
            let branches = subject.state["Branches"].as_array().map(Vec::len);
            if branches == result.as_array().map(Vec::len) {
                return Ok(());
            }
            refuse("Mocked result must have the same number of elements as there are branches.")
        }
        _ => Ok(()),
    }
}
