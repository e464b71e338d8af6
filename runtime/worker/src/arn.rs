//! The names that AWS gives to things of this platform, and what they name here.
//!
//! Of an ARN only the thing's own name counts: everything is looked up in the account of who asks.

use steploom_types::{AccountId, MachineName, Name};

/// The region that every ARN carries.
const REGION: &str = "us-east-1";

/// A machine's ARN.
pub(crate) fn machine(account: AccountId, machine: &MachineName) -> String {
    format!("arn:aws:states:{REGION}:{account}:stateMachine:{machine}")
}

/// An execution's ARN.
pub(crate) fn execution(account: AccountId, machine: &MachineName, name: &Name) -> String {
    format!("arn:aws:states:{REGION}:{account}:execution:{machine}:{name}")
}

/// An activity's ARN.
pub(crate) fn activity(account: AccountId, name: &Name) -> String {
    format!("arn:aws:states:{REGION}:{account}:activity:{name}")
}

/// What follows the kind in an ARN of Step Functions; the text itself if it is no ARN.
fn rest<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    if !text.starts_with("arn:") {
        return Some(text);
    }
    let mut parts = text.splitn(7, ':').skip(2);
    let is_ours = parts.next() == Some("states") && parts.nth(2) == Some(kind);
    parts.next().filter(|_| is_ours)
}

/// The machine that a text names, an ARN or a plain name, and which version of it.
pub(crate) fn parse_machine(text: &str) -> Option<(Name, Option<u32>)> {
    let rest = rest(text, "stateMachine")?;
    match rest.split_once(':') {
        None => Some((rest.parse().ok()?, None)),
        Some((name, version)) => Some((name.parse().ok()?, Some(version.parse().ok()?))),
    }
}

/// The execution that an ARN names.
pub(crate) fn parse_execution(text: &str) -> Option<(MachineName, Name)> {
    let (machine, name) = rest(text, "execution")?.rsplit_once(':')?;
    Some((machine.parse().ok()?, name.parse().ok()?))
}

/// The activity that a text names, an ARN or a plain name.
pub(crate) fn parse_activity(text: &str) -> Option<Name> {
    rest(text, "activity")?.parse().ok()
}

#[cfg(test)]
mod tests;
