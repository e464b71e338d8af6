//! Schedules.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_api::port::PutSchedule;
use steploom_api::wire::{
    AfterCompletion, ClockGap, ListSchedules, Schedule, ScheduleDefinition, ScheduleState,
};
use steploom_schedule::{Expression, Zone};
use steploom_types::{AccountId, Json, Name, Timestamp, limits};

use super::{Call, failure, group_of, name, seconds, target};
use crate::{Answer, Failure, page};

/// What `CreateSchedule` and `UpdateSchedule` take.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    name: String,
    #[serde(default)]
    group_name: Option<String>,
    schedule_expression: String,
    #[serde(default)]
    schedule_expression_timezone: Option<String>,
    flexible_time_window: FlexibleTimeWindow,
    target: Value,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    start_date: Option<Value>,
    #[serde(default)]
    end_date: Option<Value>,
    #[serde(default)]
    state: ScheduleState,
    #[serde(default)]
    action_after_completion: AfterCompletion,
    #[serde(default)]
    kms_key_arn: Option<String>,
    #[serde(default)]
    client_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: String,
    #[serde(default)]
    maximum_window_in_minutes: Option<u32>,
}

/// A schedule's name, and its group's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
    #[serde(default)]
    group_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    #[serde(default)]
    group_name: Option<String>,
    #[serde(default)]
    name_prefix: Option<String>,
    #[serde(default)]
    state: Option<ScheduleState>,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    next_token: Option<String>,
}

/// `CreateSchedule`. The same again with the same token gives the same answer.
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let put: Put = call.read()?;
    let (group, name) = (group_of(put.group_name.as_deref())?, name(&put.name)?);
    let definition = definition(&put)?;
    let schedules = &call.ports.schedules;
    let id = (&group, &name);
    let made = schedules.put(call.account, id, definition, PutSchedule::Create);
    match made.await {
        Ok((made, _)) => Ok(json!({ "ScheduleArn": made.arn })),
        Err(error) if error.code == "ScheduleExists" && put.client_token.is_some() => {
            let there = schedules.get(call.account, id).await;
            let there = there.map_err(|error| failure(error, &put.name, group.as_str()))?;
            if token(&there).as_deref() == put.client_token.as_deref() {
                return Ok(json!({ "ScheduleArn": there.arn }));
            }
            Err(failure(error, &put.name, group.as_str()))
        }
        Err(error) => Err(failure(error, &put.name, group.as_str())),
    }
}

/// `UpdateSchedule`: what is left out is as in a new one.
pub(super) async fn update(call: &Call<'_>) -> Answer {
    let put: Put = call.read()?;
    let (group, name) = (group_of(put.group_name.as_deref())?, name(&put.name)?);
    let definition = definition(&put)?;
    let schedules = &call.ports.schedules;
    let changed = schedules
        .put(
            call.account,
            (&group, &name),
            definition,
            PutSchedule::Update,
        )
        .await
        .map_err(|error| failure(error, &put.name, group.as_str()))?;
    Ok(json!({ "ScheduleArn": changed.0.arn }))
}

/// `GetSchedule`.
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let (group, name) = named(call)?;
    let schedules = &call.ports.schedules;
    let found = schedules.get(call.account, (&group, &name)).await;
    let found = found.map_err(|error| failure(error, name.as_str(), group.as_str()))?;
    Ok(shown(call.account, &found))
}

/// `DeleteSchedule`.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let (group, name) = named(call)?;
    let schedules = &call.ports.schedules;
    let deleted = schedules.delete(call.account, (&group, &name)).await;
    deleted.map_err(|error| failure(error, name.as_str(), group.as_str()))?;
    Ok(json!({}))
}

/// `ListSchedules`.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let list: List = call.read()?;
    let group = list.group_name.as_deref().map(super::name).transpose()?;
    if let Some(group) = &group {
        let found = call.ports.schedules.get_group(call.account, group).await;
        found.map_err(|error| failure(error, "", group.as_str()))?;
    }
    let asked = ListSchedules {
        group,
        name_prefix: list.name_prefix,
        state: list.state,
        limit: Some(list.max_results.unwrap_or(limits::PAGE_SIZE_DEFAULT)),
        next: list.next_token.as_deref().map(next).transpose()?,
    };
    let found = call.ports.schedules.list(call.account, asked).await;
    let found = found.map_err(|error| failure(error, "", ""))?;
    let item = |one: &Schedule| {
        let target = target::show(call.account, &one.definition);
        json!({
            "Arn": one.arn,
            "CreationDate": seconds(one.created_at),
            "GroupName": one.group,
            "LastModificationDate": seconds(one.modified_at),
            "Name": one.name,
            "State": one.definition.state,
            "Target": { "Arn": target["Arn"] },
        })
    };
    let items: Vec<Value> = found.items.iter().map(item).collect();
    let mut answer = json!({ "Schedules": items });
    if let Some(next) = found.next {
        answer["NextToken"] = page::token(&next).into();
    }
    Ok(answer)
}

/// Where a page begins.
pub(super) fn next(token: &str) -> Result<String, Failure> {
    page::place(token).map_err(|_| Failure::validation("Invalid NextToken."))
}

fn named(call: &Call<'_>) -> Result<(Name, Name), Failure> {
    let named: Named = call.read()?;
    Ok((group_of(named.group_name.as_deref())?, name(&named.name)?))
}

/// What AWS's fields mean here; those that mean nothing are kept to be given back.
fn definition(put: &Put) -> Result<ScheduleDefinition, Failure> {
    Expression::parse_aws(&put.schedule_expression)
        .map_err(|error| Failure::validation(error.as_aws()))?;
    let zone = put.schedule_expression_timezone.as_deref().unwrap_or("UTC");
    let zone = Zone::parse(zone).map_err(|_| {
        Failure::validation(format!("Invalid Schedule Expression Timezone {zone}."))
    })?;
    let (target, retry, dead_letter) = target::read(&put.target)?;
    let mut definition = ScheduleDefinition::new(&put.schedule_expression, target);
    zone.name().clone_into(&mut definition.time_zone);
    definition.description.clone_from(&put.description);
    definition.start_at = put.start_date.as_ref().map(instant).transpose()?;
    definition.end_at = put.end_date.as_ref().map(instant).transpose()?;
    definition.state = put.state;
    definition.jitter_seconds = window(&put.flexible_time_window)? * 60;
    definition.clock_gap = ClockGap::Skip;
    definition.catch_up_seconds = u64::from(retry.age_seconds_max);
    (definition.retry, definition.dead_letter) = (retry, dead_letter);
    definition.after_completion = put.action_after_completion;
    let mut kept = Map::new();
    kept.insert("Target".to_owned(), put.target.clone());
    for (key, value) in [
        ("KmsKeyArn", &put.kms_key_arn),
        ("ClientToken", &put.client_token),
    ] {
        if let Some(value) = value {
            kept.insert(key.to_owned(), value.as_str().into());
        }
    }
    definition.aws = Some(Json::from(Value::Object(kept)));
    Ok(definition)
}

/// Minutes over which firings are spread.
fn window(window: &FlexibleTimeWindow) -> Result<u32, Failure> {
    match (window.mode.as_str(), window.maximum_window_in_minutes) {
        ("OFF", None) => Ok(0),
        ("OFF", Some(_)) => Err(Failure::validation(
            "MaximumWindowInMinutes must not be set when FlexibleTimeWindow Mode is OFF.",
        )),
        (_, Some(minutes)) => Ok(minutes),
        (_, None) => Err(Failure::validation(
            "MaximumWindowInMinutes must be set when FlexibleTimeWindow Mode is FLEXIBLE.",
        )),
    }
}

/// An instant as REST with JSON takes it: seconds, or RFC 3339.
fn instant(value: &Value) -> Result<Timestamp, Failure> {
    let bad = || Failure::validation(format!("Invalid timestamp: {value}"));
    match value {
        Value::Number(seconds) => {
            let seconds = seconds.as_f64().ok_or_else(bad)?;
            Ok(Timestamp::from_millis((seconds * 1_000.0).round() as i64))
        }
        Value::String(text) => text.parse().map_err(|_| bad()),
        _ => Err(bad()),
    }
}

fn kept(of: &Schedule, key: &str) -> Option<String> {
    let kept = of.definition.aws.as_ref()?.value().get(key)?;
    kept.as_str().map(str::to_owned)
}

fn token(of: &Schedule) -> Option<String> {
    kept(of, "ClientToken")
}

fn shown(account: AccountId, of: &Schedule) -> Value {
    let definition = &of.definition;
    let window = match definition.jitter_seconds {
        0 => json!({ "Mode": "OFF" }),
        seconds => json!({
            "Mode": "FLEXIBLE",
            "MaximumWindowInMinutes": seconds.div_ceil(60),
        }),
    };
    let mut answer = json!({
        "ActionAfterCompletion": definition.after_completion,
        "Arn": of.arn,
        "CreationDate": seconds(of.created_at),
        "FlexibleTimeWindow": window,
        "GroupName": of.group,
        "LastModificationDate": seconds(of.modified_at),
        "Name": of.name,
        "ScheduleExpression": definition.expression,
        "ScheduleExpressionTimezone": definition.time_zone,
        "State": definition.state,
        "Target": target::show(account, definition),
    });
    for (key, at) in [
        ("StartDate", definition.start_at),
        ("EndDate", definition.end_at),
    ] {
        if let Some(at) = at {
            answer[key] = seconds(at);
        }
    }
    let texts = [
        ("Description", definition.description.clone()),
        ("KmsKeyArn", kept(of, "KmsKeyArn")),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            answer[key] = text.into();
        }
    }
    answer
}
