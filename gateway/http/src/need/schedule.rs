//! What schedules need: the schedule itself by its name, and what it starts, so that nobody starts by a
//! schedule what they may not start.

use serde_json::Value;
use steploom_api::wire::ScheduleDefinition;
use steploom_auth::{Area, Caller, Need, Verb};
use steploom_aws::SchedulerRequest;
use steploom_types::{Result, arn};

/// Refuses a caller who may not start what a definition starts, or put what it puts.
pub(crate) fn require_definition(caller: &Caller, definition: &ScheduleDefinition) -> Result<()> {
    let target = &definition.target;
    if let Some(machine) = &target.machine {
        invoke(caller, Area::Executions, machine.as_str())?;
    }
    if let Some(function) = &target.function {
        invoke(caller, Area::Functions, function.as_str())?;
    }
    let Some(letter) = &definition.dead_letter else {
        return Ok(());
    };
    if let Some(bucket) = &letter.bucket {
        put(caller, bucket.as_str())?;
    }
    if let Some(machine) = &letter.machine {
        invoke(caller, Area::Executions, machine.as_str())?;
    }
    letter
        .arn
        .as_deref()
        .map_or(Ok(()), |arn| named(caller, arn))
}

/// The same for a request to EventBridge Scheduler. A group is deleted with schedules of all names.
pub(crate) fn require(caller: &Caller, request: SchedulerRequest<'_>) -> Result<()> {
    let verb = match request.method {
        "GET" => Verb::Read,
        _ => Verb::Write,
    };
    let area = Area::Schedules;
    let of_all = (request.method, request.collection) == ("DELETE", "schedule-groups");
    // What is behind the last slash of an ARN is the group's name.
    let name = request.name.and_then(|name| name.rsplit('/').next());
    caller.require(Need { area, verb }, name.filter(|_| !of_all))?;
    // What cannot be read is refused by whoever carries it out.
    let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
    let target = &body["Target"];
    let arns = [&target["Arn"], &target["DeadLetterConfig"]["Arn"]];
    let mut arns = arns.into_iter().filter_map(Value::as_str);
    arns.try_for_each(|arn| named(caller, arn))
}

/// What an ARN names that a schedule starts or puts; others do nothing.
fn named(caller: &Caller, text: &str) -> Result<()> {
    if let Some((machine, _)) = arn::parse_machine(text) {
        return invoke(caller, Area::Executions, machine.as_str());
    }
    let parts: Vec<&str> = text.split(':').collect();
    match &parts[..] {
        ["arn", _, "lambda", _, _, "function", function, ..] => {
            invoke(caller, Area::Functions, function)
        }
        ["arn", _, "s3", _, _, bucket] => put(caller, bucket),
        _ => Ok(()),
    }
}

fn invoke(caller: &Caller, area: Area, name: &str) -> Result<()> {
    let verb = Verb::Invoke;
    caller.require(Need { area, verb }, Some(name))
}

fn put(caller: &Caller, bucket: &str) -> Result<()> {
    let need = Need {
        area: Area::Objects,
        verb: Verb::Write,
    };
    caller.require(need, Some(bucket))
}

#[cfg(test)]
mod tests;
