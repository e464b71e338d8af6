//! What a state does, in a few words.

use serde_json::Value;

use super::Kind;
use super::condition::query;
use crate::text::clip;

/// Characters of a detail.
const LENGTH_MAX: usize = 40;

/// The detail of a state; may be empty.
pub(super) fn of(kind: Kind, state: &Value) -> String {
    let mut parts = Vec::new();
    let what = match kind {
        Kind::Task => task(state),
        Kind::Wait => wait(state),
        Kind::Fail => first(state, &["Error", "ErrorPath"]),
        Kind::Map => map(state),
        _ => String::new(),
    };
    if !what.is_empty() {
        parts.push(what);
    }
    if let Some(seconds) = state["TimeoutSeconds"]
        .as_u64()
        .filter(|_| kind == Kind::Task)
    {
        parts.push(duration(seconds));
    }
    let retries = state["Retry"].as_array().into_iter().flatten();
    let attempts = retries.map(|retry| retry["MaxAttempts"].as_u64().unwrap_or(3));
    if let Some(attempts) = attempts.max() {
        parts.push(format!("↻ {attempts}"));
    }
    clip(&parts.join(" · "), LENGTH_MAX)
}

/// The function, or the service and its action.
fn task(state: &Value) -> String {
    let resource = state["Resource"].as_str().unwrap_or_default();
    let parts: Vec<&str> = resource.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", ref name @ ..] => name.join(":"),
        ["arn", _, "states", _, _, "activity", name] => format!("activity {name}"),
        ["arn", _, "states", _, _, "lambda", _] => invoked(state, &parts[5..].join(":")),
        ["arn", _, "states", _, _, ref service @ ..] => service.join(":"),
        _ => resource.to_owned(),
    }
}

/// The function that `lambda:invoke` names, if it is written out.
fn invoked(state: &Value, service: &str) -> String {
    let named = ["Parameters", "Arguments"]
        .iter()
        .find_map(|field| state[field]["FunctionName"].as_str());
    match named.filter(|name| !name.starts_with("{%")) {
        Some(name) => name.rsplit("function:").next().unwrap_or(name).to_owned(),
        None => service.to_owned(),
    }
}

fn wait(state: &Value) -> String {
    if let Some(seconds) = state["Seconds"].as_u64() {
        return duration(seconds);
    }
    match first(state, &["Seconds", "SecondsPath"]) {
        text if !text.is_empty() => format!("{text} s"),
        _ => match first(state, &["Timestamp", "TimestampPath"]) {
            text if !text.is_empty() => format!("until {text}"),
            _ => String::new(),
        },
    }
}

/// `45 s`, `5 min`, `24 h`, `3 d`: in the largest unit that is whole.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let fits = |(length, _): &&(u64, &str)| seconds > *length && seconds.is_multiple_of(*length);
    match units.iter().find(fits) {
        Some((length, unit)) => format!("{} {unit}", seconds / length),
        None => format!("{seconds} s"),
    }
}

fn map(state: &Value) -> String {
    let mut parts = Vec::new();
    let processor = state.get("ItemProcessor").or(state.get("Iterator"));
    let config = processor.map(|processor| &processor["ProcessorConfig"]);
    if config.is_some_and(|config| config["Mode"] == "DISTRIBUTED") {
        parts.push("distributed".to_owned());
    }
    match first(state, &["ItemsPath", "Items"]) {
        items if items.is_empty() => {}
        items => parts.push(format!("each of {items}")),
    }
    if let Some(most) = state["MaxConcurrency"].as_u64().filter(|most| *most > 0) {
        parts.push(format!("{most} at once"));
    }
    parts.join(", ")
}

/// The first of these fields that is a text.
fn first(state: &Value, names: &[&str]) -> String {
    let text = names.iter().find_map(|name| state[name].as_str());
    text.map(query).unwrap_or_default().to_owned()
}

/// The errors that a catcher catches.
pub(super) fn errors(catcher: &Value) -> String {
    let errors = catcher["ErrorEquals"].as_array().into_iter().flatten();
    let errors: Vec<&str> = errors.filter_map(Value::as_str).collect();
    clip(&errors.join(", "), LENGTH_MAX)
}
