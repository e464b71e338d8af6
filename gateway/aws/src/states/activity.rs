//! Activities, and the tasks that their workers take.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire;
use steploom_types::limits;

use super::encryption::{self, Encryption};
use super::{Call, failure, name, next_of, page_size, paged, seconds, tag, token_of};
use crate::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: String,
    encryption_configuration: Option<Encryption>,
    #[serde(default)]
    tags: Vec<tag::Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfActivity {
    activity_arn: String,
    worker_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// `CreateActivity`: one that is there is left as it is.
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let input: Create = call.read()?;
    let name = name::parse(&input.name)?;
    encryption::ensure_ours(input.encryption_configuration.as_ref())?;
    let told = |error| failure(error, &input.name);
    let activities = &call.ports.activities;
    let (activity, is_new) = activities
        .put(call.account, name.clone())
        .await
        .map_err(told)?;
    if is_new && !input.tags.is_empty() {
        let change = wire::ChangeTags {
            set: tag::map(input.tags),
            remove: Vec::new(),
        };
        let tagged = activities.change_tags(call.account, &name, change).await;
        tagged.map_err(told)?;
    }
    Ok(json!({
        "activityArn": activity.arn,
        "creationDate": seconds(activity.created_at),
    }))
}

/// `DescribeActivity`
pub(super) async fn describe(call: &Call<'_>) -> Answer {
    let input: OfActivity = call.read()?;
    let name = name::activity(&input.activity_arn)?;
    let found = call.ports.activities.get(call.account, &name).await;
    let found = found.map_err(|error| failure(error, &input.activity_arn))?;
    let mut shown = item(&found);
    shown["encryptionConfiguration"] = json!({"type": "AWS_OWNED_KEY"});
    Ok(shown)
}

/// `ListActivities`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let next = next_of(input.next_token.as_deref())?;
    let size = page_size(input.max_results);
    let page = call.ports.activities.list(call.account, size, next).await;
    let page = page.map_err(|error| failure(error, ""))?;
    let items = page.items.iter().map(item).collect();
    Ok(paged("activities", items, token_of(page.next)))
}

/// `DeleteActivity`: one that is not there is no error.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfActivity = call.read()?;
    let name = name::activity(&input.activity_arn)?;
    match call.ports.activities.delete(call.account, &name).await {
        Err(error) if error.code != "ActivityNotFound" => Err(failure(error, &input.activity_arn)),
        _ => Ok(json!({})),
    }
}

/// `GetActivityTask`: waits for a task, and answers with nothing if none came.
pub(super) async fn take(call: &Call<'_>) -> Answer {
    let input: OfActivity = call.read()?;
    let name = name::activity(&input.activity_arn)?;
    let wait = Duration::from_secs(limits::ACTIVITY_POLL_SECONDS_MAX);
    let activities = &call.ports.activities;
    let taken = activities.take_activity(call.account, &name, input.worker_name, wait);
    let taken = taken
        .await
        .map_err(|error| failure(error, &input.activity_arn))?;
    Ok(match taken {
        None => json!({}),
        Some(task) => json!({"taskToken": task.task_token, "input": task.input.text()}),
    })
}

fn item(activity: &wire::Activity) -> Value {
    json!({
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": seconds(activity.created_at),
    })
}
