//! EventBridge Scheduler: REST with JSON, operations on the same thing in one file.

mod group;
mod schedule;
mod tag;
mod target;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use steploom_api::Ports;
use steploom_types::{AccountId, Error, Kind, Name, Timestamp};

use crate::model::SCHEDULER;
use crate::{Answer, Failure, check};

/// A request to EventBridge Scheduler, its path and query decoded.
#[derive(Clone, Copy, Debug)]
pub struct SchedulerRequest<'a> {
    /// Such as `GET`.
    pub method: &'a str,
    /// What the path begins with: `schedules`, `schedule-groups` or `tags`.
    pub collection: &'a str,
    /// What stands behind that: a name or an ARN.
    pub name: Option<&'a str>,
    /// Names and values, in their order.
    pub query: &'a [(String, String)],
    /// JSON, or nothing.
    pub body: &'a [u8],
}

/// A request: who asks, and what for.
struct Call<'a> {
    ports: &'a Ports,
    account: AccountId,
    input: Value,
}

/// Carries out a request.
pub(crate) async fn answer(
    ports: &Ports,
    account: AccountId,
    request: SchedulerRequest<'_>,
) -> Answer {
    let Some(operation) = operation(request) else {
        return Err(refused("UnknownOperationException", 404, ""));
    };
    let known = SCHEDULER.operations.get(operation);
    let shape = known.and_then(|known| known.input.as_deref());
    let input = input(request)?;
    let input = match shape {
        Some(shape) => check::input(&SCHEDULER, shape, input)?,
        None => input,
    };
    let call = Call {
        ports,
        account,
        input: Value::Object(input),
    };
    match operation {
        "CreateSchedule" => schedule::create(&call).await,
        "UpdateSchedule" => schedule::update(&call).await,
        "GetSchedule" => schedule::get(&call).await,
        "DeleteSchedule" => schedule::delete(&call).await,
        "ListSchedules" => schedule::list(&call).await,
        "CreateScheduleGroup" => group::create(&call).await,
        "GetScheduleGroup" => group::get(&call).await,
        "DeleteScheduleGroup" => group::delete(&call).await,
        "ListScheduleGroups" => group::list(&call).await,
        "TagResource" => tag::tag(&call).await,
        "UntagResource" => tag::untag(&call).await,
        _ => tag::list(&call).await,
    }
}

fn operation(request: SchedulerRequest<'_>) -> Option<&'static str> {
    Some(
        match (request.collection, request.method, request.name.is_some()) {
            ("schedules", "POST", true) => "CreateSchedule",
            ("schedules", "PUT", true) => "UpdateSchedule",
            ("schedules", "GET", true) => "GetSchedule",
            ("schedules", "DELETE", true) => "DeleteSchedule",
            ("schedules", "GET", false) => "ListSchedules",
            ("schedule-groups", "POST", true) => "CreateScheduleGroup",
            ("schedule-groups", "GET", true) => "GetScheduleGroup",
            ("schedule-groups", "DELETE", true) => "DeleteScheduleGroup",
            ("schedule-groups", "GET", false) => "ListScheduleGroups",
            ("tags", "POST", true) => "TagResource",
            ("tags", "DELETE", true) => "UntagResource",
            ("tags", "GET", true) => "ListTagsForResource",
            _ => return None,
        },
    )
}

/// The members of an operation's input, from wherever they stand.
fn input(request: SchedulerRequest<'_>) -> Result<Map<String, Value>, Failure> {
    let mut input = match serde_json::from_slice(request.body) {
        Ok(Value::Object(fields)) => fields,
        _ if request.body.is_empty() => Map::new(),
        _ => return Err(Failure::new("SerializationException", "")),
    };
    for (name, value) in request.query {
        let value = Value::from(value.as_str());
        match name.as_str() {
            "TagKeys" => {
                let keys = input.entry("TagKeys").or_insert_with(|| json!([]));
                if let Value::Array(keys) = keys {
                    keys.push(value);
                }
            }
            "MaxResults" => {
                let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
                input.insert(name.clone(), number.map_or(value, Value::from));
            }
            "ScheduleGroup" | "groupName" => {
                input.insert("GroupName".to_owned(), value);
            }
            "clientToken" => {
                input.insert("ClientToken".to_owned(), value);
            }
            _ => {
                input.insert(name.clone(), value);
            }
        }
    }
    if let Some(name) = request.name {
        let member = if request.collection == "tags" {
            "ResourceArn"
        } else {
            "Name"
        };
        input.insert(member.to_owned(), name.into());
    }
    Ok(input)
}

impl Call<'_> {
    /// The input's fields, which are checked by now.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_value(self.input.clone())
            .map_err(|error| Failure::new("SerializationException", error.to_string()))
    }
}

/// A name that AWS takes; not all of them are ours.
fn name(text: &str) -> Result<Name, Failure> {
    text.parse()
        .map_err(|error: Error| Failure::validation(error.message))
}

/// The group that is meant.
fn group_of(given: Option<&str>) -> Result<Name, Failure> {
    name(given.unwrap_or("default"))
}

/// An instant, as REST with JSON has it: seconds.
fn seconds(at: Timestamp) -> Value {
    json!(at.as_millis() as f64 / 1_000.0)
}

fn refused(code: &str, status: u16, message: impl Into<String>) -> Failure {
    Failure {
        status,
        ..Failure::new(code, message)
    }
}

/// The words of AWS for an error about a schedule or group.
fn failure(error: Error, schedule: &str, group: &str) -> Failure {
    let (code, status, message) = match error.code {
        "ScheduleNotFound" => (
            "ResourceNotFoundException",
            404,
            format!("Schedule {schedule} does not exist."),
        ),
        "ScheduleGroupNotFound" => (
            "ResourceNotFoundException",
            404,
            format!("Schedule group {group} does not exist."),
        ),
        "ScheduleExists" => (
            "ConflictException",
            409,
            format!("Schedule {schedule} already exists."),
        ),
        "ScheduleGroupExists" => (
            "ConflictException",
            409,
            format!("Schedule group {group} already exists."),
        ),
        _ => {
            let (code, status) = match error.kind {
                Kind::Invalid | Kind::NotFound => ("ValidationException", 400),
                Kind::Conflict => ("ConflictException", 409),
                Kind::Denied => ("AccessDeniedException", 403),
                Kind::Exhausted => ("ThrottlingException", 429),
                Kind::Fenced | Kind::Unavailable => ("InternalServerException", 503),
                Kind::Corrupt | Kind::Internal => ("InternalServerException", 500),
            };
            return Failure {
                code: code.to_owned(),
                message: error.message.clone(),
                status,
                error: Some(Box::new(error)),
            };
        }
    };
    refused(code, status, message)
}
