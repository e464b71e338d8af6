//! Versions, which are releases here.

use serde::Deserialize;
use serde_json::json;
use steploom_api::wire;

use super::{Call, failure, machine, name, page_size, paged, seconds};
use crate::{Answer, Failure, page};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Publish {
    state_machine_arn: String,
    revision_id: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    state_machine_arn: String,
    max_results: Option<u32>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfVersion {
    state_machine_version_arn: String,
}

/// A description belongs to a version that is published.
///
/// # Errors
/// `ValidationException`.
pub(super) fn ensure_described(publish: bool, description: Option<&String>) -> Result<(), Failure> {
    if description.is_some() && !publish {
        let message = "Version description can only be set when publish is true";
        return Err(Failure::validation(message));
    }
    Ok(())
}

/// `PublishStateMachineVersion`
pub(super) async fn publish(call: &Call<'_>) -> Answer {
    let input: Publish = call.read()?;
    let machine_arn = &input.state_machine_arn;
    let name = name::bare_machine(machine_arn)?;
    let publish = wire::PublishMachine {
        description: input.description,
        revision: input.revision_id.clone(),
    };
    let releases = &call.ports.releases;
    let published = releases.publish(call.account, &name, publish).await;
    let (release, _) = match published {
        Ok(published) => published,
        Err(error) if error.code == "RevisionChanged" => {
            let profile = releases.profile(call.account, &name).await;
            let now = profile.map_err(|error| failure(error, machine_arn))?;
            let (asked, now) = (input.revision_id, now.revision);
            return Err(Failure::new(
                "ConflictException",
                format!(
                    "Failed to publish the State Machine version for revision {}. The current State Machine revision is {}.",
                    asked.unwrap_or_default(),
                    now.as_deref().unwrap_or("INITIAL"),
                ),
            ));
        }
        Err(error) => return Err(failure(error, machine_arn)),
    };
    Ok(json!({
        "creationDate": seconds(release.created_at),
        "stateMachineVersionArn": name::of(machine_arn, release.number),
    }))
}

/// `ListStateMachineVersions`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let name = name::bare_machine(&input.state_machine_arn)?;
    let releases = call.ports.releases.releases(call.account, &name).await;
    let items = match releases {
        Ok(releases) => releases.items,
        Err(error) if error.code == "MachineNotFound" => Vec::new(),
        Err(error) => return Err(failure(error, &input.state_machine_arn)),
    };
    let size = page_size(input.max_results) as usize;
    let (items, next) = page::cut(items, size, input.next_token.as_deref())?;
    let machine_arn = machine::arn_of(call, &name);
    let item = |release: &wire::Release| {
        json!({
            "stateMachineVersionArn": name::of(&machine_arn, release.number),
            "creationDate": seconds(release.created_at),
        })
    };
    let items = items.iter().map(item).collect();
    Ok(paged("stateMachineVersions", items, next))
}

/// `DeleteStateMachineVersion`: one that is not there is no error.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfVersion = call.read()?;
    let version_arn = &input.state_machine_version_arn;
    let (name, qualifier) = name::qualified(version_arn)?;
    let number = qualifier.as_str().parse();
    let number = number.map_err(|error| failure(error, version_arn))?;
    let deleted = call
        .ports
        .releases
        .delete_release(call.account, &name, number);
    match deleted.await {
        Ok(()) => Ok(json!({})),
        Err(error) if error.code == "ReleaseNotFound" || error.code == "MachineNotFound" => {
            Ok(json!({}))
        }
        Err(error) if error.code == "ReleaseInUse" => {
            let aliases = call.ports.releases.aliases(call.account, &name).await;
            let aliases = aliases.map_err(|error| failure(error, version_arn))?;
            let users: Vec<_> = aliases
                .items
                .iter()
                .filter(|alias| alias.routes.iter().any(|route| route.release == number))
                .map(|alias| alias.name.to_string())
                .collect();
            Err(Failure::new(
                "ConflictException",
                format!(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                    users.join(", ")
                ),
            ))
        }
        Err(error) => Err(failure(error, version_arn)),
    }
}
