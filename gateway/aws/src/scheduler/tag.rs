//! Tags of groups of schedules; schedules have none, as on AWS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use steploom_api::wire::{PutScheduleGroup, ScheduleGroup};
use steploom_types::Name;

use super::{Call, failure, name};
use crate::{Answer, Failure};

/// A tag, as AWS writes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    resource_arn: String,
}

/// `ListTagsForResource`.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let group = group(call).await?;
    let tag = |(key, value)| Tag { key, value };
    let tags: Vec<Tag> = group.tags.into_iter().map(tag).collect();
    Ok(json!({ "Tags": tags }))
}

/// `TagResource`.
pub(super) async fn tag(call: &Call<'_>) -> Answer {
    let change: Change = call.read()?;
    let mut group = group(call).await?;
    group.tags.extend(map_of(change.tags));
    put(call, group).await
}

/// `UntagResource`.
pub(super) async fn untag(call: &Call<'_>) -> Answer {
    let change: Change = call.read()?;
    let mut group = group(call).await?;
    group.tags.retain(|key, _| !change.tag_keys.contains(key));
    put(call, group).await
}

async fn put(call: &Call<'_>, group: ScheduleGroup) -> Answer {
    let tags = PutScheduleGroup { tags: group.tags };
    let schedules = &call.ports.schedules;
    let put = schedules.put_group(call.account, &group.name, tags, false);
    put.await
        .map_err(|error| failure(error, "", group.name.as_str()))?;
    Ok(json!({}))
}

async fn group(call: &Call<'_>) -> Result<ScheduleGroup, Failure> {
    let named: Named = call.read()?;
    let name = name_in(&named.resource_arn)?;
    let found = call.ports.schedules.get_group(call.account, &name).await;
    found.map_err(|error| failure(error, "", name.as_str()))
}

fn name_in(arn: &str) -> Result<Name, Failure> {
    let found = arn.split_once(":schedule-group/").map(|(_, name)| name);
    name(found.ok_or_else(|| Failure::validation(format!("Invalid ResourceArn {arn}.")))?)
}

pub(super) fn map_of(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}
