//! How events are handled that functions are handed: retries, age, destinations.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_api::wire::{Destinations, EventSettings, PutEventSettings};
use steploom_types::Error;

use super::name::{LATEST, Target};
use super::{Answer, Call, failure, invalid, missing, page_size};
use crate::rest::Output;
use crate::{Failure, page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    function_name: String,
    qualifier: Option<String>,
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u32>,
    destination_config: Option<DestinationConfig>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    #[serde(default)]
    on_success: Option<Destination>,
    #[serde(default)]
    on_failure: Option<Destination>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    destination: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    function_name: String,
    marker: Option<String>,
    max_items: Option<u32>,
}

/// `PutFunctionEventInvokeConfig`
pub(super) async fn put(call: &Call<'_>) -> Answer {
    set(call, false).await
}

/// `UpdateFunctionEventInvokeConfig`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    set(call, true).await
}

async fn set(call: &Call<'_>, is_change: bool) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let asks = input.maximum_retry_attempts.is_some()
        || input.maximum_event_age_in_seconds.is_some()
        || input.destination_config.is_some();
    if !asks {
        return Err(invalid(
            "You must specify at least one of error handling or destination setting.",
        ));
    }
    let put = PutEventSettings {
        is_change,
        max_retries: input.maximum_retry_attempts,
        max_age_seconds: input.maximum_event_age_in_seconds,
        destinations: input.destination_config.clone().map(destinations),
    };
    let profiles = &call.ports.function_profiles;
    let made = profiles.put_events(call.account, &target.name, qualifier(&target), put);
    let made = made
        .await
        .map_err(|error| refused(error, call, &target, input.destination_config.as_ref()))?;
    Ok(shown(call, &target, qualifier(&target), &made).into())
}

/// `GetFunctionEventInvokeConfig`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| absent(error, call, &target))?;
    match profile.events.get(qualifier(&target)) {
        Some(settings) => Ok(shown(call, &target, qualifier(&target), settings).into()),
        None => Err(none(call, &target)),
    }
}

/// `DeleteFunctionEventInvokeConfig`
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let profiles = &call.ports.function_profiles;
    let deleted = profiles.delete_events(call.account, &target.name, qualifier(&target));
    match deleted.await {
        Ok(true) => Ok(Output::default()),
        Ok(false) => Err(none(call, &target)),
        Err(error) => Err(absent(error, call, &target)),
    }
}

/// `ListFunctionEventInvokeConfigs`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| match error.code {
        "FunctionNotFound" => missing(NO_FUNCTION),
        _ => failure(error, &target.arn(call)),
    })?;
    let size = page_size(input.max_items) as usize;
    let all = profile.events.into_iter().collect();
    let (page, next) = page::cut(all, size, input.marker.as_deref())?;
    let page = page
        .iter()
        .map(|(qualifier, settings)| shown(call, &target, qualifier, settings));
    let mut answer = json!({"FunctionEventInvokeConfigs": page.collect::<Value>()});
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer.into())
}

const NO_FUNCTION: &str = "The function doesn't exist.";

fn qualifier(target: &Target) -> &str {
    target.qualifier.as_deref().unwrap_or(LATEST)
}

fn destinations(given: DestinationConfig) -> Destinations {
    let text = |given: Option<Destination>| {
        let text = given.and_then(|given| given.destination);
        text.filter(|text| !text.is_empty())
    };
    Destinations {
        on_success: text(given.on_success),
        on_failure: text(given.on_failure),
    }
}

fn none(call: &Call<'_>, target: &Target) -> Failure {
    let (arn, qualifier) = (target.arn(call), qualifier(target));
    missing(format!(
        "The function {arn}:{qualifier} doesn't have an EventInvokeConfig"
    ))
}

fn absent(error: Error, call: &Call<'_>, target: &Target) -> Failure {
    match error.code {
        "FunctionNotFound" => none(call, target),
        _ => failure(error, &target.arn(call)),
    }
}

/// Why nothing was set.
fn refused(
    error: Error,
    call: &Call<'_>,
    target: &Target,
    given: Option<&DestinationConfig>,
) -> Failure {
    match error.code {
        "FunctionNotFound" | "QualifierNotFound" => missing(NO_FUNCTION),
        "EventSettingsNotFound" => none(call, target),
        "OwnDestination" => invalid("You can't specify the function as a destination for itself."),
        "DestinationNotFound" => {
            let given = given.cloned().map(destinations).unwrap_or_default();
            let arn = [given.on_success, given.on_failure].into_iter().flatten();
            let mut named = arn.filter(|arn| error.message.contains(arn.as_str()));
            let arn = named.next_back().unwrap_or_default();
            invalid(format!("The destination ARN {arn} is invalid."))
        }
        "InvalidDestination" => invalid(format!(
            "The provided destination config {} is invalid.",
            given.map(in_java).unwrap_or_default()
        )),
        _ => failure(error, &target.arn(call)),
    }
}

/// As AWS writes it.
fn in_java(given: &DestinationConfig) -> String {
    let one = |kind: &str, given: &Option<Destination>| match given {
        None => "null".to_owned(),
        Some(Destination { destination }) => {
            let text = destination.as_deref().unwrap_or("null");
            format!("{kind}(destination={text})")
        }
    };
    let success = one("OnSuccess", &given.on_success);
    let failure = one("OnFailure", &given.on_failure);
    format!("DestinationConfig(onSuccess={success}, onFailure={failure})")
}

fn shown(call: &Call<'_>, target: &Target, qualifier: &str, settings: &EventSettings) -> Value {
    let of = |text: &Option<String>| {
        let mut shown = Map::new();
        if let Some(text) = text {
            shown.insert("Destination".to_owned(), text.as_str().into());
        }
        shown
    };
    let destinations = &settings.destinations;
    let mut shown = json!({
        "DestinationConfig": {
            "OnFailure": of(&destinations.on_failure),
            "OnSuccess": of(&destinations.on_success),
        },
        "FunctionArn": format!("{}:{qualifier}", target.arn(call)),
        "LastModified": settings.changed_at.as_millis() as f64 / 1_000.0,
    });
    if let Some(retries) = settings.max_retries {
        shown["MaximumRetryAttempts"] = retries.into();
    }
    if let Some(seconds) = settings.max_age_seconds {
        shown["MaximumEventAgeInSeconds"] = seconds.into();
    }
    shown
}
