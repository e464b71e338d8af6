//! The context object of a state under test.

use serde_json::{Map, Value, json};
use steploom_types::Json;

use super::rewrite::{STATE_NAME, Subject};
use super::{Refused, Request};
use crate::World;

/// What the fields of a context object may be called, and which of them are texts.
const FIELDS: [(&str, &[&str]); 4] = [
    (
        "Execution",
        &[
            "Id",
            "Input",
            "Name",
            "RoleArn",
            "StartTime",
            "RedriveCount",
            "RedriveTime",
        ],
    ),
    ("State", &["Name", "EnteredTime", "RetryCount"]),
    ("StateMachine", &["Id", "Name"]),
    ("Task", &["Token"]),
];

/// Fields that are no texts.
const NO_TEXTS: [&str; 3] = ["Input", "RedriveCount", "RetryCount"];

/// The name of the execution and of the machine, where none is given.
const NAME: &str = "00000000-0000-4000-8000-000000000000";

/// The context object: what was given, or that of an execution made up.
pub(super) fn of(
    request: &Request,
    subject: &Subject,
    input: &Json,
    world: &World,
) -> Result<Value, Refused> {
    let Some(text) = &request.context else {
        return Ok(made_up(request, subject, input, world));
    };
    let Ok(Value::Object(given)) = serde_json::from_str(text) else {
        return Err(Refused::validation(
            "Invalid Context object provided: must be a valid JSON object",
        ));
    };
    check(&given)?;
    Ok(given.into())
}

fn made_up(request: &Request, subject: &Subject, input: &Json, world: &World) -> Value {
    let account = world.account;
    let at = world.begins_at.to_string();
    let mut state = json!({"Name": STATE_NAME, "EnteredTime": at});
    if matches!(subject.kind(), "Task" | "Map" | "Parallel") {
        state["RetryCount"] = request.retries.into();
    }
    json!({
        "Execution": {
            "Id": format!("arn:aws:states:us-east-1:{account}:express:{NAME}:{NAME}"),
            "Input": input.value(),
            "Name": NAME,
            "RoleArn": request.role_arn,
            "StartTime": at,
        },
        "StateMachine": {
            "Id": format!("arn:aws:states:us-east-1:{account}:stateMachine:{NAME}"),
            "Name": NAME,
        },
        "State": state,
    })
}

fn check(given: &Map<String, Value>) -> Result<(), Refused> {
    let refuse = |why: String| {
        Err(Refused::validation(format!(
            "Invalid Context object provided: {why}"
        )))
    };
    for (name, value) in given {
        if name == "Map" {
            return refuse("'Map' field is not supported when mocking a Context object".to_owned());
        }
        let Some((_, known)) = FIELDS.iter().find(|(field, _)| field == name) else {
            return refuse(format!("Field '{name}' is not allowed"));
        };
        let Some(fields) = value.as_object() else {
            return refuse(format!("{name} must be an object"));
        };
        for (field, value) in fields {
            if !known.contains(&field.as_str()) {
                return refuse(format!("Field '{field}' is not allowed"));
            }
            if !NO_TEXTS.contains(&field.as_str()) && !value.is_string() {
                return refuse(format!("{name}.{field} must be a string"));
            }
            if field.ends_with("Count") && !value.is_u64() {
                return refuse(format!("{name}.{field} must be a number"));
            }
        }
    }
    Ok(())
}
