//! Groups of schedules.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{PutScheduleGroup, ScheduleGroup};
use steploom_types::{Name, limits};

use super::schedule::next;
use super::tag::{Tag, map_of};
use super::{Call, failure, name, seconds};
use crate::{Answer, Failure, page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    #[serde(default)]
    name_prefix: Option<String>,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    next_token: Option<String>,
}

/// `CreateScheduleGroup`.
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let create: Create = call.read()?;
    let name = name(&create.name)?;
    let put = PutScheduleGroup {
        tags: map_of(create.tags),
    };
    let schedules = &call.ports.schedules;
    let made = schedules.put_group(call.account, &name, put, true).await;
    let (made, _) = made.map_err(|error| failure(error, "", name.as_str()))?;
    Ok(json!({ "ScheduleGroupArn": made.arn }))
}

/// `GetScheduleGroup`.
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let name = named(call)?;
    let found = call.ports.schedules.get_group(call.account, &name).await;
    let found = found.map_err(|error| failure(error, "", name.as_str()))?;
    Ok(shown(&found))
}

/// `DeleteScheduleGroup`, with its schedules.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let name = named(call)?;
    let deleted = call.ports.schedules.delete_group(call.account, &name).await;
    deleted.map_err(|error| failure(error, "", name.as_str()))?;
    Ok(json!({}))
}

/// `ListScheduleGroups`.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let list: List = call.read()?;
    let limit = list.max_results.unwrap_or(limits::PAGE_SIZE_DEFAULT);
    let from = list.next_token.as_deref().map(next).transpose()?;
    let schedules = &call.ports.schedules;
    let found = schedules.list_groups(call.account, limit, from).await;
    let found = found.map_err(|error| failure(error, "", ""))?;
    let prefix = list.name_prefix.unwrap_or_default();
    let begins = |one: &&ScheduleGroup| one.name.as_str().starts_with(&prefix);
    let items: Vec<Value> = found.items.iter().filter(begins).map(shown).collect();
    let mut answer = json!({ "ScheduleGroups": items });
    if let Some(next) = found.next {
        answer["NextToken"] = page::token(&next).into();
    }
    Ok(answer)
}

fn named(call: &Call<'_>) -> Result<Name, Failure> {
    let named: Named = call.read()?;
    name(&named.name)
}

fn shown(group: &ScheduleGroup) -> Value {
    json!({
        "Arn": group.arn,
        "CreationDate": seconds(group.created_at),
        "LastModificationDate": seconds(group.modified_at),
        "Name": group.name,
        "State": group.state,
    })
}
