//! What operations of Step Functions need, by their names and the ARNs in their input.

use steploom_auth::{Area, Caller, Need, Verb};
use steploom_aws::Input;
use steploom_types::{Result, arn};

/// Fields that name the machine, execution, map run or activity that an operation is about.
const NAMES: [&str; 7] = [
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "executionArn",
    "mapRunArn",
    "activityArn",
    "resourceArn",
];

/// Refuses a caller who may not do this operation with what its input names; with things of all
/// names, if it names none. One that is not known needs nothing: there is nothing that it does.
pub(crate) fn require(caller: &Caller, operation: &str, input: Option<&Input>) -> Result<()> {
    let Some(mut need) = need_of(operation) else {
        return Ok(());
    };
    // What cannot be read is refused by whoever carries it out.
    let fields = input.into_iter().flatten();
    let texts = fields.filter(|(name, _)| NAMES.contains(&name.as_str()));
    let mut named = Vec::new();
    for text in texts.filter_map(|(_, text)| text.as_str()) {
        let (kind, rest) = arn::states(text).unwrap_or(("", text));
        if kind == "activity" {
            need.area = Area::Activities;
        }
        named.push(rest.split([':', '/']).next().unwrap_or_default());
    }
    if matches!(operation, "CreateStateMachine" | "CreateActivity") {
        let name = input.and_then(|input| input.get("name"));
        named.extend(name.and_then(|name| name.as_str()));
    }
    if named.is_empty() {
        return caller.require(need, None);
    }
    let mut names = named.into_iter();
    names.try_for_each(|name| caller.require(need, Some(name)))
}

fn need_of(operation: &str) -> Option<Need> {
    use Area::{Activities, Executions, Machines, Tasks};
    use Verb::{Invoke, Read, Write};
    let (area, verb) = match operation {
        "ListStateMachines"
        | "DescribeStateMachine"
        | "DescribeStateMachineForExecution"
        | "ListStateMachineVersions"
        | "ListStateMachineAliases"
        | "DescribeStateMachineAlias"
        | "ListTagsForResource"
        | "ValidateStateMachineDefinition" => (Machines, Read),
        "CreateStateMachine"
        | "UpdateStateMachine"
        | "DeleteStateMachine"
        | "PublishStateMachineVersion"
        | "DeleteStateMachineVersion"
        | "CreateStateMachineAlias"
        | "UpdateStateMachineAlias"
        | "DeleteStateMachineAlias"
        | "TagResource"
        | "UntagResource" => (Machines, Write),
        "StartExecution" | "StartSyncExecution" | "RedriveExecution" | "TestState" => {
            (Executions, Invoke)
        }
        "StopExecution" | "UpdateMapRun" => (Executions, Write),
        "DescribeExecution"
        | "ListExecutions"
        | "GetExecutionHistory"
        | "DescribeMapRun"
        | "ListMapRuns" => (Executions, Read),
        "ListActivities" | "DescribeActivity" => (Activities, Read),
        "CreateActivity" | "DeleteActivity" => (Activities, Write),
        "GetActivityTask" => (Activities, Invoke),
        "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat" => (Tasks, Invoke),
        _ => return None,
    };
    Some(Need { area, verb })
}

#[cfg(test)]
mod tests;
