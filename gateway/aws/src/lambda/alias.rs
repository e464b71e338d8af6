//! Aliases.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_api::wire::{FunctionAlias, FunctionRoute, PutFunctionAlias, ReleaseNumber};
use steploom_types::{Error, Name};

use super::configuration::uuid;
use super::name::{LATEST, Target};
use super::{Answer, Call, failure, invalid, missing, page_size};
use crate::{Failure, page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    function_name: String,
    name: String,
    function_version: Option<String>,
    description: Option<String>,
    routing_config: Option<Routing>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Routing {
    #[serde(default)]
    additional_version_weights: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfAlias {
    function_name: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    function_name: String,
    function_version: Option<String>,
    marker: Option<String>,
    max_items: Option<u32>,
}

/// `CreateAlias`
pub(super) async fn create(call: &Call<'_>) -> Answer {
    put(call, true).await
}

/// `UpdateAlias`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    put(call, false).await
}

async fn put(call: &Call<'_>, is_new: bool) -> Answer {
    let input: Put = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let name = parse(&input.name, call, &target)?;
    let function_arn = target.arn(call);
    let alias_arn = format!("{function_arn}:{name}");
    if let Some(wanted) = &input.revision_id {
        let known = find(call, &target, &name).await?;
        if *wanted != revision(call, &target, &known) {
            return Err(Failure::new(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
            ));
        }
    }
    let put = PutFunctionAlias {
        name: name.clone(),
        description: input.description,
        release: input.function_version.as_deref().map(release).transpose()?,
        other: input.routing_config.map(route).transpose()?,
        is_new,
    };
    let version = input.function_version.unwrap_or_default();
    let other = put.other.flatten().map(|other| other.release);
    let profiles = &call.ports.function_profiles;
    let made = profiles.put_alias(call.account, &target.name, put).await;
    let made = made.map_err(|error: Error| match error.code {
        "AliasExists" => Failure::new(
            "ResourceConflictException",
            format!("Alias already exists: {alias_arn}"),
        ),
        "AliasNotFound" => missing(format!("Alias not found: {alias_arn}")),
        "ReleaseNotFound" => {
            // Which of the two it is, the error says.
            let other = other.map(|number| number.to_string());
            let is_other =
                |number: &String| error.message.ends_with(&format!("no release {number}"));
            let absent = other.filter(is_other).unwrap_or(version);
            missing(format!("Function not found: {function_arn}:{absent}"))
        }
        "FunctionNotFound" if is_new => {
            missing(format!("Function not found: {function_arn}:{version}"))
        }
        _ => failure(error, &function_arn),
    })?;
    Ok(shown(call, &target, &made).into())
}

/// `GetAlias`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: OfAlias = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let name = parse(&input.name, call, &target)?;
    let alias = find(call, &target, &name).await?;
    Ok(shown(call, &target, &alias).into())
}

/// `ListAliases`: of a function, or of one of its versions.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| failure(error, &target.arn(call)))?;
    let mut aliases: Vec<_> = profile.aliases.into_values().collect();
    if let Some(version) = input.function_version {
        let wanted = release(&version)?;
        aliases.retain(|alias| {
            let other = alias.other.map(|other| other.release);
            alias.release == wanted || other.is_some() && other == wanted
        });
    }
    let size = page_size(input.max_items) as usize;
    let (aliases, next) = page::cut(aliases, size, input.marker.as_deref())?;
    let aliases = aliases.iter().map(|alias| shown(call, &target, alias));
    let mut answer = json!({"Aliases": aliases.collect::<Value>()});
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer.into())
}

/// `DeleteAlias`: one that is not there is no error.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfAlias = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let name = parse(&input.name, call, &target)?;
    let profiles = &call.ports.function_profiles;
    let deleted = profiles.delete_alias(call.account, &target.name, &name);
    match deleted.await {
        Err(error) if error.code != "FunctionNotFound" => Err(failure(error, "")),
        _ => Ok(json!({}).into()),
    }
}

async fn find(call: &Call<'_>, target: &Target, name: &Name) -> Result<FunctionAlias, Failure> {
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let absent = || {
        missing(format!(
            "Cannot find alias arn: {}:{name}",
            target.arn(call)
        ))
    };
    match profile {
        Ok(mut profile) => profile.aliases.remove(name).ok_or_else(absent),
        Err(error) if error.code == "FunctionNotFound" => Err(absent()),
        Err(error) => Err(failure(error, &target.arn(call))),
    }
}

fn parse(text: &str, call: &Call<'_>, target: &Target) -> Result<Name, Failure> {
    let absent = |_| {
        missing(format!(
            "Cannot find alias arn: {}:{text}",
            target.arn(call)
        ))
    };
    text.parse().map_err(absent)
}

fn release(text: &str) -> Result<Option<ReleaseNumber>, Failure> {
    if text == LATEST {
        return Ok(None);
    }
    let bad = |_| invalid(format!("Invalid function version {text}."));
    text.parse().map(Some).map_err(bad)
}

fn route(routing: Routing) -> Result<Option<FunctionRoute>, Failure> {
    let mut weights = routing.additional_version_weights.into_iter();
    let Some((version, weight)) = weights.next() else {
        return Ok(None);
    };
    if weights.next().is_some() {
        return Err(invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    let weight = weight.as_f64().unwrap_or_default();
    let Ok(release) = version.parse() else {
        return Err(Failure::validation(format!(
            "1 validation error detected: Value '{{{version}={weight:?}}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"
        )));
    };
    Ok(Some(FunctionRoute { release, weight }))
}

fn shown(call: &Call<'_>, target: &Target, alias: &FunctionAlias) -> Value {
    let version = alias.release.map(|number| number.to_string());
    let mut shown = json!({
        "AliasArn": format!("{}:{}", target.arn(call), alias.name),
        "Name": alias.name,
        "FunctionVersion": version.unwrap_or_else(|| LATEST.to_owned()),
        "Description": alias.description,
        "RevisionId": revision(call, target, alias),
    });
    if let Some(other) = alias.other {
        let weights = json!({other.release.to_string(): other.weight});
        shown["RoutingConfig"] = json!({"AdditionalVersionWeights": weights});
    }
    shown
}

pub(super) fn revision(call: &Call<'_>, target: &Target, alias: &FunctionAlias) -> String {
    let made = alias.created_at.as_millis();
    let (account, function) = (call.account, &target.name);
    let (name, changes) = (&alias.name, alias.changes);
    uuid(&format!(
        "alias\0{account}\0{function}\0{name}\0{made}\0{changes}"
    ))
}
