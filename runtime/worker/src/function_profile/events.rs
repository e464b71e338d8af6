//! How events are handled that a function is handed: of the function, of a release, of an alias.

use steploom_api::wire::{
    EventSettings, FunctionProfile, FunctionSettings, PutEventSettings, ReleaseNumber,
};
use steploom_asl::event::Destination;
use steploom_types::limits::function as limits;
use steploom_types::{Error, Name, Result, Timestamp};

use super::ensure_release;

/// The qualifier of the newest version.
const LATEST: &str = "$LATEST";

/// How the events are handled that go to what a qualifier names.
pub(crate) fn find<'p>(
    profile: &'p FunctionProfile,
    qualifier: Option<&str>,
) -> Option<&'p EventSettings> {
    profile.events.get(qualifier.unwrap_or(LATEST))
}

/// Says how they are handled.
///
/// # Errors
/// `NotFound` / `QualifierNotFound` or `EventSettingsNotFound`; `Invalid` / `InvalidEventSettings`.
pub(crate) fn put(
    profile: &mut FunctionProfile,
    function: &Name,
    qualifier: &str,
    put: PutEventSettings,
    now: Timestamp,
) -> Result<EventSettings> {
    ensure_there(profile, function, qualifier)?;
    check(&put)?;
    let known = profile.events.get(qualifier).filter(|_| put.is_change);
    let settings = match known {
        None if put.is_change => {
            let message = format!("'{function}:{qualifier}' has no event settings");
            return Err(Error::not_found("EventSettingsNotFound", message));
        }
        None => EventSettings {
            max_retries: put.max_retries,
            max_age_seconds: put.max_age_seconds,
            destinations: put.destinations.unwrap_or_default(),
            changed_at: now,
        },
        Some(known) => EventSettings {
            max_retries: put.max_retries.or(known.max_retries),
            max_age_seconds: put.max_age_seconds.or(known.max_age_seconds),
            destinations: put.destinations.unwrap_or(known.destinations.clone()),
            changed_at: now,
        },
    };
    let events = &mut profile.events;
    events.insert(qualifier.to_owned(), settings.clone());
    Ok(settings)
}

/// What a destination names; `function` is whose events are told of there.
///
/// # Errors
/// `Invalid` / `InvalidDestination` or `OwnDestination`.
pub(crate) fn destination(text: &str, function: &Name) -> Result<Destination> {
    let Some(found) = Destination::parse(text) else {
        let message = format!("'{text}' is neither the ARN of a function nor that of a machine");
        return Err(Error::invalid("InvalidDestination", message));
    };
    match &found {
        Destination::Function(named) if named.name == *function => Err(Error::invalid(
            "OwnDestination",
            format!("'{function}' cannot be told of its own events"),
        )),
        _ => Ok(found),
    }
}

/// Who is given events that failed, by what AWS's tools said of a version.
pub(crate) fn dead_letter(settings: &FunctionSettings) -> Option<&str> {
    let target = settings.lambda.get("DeadLetterConfig")?.get("TargetArn")?;
    target.as_str().filter(|text| !text.is_empty())
}

fn ensure_there(profile: &FunctionProfile, function: &Name, qualifier: &str) -> Result<()> {
    let is_there = if let Ok(number) = qualifier.parse::<ReleaseNumber>() {
        ensure_release(profile, function, number).is_ok()
    } else {
        let alias: Option<Name> = qualifier.parse().ok();
        qualifier == LATEST || alias.is_some_and(|name| profile.aliases.contains_key(&name))
    };
    if is_there {
        return Ok(());
    }
    let message = format!("function '{function}' has no release and no alias '{qualifier}'");
    Err(Error::not_found("QualifierNotFound", message))
}

fn check(put: &PutEventSettings) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid("InvalidEventSettings", message));
    let most = limits::EVENT_RETRIES_MAX;
    if let Some(retries) = put.max_retries.filter(|retries| *retries > most) {
        return refuse(format!("'maxRetries' is 0 to {most}, not {retries}"));
    }
    let ages = limits::EVENT_AGE_SECONDS_MIN..=limits::EVENT_AGE_SECONDS_MAX;
    match put.max_age_seconds.filter(|age| !ages.contains(age)) {
        None => Ok(()),
        Some(age) => {
            let (least, most) = ages.into_inner();
            refuse(format!("'maxAgeSeconds' is {least} to {most}, not {age}"))
        }
    }
}
