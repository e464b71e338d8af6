//! Tags: labels that callers give to executions and machines, and those that the platform itself gives.

use std::collections::BTreeMap;

use steploom_api::wire::{ChangeTags, ReleaseNumber};
use steploom_types::{Error, Name, Result, limits};

/// How the keys of the platform's own tags begin. They are searched like others, and not shown among them.
const OWN: &str = "steploom:";
const RELEASE: &str = "steploom:release";
const ALIAS: &str = "steploom:alias";
const TRACE_HEADER: &str = "steploom:traceHeader";

/// Tags of a caller.
///
/// # Errors
/// `Invalid` / `InvalidTags`, `TooManyTags`.
pub(crate) fn check(tags: &BTreeMap<String, String>) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid("InvalidTags", message));
    if tags.len() > limits::TAGS_MAX {
        let (count, most) = (tags.len(), limits::TAGS_MAX);
        let message = format!("there are {count} tags; at most {most} are allowed");
        return Err(Error::invalid("TooManyTags", message));
    }
    for (key, value) in tags {
        let (keys_max, values_max) = (limits::TAG_KEY_LENGTH_MAX, limits::TAG_VALUE_LENGTH_MAX);
        if key.is_empty() || key.chars().count() > keys_max {
            return refuse(format!(
                "a tag's key has 1 to {keys_max} characters: '{key}'"
            ));
        }
        if value.chars().count() > values_max {
            return refuse(format!(
                "a tag's value has at most {values_max} characters: '{key}'"
            ));
        }
        if key.chars().chain(value.chars()).any(char::is_control) {
            return refuse(format!(
                "a tag has no control characters: '{}'",
                key.escape_debug()
            ));
        }
        if key.starts_with(OWN) {
            return refuse(format!(
                "keys that begin with '{OWN}' are the platform's: '{key}'"
            ));
        }
    }
    Ok(())
}

/// Sets tags, then removes some.
///
/// # Errors
/// `Invalid` / `InvalidTags`, `TooManyTags`; then they are as they were.
pub(crate) fn change(tags: &mut BTreeMap<String, String>, change: &ChangeTags) -> Result<()> {
    let mut changed = tags.clone();
    changed.extend(change.set.clone());
    for key in &change.remove {
        changed.remove(key);
    }
    check(&changed)?;
    *tags = changed;
    Ok(())
}

/// Adds by which release and alias an execution was started.
pub(crate) fn add_origin(
    tags: &mut BTreeMap<String, String>,
    release: ReleaseNumber,
    alias: Option<&Name>,
) {
    tags.insert(RELEASE.to_owned(), release.to_string());
    if let Some(alias) = alias {
        tags.insert(ALIAS.to_owned(), alias.to_string());
    }
}

/// Adds the trace header that an execution was started with.
///
/// # Errors
/// `Invalid` / `InvalidTraceHeader`.
pub(crate) fn add_trace_header(tags: &mut BTreeMap<String, String>, header: String) -> Result<()> {
    let length_max = limits::TRACE_HEADER_LENGTH_MAX;
    if header.len() > length_max || !header.is_ascii() {
        let message =
            format!("'traceHeader' has at most {length_max} characters, all of them ASCII");
        return Err(Error::invalid("InvalidTraceHeader", message));
    }
    tags.insert(TRACE_HEADER.to_owned(), header);
    Ok(())
}

/// The trace header that an execution was started with.
pub(crate) fn trace_header(tags: &BTreeMap<String, String>) -> Option<String> {
    tags.get(TRACE_HEADER).cloned()
}

/// The tag of executions that were started by a release or an alias.
pub(crate) fn of_qualifier(qualifier: &Name) -> (String, String) {
    match qualifier.as_str().parse::<ReleaseNumber>() {
        Ok(number) => (RELEASE.to_owned(), number.to_string()),
        Err(_) => (ALIAS.to_owned(), qualifier.to_string()),
    }
}

/// What tags say to a caller: the caller's own, the release and the alias.
pub(crate) fn shown(
    tags: &BTreeMap<String, String>,
) -> (
    BTreeMap<String, String>,
    Option<ReleaseNumber>,
    Option<Name>,
) {
    let own = |key: &str| tags.get(key).map(String::as_str);
    let theirs = tags.iter().filter(|(key, _)| !key.starts_with(OWN));
    (
        theirs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        own(RELEASE).and_then(|number| number.parse().ok()),
        own(ALIAS).and_then(|name| name.parse().ok()),
    )
}
