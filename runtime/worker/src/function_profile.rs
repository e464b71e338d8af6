//! What a function has besides its versions, as one entry of the catalog: releases of versions, aliases for releases,
//! tags, a limit. A version never changes, so a release of it is its number alone.

pub(crate) mod events;
pub(crate) mod urls;

use std::collections::BTreeMap;

use serde_json::Value;
use steploom_api::wire::{
    FunctionAlias, FunctionProfile, FunctionRelease, PutFunctionAlias, ReleaseNumber,
};
use steploom_types::{Error, Kind, Name, Result, Timestamp, limits};

/// Which version a qualifier stands for (the newest if `None`), and the release if it is one.
pub(crate) type Resolved = (Option<u32>, Option<ReleaseNumber>);

/// What a qualifier stands for now. `lot`, of 0 to 1, decides where an alias stands for two. Numbers are those of
/// releases, and those of versions as long as nothing was ever published.
pub(crate) fn resolve(profile: &FunctionProfile, qualifier: &str, lot: f64) -> Option<Resolved> {
    if let Ok(number) = qualifier.parse() {
        if profile.releases_made == 0 {
            return Some((Some(number), None));
        }
        return of_release(profile, ReleaseNumber(number));
    }
    let name: Name = qualifier.parse().ok()?;
    let alias = profile.aliases.get(&name)?;
    let other = alias.other.filter(|other| lot < other.weight);
    match other.map(|other| other.release).or(alias.release) {
        None => Some((None, None)),
        Some(number) => of_release(profile, number),
    }
}

fn of_release(profile: &FunctionProfile, number: ReleaseNumber) -> Option<Resolved> {
    let mut releases = profile.releases.iter();
    let release = releases.find(|release| release.number == number)?;
    Some((Some(release.version), Some(number)))
}

/// Publishes a version; whether that is new.
///
/// # Errors
/// `Exhausted` / `TooManyReleases`; `Invalid` / `InvalidDescription`.
pub(crate) fn publish(
    profile: &mut FunctionProfile,
    function: &Name,
    version: u32,
    description: Option<String>,
    now: Timestamp,
) -> Result<(FunctionRelease, bool)> {
    if let Some(newest) = profile.releases.last()
        && newest.version == version
    {
        return Ok((newest.clone(), false));
    }
    check_description(description.as_deref())?;
    let most = limits::RELEASES_MAX;
    if profile.releases.len() >= most {
        let message = format!(
            "function '{function}' has {most} releases, which is the most; delete those that are not needed"
        );
        return Err(Error::new(Kind::Exhausted, "TooManyReleases", message));
    }
    profile.releases_made += 1;
    let release = FunctionRelease {
        number: ReleaseNumber(profile.releases_made),
        version,
        description: description.filter(|text| !text.is_empty()),
        created_at: now,
    };
    profile.releases.push(release.clone());
    Ok((release, true))
}

/// # Errors
/// `NotFound` / `ReleaseNotFound`; `Conflict` / `ReleaseInUse`.
pub(crate) fn delete_release(
    profile: &mut FunctionProfile,
    function: &Name,
    number: ReleaseNumber,
) -> Result<()> {
    ensure_release(profile, function, number)?;
    let names = |alias: &&FunctionAlias| {
        alias.release == Some(number) || alias.other.is_some_and(|other| other.release == number)
    };
    let users: Vec<_> = profile.aliases.values().filter(names).collect();
    if !users.is_empty() {
        let users: Vec<_> = users.iter().map(|alias| alias.name.as_str()).collect();
        let message = format!(
            "release {number} is what {} stands for; change or delete that first",
            users.join(", ")
        );
        return Err(Error::conflict("ReleaseInUse", message));
    }
    profile.releases.retain(|release| release.number != number);
    profile.events.remove(&number.to_string());
    Ok(())
}

/// Makes an alias or changes it.
///
/// # Errors
/// `Invalid` / `InvalidAlias`; `NotFound` / `ReleaseNotFound` or `AliasNotFound`; `Conflict` / `AliasExists`; `Exhausted` / `TooManyAliases`.
pub(crate) fn put_alias(
    profile: &mut FunctionProfile,
    function: &Name,
    put: PutFunctionAlias,
    now: Timestamp,
) -> Result<FunctionAlias> {
    let name = put.name;
    if name.as_str().bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid(format!(
            "'{name}' is a number, as releases have; an alias needs a letter"
        )));
    }
    check_description(put.description.as_deref())?;
    let mut alias = match profile.aliases.get(&name) {
        Some(_) if put.is_new => {
            let message = format!("function '{function}' has an alias '{name}'");
            return Err(Error::conflict("AliasExists", message));
        }
        Some(known) => FunctionAlias {
            changes: known.changes + 1,
            ..known.clone()
        },
        None if !put.is_new => return Err(alias_not_found(function, &name)),
        None => FunctionAlias {
            name: name.clone(),
            description: String::new(),
            release: None,
            other: None,
            changes: 0,
            created_at: now,
        },
    };
    if put.is_new && profile.aliases.len() >= limits::ALIASES_MAX {
        let most = limits::ALIASES_MAX;
        let message = format!(
            "function '{function}' has {most} aliases, which is the most; delete those that are not needed"
        );
        return Err(Error::new(Kind::Exhausted, "TooManyAliases", message));
    }
    alias.description = put.description.unwrap_or(alias.description);
    alias.release = put.release.unwrap_or(alias.release);
    alias.other = put.other.unwrap_or(alias.other);
    for number in alias
        .release
        .into_iter()
        .chain(alias.other.map(|other| other.release))
    {
        ensure_release(profile, function, number)?;
    }
    check_routes(&alias)?;
    profile.aliases.insert(name, alias.clone());
    Ok(alias)
}

fn check_routes(alias: &FunctionAlias) -> Result<()> {
    let Some(other) = alias.other else {
        return Ok(());
    };
    if !(0.0..=1.0).contains(&other.weight) {
        return Err(invalid(format!("a weight is 0 to 1, not {}", other.weight)));
    }
    match alias.release {
        None => Err(invalid(
            "$LATEST is not supported for an alias pointing to more than 1 version".to_owned(),
        )),
        Some(release) if release == other.release => Err(invalid(format!(
            "Invalid function version {release}. Function version {release} is already included in routing configuration."
        ))),
        Some(_) => Ok(()),
    }
}

/// Keeps something by a key if what is there is still `was`; whether it was.
///
/// # Errors
/// `Exhausted` / `TooMuchKept`.
pub(crate) fn keep(
    kept: &mut BTreeMap<String, Value>,
    key: &str,
    was: Option<&Value>,
    now: Option<&Value>,
) -> Result<bool> {
    if kept.get(key) != was {
        return Ok(false);
    }
    match now {
        None => drop(kept.remove(key)),
        Some(now) => drop(kept.insert(key.to_owned(), now.clone())),
    }
    let bytes = serde_json::to_string(kept).map_err(Error::internal)?.len();
    let most = limits::FUNCTION_KEPT_BYTES_MAX;
    if bytes > most && now.is_some() {
        let message =
            format!("policies and the like of a function may have {most} bytes, not {bytes}");
        return Err(Error::new(Kind::Exhausted, "TooMuchKept", message));
    }
    Ok(true)
}

fn ensure_release(profile: &FunctionProfile, function: &Name, number: ReleaseNumber) -> Result<()> {
    let mut releases = profile.releases.iter();
    if releases.any(|release| release.number == number) {
        return Ok(());
    }
    let message = format!("function '{function}' has no release {number}");
    Err(Error::not_found("ReleaseNotFound", message))
}

fn check_description(description: Option<&str>) -> Result<()> {
    let most = limits::DESCRIPTION_LENGTH_MAX;
    match description.map(|text| text.chars().count()) {
        Some(count) if count > most => Err(Error::invalid(
            "InvalidDescription",
            format!("a description has at most {most} characters, not {count}"),
        )),
        _ => Ok(()),
    }
}

fn alias_not_found(function: &Name, name: &Name) -> Error {
    Error::not_found(
        "AliasNotFound",
        format!("function '{function}' has no alias '{name}'"),
    )
}

fn invalid(message: String) -> Error {
    Error::invalid("InvalidAlias", message)
}

#[cfg(test)]
mod tests;
