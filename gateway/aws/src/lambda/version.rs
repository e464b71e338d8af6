//! Published versions, which are releases here.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{Function, FunctionProfile, FunctionRelease, FunctionVersion};
use steploom_types::{Error, Timestamp};

use super::configuration::Shown;
use super::function::{ensure_revision, remove_status, shown};
use super::name::{LATEST, Target};
use super::{Answer, Call, failure, invalid, missing, page_size};
use crate::{Failure, page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Publish {
    function_name: String,
    #[serde(rename = "CodeSha256")]
    code_sha256: Option<String>,
    description: Option<String>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    function_name: String,
    marker: Option<String>,
    max_items: Option<u32>,
}

/// A version that a request names, with what is needed to show it.
pub(super) struct Found {
    pub(super) version: FunctionVersion,
    pub(super) label: String,
    pub(super) profile: FunctionProfile,
    made_at: Timestamp,
}

impl Found {
    /// The version that a name and a qualifier stand for; of an alias for two, the first.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(super) async fn find(call: &Call<'_>, target: &Target) -> Result<Self, Failure> {
        let told = |error| failure(error, &target.qualified_arn(call));
        let function = call.ports.functions.get(call.account, &target.name).await;
        let function = function.map_err(told)?;
        let profiles = &call.ports.function_profiles;
        let profile = profiles.profile(call.account, &target.name).await;
        let profile = profile.map_err(told)?;
        let absent = || told(Error::not_found("FunctionNotFound", ""));
        let release = match target.published() {
            None => None,
            Some(text) => {
                if let Ok(number) = text.parse() {
                    Some(number)
                } else {
                    let alias = text.parse().ok();
                    let alias = alias.and_then(|name| profile.aliases.get(&name));
                    alias.ok_or_else(absent)?.release
                }
            }
        };
        let made_at = function.created_at;
        let Some(number) = release else {
            return Ok(Self {
                version: function.latest,
                label: LATEST.to_owned(),
                profile,
                made_at,
            });
        };
        let release = profile.releases.iter().find(|one| one.number == number);
        let release = release.ok_or_else(absent)?.clone();
        let functions = &call.ports.functions;
        let found = functions.version(call.account, &target.name, release.version);
        let version = described(found.await.map_err(told)?, &release);
        Ok(Self {
            version,
            label: number.to_string(),
            profile,
            made_at,
        })
    }

    /// To be shown under an ARN.
    pub(super) fn shown<'a>(&'a self, target: &'a Target, arn: String) -> Shown<'a> {
        Shown {
            name: &target.name,
            arn,
            label: self.label.clone(),
            version: &self.version,
            made_at: self.made_at,
        }
    }
}

/// A release's description stands for its version's own.
fn described(mut version: FunctionVersion, release: &FunctionRelease) -> FunctionVersion {
    if let Some(description) = &release.description {
        version.settings.description.clone_from(description);
    }
    version
}

/// Publishes the newest version, and shows what was published.
pub(super) async fn publish_now(
    call: &Call<'_>,
    target: &Target,
    description: Option<String>,
) -> Result<Value, Failure> {
    let profiles = &call.ports.function_profiles;
    let published = profiles.publish(call.account, &target.name, description);
    let (release, _) = published
        .await
        .map_err(|error| failure(error, &target.arn(call)))?;
    let published = Target {
        name: target.name.clone(),
        qualifier: Some(release.number.to_string()),
    };
    let found = Found::find(call, &published).await?;
    let shown = found.shown(&published, published.qualified_arn(call));
    Ok(shown.configuration(call).into())
}

/// `PublishVersion`
pub(super) async fn publish(call: &Call<'_>) -> Answer {
    let input: Publish = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let function = call.ports.functions.get(call.account, &target.name).await;
    let function = function.map_err(|error| failure(error, &target.arn(call)))?;
    ensure_revision(call, &target, &function, input.revision_id.as_ref())?;
    let now = shown(&target, &function).configuration(call);
    if let Some(wanted) = &input.code_sha256
        && now.get("CodeSha256").and_then(Value::as_str) != Some(wanted)
    {
        return Err(invalid(format!(
            "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({}). Please try again with the CodeSHA256 in $LATEST.",
            now["CodeSha256"].as_str().unwrap_or_default()
        )));
    }
    Ok(publish_now(call, &target, input.description).await?.into())
}

/// `ListVersionsByFunction`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let function = call.ports.functions.get(call.account, &target.name).await;
    let function = function.map_err(|error| failure(error, &target.arn(call)))?;
    let versions = all(call, &target, &function).await?;
    let size = page_size(input.max_items) as usize;
    let (versions, next) = page::cut(versions, size, input.marker.as_deref())?;
    let mut answer = json!({"Versions": versions});
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer.into())
}

/// The newest version and the published ones, as lists show them.
pub(super) async fn all(
    call: &Call<'_>,
    target: &Target,
    function: &Function,
) -> Result<Vec<Value>, Failure> {
    let told = |error| failure(error, &target.arn(call));
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let releases = profile.map_err(told)?.releases;
    let mut versions = Vec::with_capacity(releases.len() + 1);
    for release in std::iter::once(None).chain(releases.into_iter().map(Some)) {
        let mut item = function.clone();
        let mut label = LATEST.to_owned();
        if let Some(release) = release {
            let functions = &call.ports.functions;
            let version = functions.version(call.account, &target.name, release.version);
            item.latest = described(version.await.map_err(told)?, &release);
            label = release.number.to_string();
        }
        let mut shown = shown(target, &item);
        shown.arn = format!("{}:{label}", target.arn(call));
        shown.label = label;
        let mut shown = Value::Object(shown.configuration(call));
        remove_status(&mut shown);
        versions.push(shown);
    }
    Ok(versions)
}

/// Deletes a published version; one that is not there is no error.
pub(super) async fn delete(call: &Call<'_>, target: &Target, qualifier: &str) -> Answer {
    let Ok(number) = qualifier.parse() else {
        return Err(invalid("Deletion of aliases is not currently supported."));
    };
    let profiles = &call.ports.function_profiles;
    let deleted = profiles.delete_release(call.account, &target.name, number);
    match deleted.await {
        Err(error) if error.code == "ReleaseNotFound" => {}
        Err(error) if error.code == "FunctionNotFound" => {
            return Err(missing(format!(
                "Function not found: {}",
                target.qualified_arn(call)
            )));
        }
        Err(error) if error.code == "ReleaseInUse" => {
            let profile = profiles.profile(call.account, &target.name).await;
            let profile = profile.map_err(|error| failure(error, &target.arn(call)))?;
            let aliases = profile.aliases.values().filter(|alias| {
                let other = alias.other.map(|other| other.release);
                alias.release == Some(number) || other == Some(number)
            });
            let arns: Vec<_> = aliases
                .map(|alias| format!("{}:{}", target.arn(call), alias.name))
                .collect();
            return Err(Failure::new(
                "ResourceConflictException",
                format!("Function version {number} is used by: {}", arns.join(", ")),
            ));
        }
        other => other.map_err(|error| failure(error, &target.arn(call)))?,
    }
    Ok(json!({"StatusCode": 204}).into())
}
