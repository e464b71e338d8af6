//! Tags of machines and activities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steploom_api::wire;
use steploom_types::{Error, arn};

use super::{Call, failure, name};
use crate::{Answer, Failure};

/// A tag, as AWS has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tag {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    resource_arn: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

/// Tags by key; the last of one key counts.
pub(super) fn map(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// `TagResource`
pub(super) async fn tag(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    let change = wire::ChangeTags {
        set: map(input.tags),
        remove: Vec::new(),
    };
    change_tags(call, &input.resource_arn, change).await?;
    Ok(json!({}))
}

/// `UntagResource`
pub(super) async fn untag(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    let change = wire::ChangeTags {
        set: BTreeMap::new(),
        remove: input.tag_keys,
    };
    change_tags(call, &input.resource_arn, change).await?;
    Ok(json!({}))
}

/// `ListTagsForResource`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    let resource = &input.resource_arn;
    let tags = if let Some(("activity", _)) = arn::states(resource) {
        let changed = change_tags(call, resource, wire::ChangeTags::default()).await?;
        changed.tags
    } else {
        let (name, _) = name::machine(resource)?;
        let profile = call.ports.releases.profile(call.account, &name).await;
        profile.map_err(|error| missing(error, resource))?.tags
    };
    let tag = |(key, value): (String, String)| json!({"key": key, "value": value});
    let tags: Value = tags.into_iter().map(tag).collect();
    Ok(json!({"tags": tags}))
}

async fn change_tags(
    call: &Call<'_>,
    resource: &str,
    change: wire::ChangeTags,
) -> Result<wire::Tags, Failure> {
    let changed = if let Some(("activity", _)) = arn::states(resource) {
        let name = name::activity(resource)?;
        let activities = &call.ports.activities;
        activities.change_tags(call.account, &name, change).await
    } else {
        let (name, _) = name::machine(resource)?;
        let releases = &call.ports.releases;
        releases.change_tags(call.account, &name, change).await
    };
    changed.map_err(|error| missing(error, resource))
}

fn missing(error: Error, resource: &str) -> Failure {
    match error.code {
        "MachineNotFound" | "ActivityNotFound" => Failure {
            error: Some(Box::new(error)),
            ..Failure::new(
                "ResourceNotFound",
                format!("Resource not found: '{resource}'"),
            )
        },
        _ => failure(error, resource),
    }
}
