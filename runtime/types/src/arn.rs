//! The names that AWS gives to things of this platform, and what they name here.
//!
//! Of an ARN only the thing's own name counts: everything is looked up in the account of who asks.
//! Where an ARN may stand, a plain name may stand as well.

use std::fmt::{self, Write};

use crate::{AccountId, ExecutionId, MachineName, Name};

/// The region that every ARN carries.
pub const REGION: &str = "us-east-1";

/// The text of an ARN, in one allocation: some are made for every execution.
fn written(arn: fmt::Arguments<'_>) -> String {
    /// As long as most are.
    const LENGTH: usize = 160;
    let mut text = String::with_capacity(LENGTH);
    // Writing into a text does not fail.
    let _ = text.write_fmt(arn);
    text
}

/// A machine's ARN.
pub fn machine(account: AccountId, machine: &MachineName) -> String {
    written(format_args!(
        "arn:aws:states:{REGION}:{account}:stateMachine:{machine}"
    ))
}

/// The ARN of a machine's release (its number) or alias.
pub fn qualified(account: AccountId, name: &MachineName, qualifier: &str) -> String {
    format!("{}:{qualifier}", machine(account, name))
}

/// An execution's ARN.
pub fn execution(account: AccountId, machine: &MachineName, name: &Name) -> String {
    written(format_args!(
        "arn:aws:states:{REGION}:{account}:execution:{machine}:{name}"
    ))
}

/// The ARN of an execution of an EXPRESS machine.
pub fn express(account: AccountId, machine: &MachineName, name: &Name, id: ExecutionId) -> String {
    written(format_args!(
        "arn:aws:states:{REGION}:{account}:express:{machine}:{name}:{id}"
    ))
}

/// The role of machines that were given none: it says who runs them. Nothing takes it on.
pub fn role(account: AccountId) -> String {
    format!("arn:aws:iam::{account}:role/steploom")
}

/// An activity's ARN.
pub fn activity(account: AccountId, name: &Name) -> String {
    written(format_args!(
        "arn:aws:states:{REGION}:{account}:activity:{name}"
    ))
}

/// A function's ARN.
pub fn function(account: AccountId, name: &Name) -> String {
    format!("arn:aws:lambda:{REGION}:{account}:function:{name}")
}

/// A schedule's ARN.
pub fn schedule(account: AccountId, group: &Name, name: &Name) -> String {
    format!("arn:aws:scheduler:{REGION}:{account}:schedule/{group}/{name}")
}

/// The ARN of a group of schedules.
pub fn schedule_group(account: AccountId, name: &Name) -> String {
    format!("arn:aws:scheduler:{REGION}:{account}:schedule-group/{name}")
}

/// What an ARN of Step Functions names: the kind, such as `stateMachine`, and what follows it.
pub fn states(text: &str) -> Option<(&str, &str)> {
    let (_partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let (_region, rest) = rest.strip_prefix("states:")?.split_once(':')?;
    let (_account, rest) = rest.split_once(':')?;
    rest.split_once(':')
}

/// What AWS says of a text that is no ARN of such a thing of Step Functions: `kind` is as in
/// [`states`]. `None` for one that is, whatever follows.
pub fn complaint(text: &str, kind: &str) -> Option<String> {
    if !text.starts_with("arn:") {
        return Some(format!("Invalid ARN prefix: {text}"));
    }
    match states(text) {
        Some((named, _)) if named == kind => None,
        Some((named, _)) => Some(format!("Resource type not valid in this context: {named}")),
        None => Some(format!("Invalid ARN: {text}")),
    }
}

/// What follows the kind in an ARN of Step Functions; the text itself if it is no ARN.
fn rest<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    if !text.starts_with("arn:") {
        return Some(text);
    }
    let (named, rest) = states(text)?;
    (named == kind).then_some(rest)
}

/// The machine that a text names, an ARN or a plain name, and which release or alias of it.
pub fn parse_machine(text: &str) -> Option<(Name, Option<Name>)> {
    let rest = rest(text, "stateMachine")?;
    match rest.split_once(':') {
        None => Some((rest.parse().ok()?, None)),
        Some((name, qualifier)) => Some((name.parse().ok()?, Some(qualifier.parse().ok()?))),
    }
}

/// The execution that an ARN names.
pub fn parse_execution(text: &str) -> Option<(MachineName, Name)> {
    let (machine, name) = rest(text, "execution")?.rsplit_once(':')?;
    Some((machine.parse().ok()?, name.parse().ok()?))
}

/// The activity that a text names, an ARN or a plain name.
pub fn parse_activity(text: &str) -> Option<Name> {
    rest(text, "activity")?.parse().ok()
}

/// The id of a map run, by its number within an execution; of that id and the number, the execution.
pub fn map_run_id(of: ExecutionId, number: u64) -> ExecutionId {
    let bits = u128::from_be_bytes(of.to_bytes()) ^ u128::from(number);
    ExecutionId::from_bytes(bits.to_be_bytes())
}

/// The machine whose map run an ARN names, and the map run's id, see [`map_run_id`].
pub fn parse_map_run(text: &str) -> Option<(MachineName, ExecutionId)> {
    let (labelled, id) = rest(text, "mapRun")?.rsplit_once(':')?;
    let (machine, _label) = labelled.split_once('/')?;
    Some((machine.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests;
