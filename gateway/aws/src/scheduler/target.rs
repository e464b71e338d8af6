//! What a schedule of AWS's starts, and how that is said here.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{DeadLetter, ScheduleDefinition, ScheduleRetry, ScheduleTarget};
use steploom_types::{AccountId, Json, MachineName, arn};

use crate::Failure;

/// The fields of a target that mean something here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: String,
    #[serde(default)]
    input: Option<String>,
    #[serde(default)]
    retry_policy: RetryPolicy,
    #[serde(default)]
    dead_letter_config: DeadLetterConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RetryPolicy {
    maximum_event_age_in_seconds: Option<u32>,
    maximum_retry_attempts: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DeadLetterConfig {
    arn: Option<String>,
}

/// What AWS's target means here.
///
/// # Errors
/// `ValidationException` for a target that is neither a machine nor a function.
pub(super) fn read(
    target: &Value,
) -> Result<(ScheduleTarget, ScheduleRetry, Option<DeadLetter>), Failure> {
    let target = Target::deserialize(target)
        .map_err(|error| Failure::new("SerializationException", error.to_string()))?;
    let mut read = of_arn(&target.arn)?;
    if let Some(input) = &target.input {
        read.input = Json::parse(input).map_err(|error| {
            Failure::validation(format!(
                "Provided Input is not valid JSON: {}",
                error.message
            ))
        })?;
    }
    let usual = ScheduleRetry::default();
    let retry = ScheduleRetry {
        attempts_max: target
            .retry_policy
            .maximum_retry_attempts
            .unwrap_or(usual.attempts_max),
        age_seconds_max: target
            .retry_policy
            .maximum_event_age_in_seconds
            .unwrap_or(usual.age_seconds_max),
    };
    let letter = target.dead_letter_config.arn.map(|arn| DeadLetter {
        arn: Some(arn),
        ..DeadLetter::default()
    });
    Ok((read, retry, letter))
}

fn of_arn(text: &str) -> Result<ScheduleTarget, Failure> {
    if !text.starts_with("arn:") {
        return Err(Failure::validation(
            "Provided Arn is not in correct format.",
        ));
    }
    if let Some((machine, qualifier)) = arn::parse_machine(text) {
        return Ok(ScheduleTarget {
            machine: Some(machine),
            qualifier: qualifier.map(|qualifier| qualifier.to_string()),
            ..ScheduleTarget::default()
        });
    }
    let parts: Vec<&str> = text.split(':').collect();
    if let ["arn", _, "lambda", _, _, "function", function, rest @ ..] = &parts[..]
        && rest.len() < 2
        && let Ok(function) = function.parse()
    {
        return Ok(ScheduleTarget {
            function: Some(function),
            qualifier: rest.first().map(|&qualifier| qualifier.to_owned()),
            ..ScheduleTarget::default()
        });
    }
    Err(Failure::validation(format!(
        "Unsupported target: {text}. Targets are state machines and functions."
    )))
}

/// The target as it was given, or as AWS would have had it.
pub(super) fn show(account: AccountId, definition: &ScheduleDefinition) -> Value {
    if let Some(given) = definition
        .aws
        .as_ref()
        .and_then(|aws| aws.value().get("Target"))
    {
        return given.clone();
    }
    let target = &definition.target;
    let mut shown = json!({
        "Arn": arn_of(account, target),
        // Nobody assumes one here.
        "RoleArn": arn::role(account),
        "Input": target.input.text(),
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": definition.retry.age_seconds_max,
            "MaximumRetryAttempts": definition.retry.attempts_max,
        },
    });
    let letter = definition.dead_letter.as_ref();
    if let Some(arn) = letter.and_then(|letter| letter.arn.as_ref()) {
        shown["DeadLetterConfig"] = json!({ "Arn": arn });
    }
    shown
}

fn arn_of(account: AccountId, target: &ScheduleTarget) -> String {
    let plain = match (&target.machine, &target.function) {
        (Some(machine), _) => arn::machine(account, &MachineName::Named(machine.clone())),
        (None, Some(function)) => arn::function(account, function),
        (None, None) => String::new(),
    };
    match &target.qualifier {
        Some(qualifier) => format!("{plain}:{qualifier}"),
        None => plain,
    }
}
