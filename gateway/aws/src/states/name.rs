//! Names and ARNs in requests.

use serde_json::Value;
use steploom_types::{MachineName, Name, arn};

use crate::Failure;

/// A name that a caller gives to something.
///
/// # Errors
/// `InvalidName`.
pub(super) fn parse(text: &str) -> Result<Name, Failure> {
    text.parse()
        .map_err(|_| Failure::new("InvalidName", format!("Invalid Name: '{text}'")))
}

/// The machine of an ARN, and which version or alias of it.
///
/// # Errors
/// `InvalidArn`.
pub(super) fn machine(text: &str) -> Result<(Name, Option<Name>), Failure> {
    of_kind(text, "stateMachine", arn::parse_machine)
}

/// The machine of an ARN that names neither a version nor an alias.
///
/// # Errors
/// `InvalidArn`; `StateMachineDoesNotExist`.
pub(super) fn bare_machine(text: &str) -> Result<Name, Failure> {
    match machine(text)? {
        (name, None) => Ok(name),
        (_, Some(_)) => Err(Failure::new(
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{text}'"),
        )),
    }
}

/// The machine and the version or alias of an ARN.
///
/// # Errors
/// `InvalidArn`.
pub(super) fn qualified(text: &str) -> Result<(Name, Name), Failure> {
    match machine(text)? {
        (name, Some(qualifier)) => Ok((name, qualifier)),
        (_, None) => Err(not_parsed(text)),
    }
}

/// The machine and the name of an execution's ARN.
///
/// # Errors
/// `InvalidArn`.
pub(super) fn execution(text: &str) -> Result<(MachineName, Name), Failure> {
    of_kind(text, "execution", arn::parse_execution)
}

/// # Errors
/// `InvalidArn`.
pub(super) fn activity(text: &str) -> Result<Name, Failure> {
    of_kind(text, "activity", arn::parse_activity)
}

/// What an ARN names; a plain name is none.
fn of_kind<T>(text: &str, kind: &str, parse: fn(&str) -> Option<T>) -> Result<T, Failure> {
    let parsed = text.starts_with("arn:").then(|| parse(text)).flatten();
    parsed.ok_or_else(|| match ensure(text, kind) {
        Err(failure) => failure,
        Ok(()) => not_parsed(text),
    })
}

/// # Errors
/// `InvalidArn` for what is no ARN of Step Functions, or that of another kind of thing.
pub(super) fn ensure(text: &str, kind: &str) -> Result<(), Failure> {
    match arn::complaint(text, kind) {
        Some(why) => Err(invalid(&why)),
        None => Ok(()),
    }
}

/// # Errors
/// `InvalidArn` for what is no ARN of a role.
pub(super) fn ensure_role(text: &str) -> Result<(), Failure> {
    if !text.starts_with("arn:") {
        return Err(invalid(&format!("Invalid ARN prefix: {text}")));
    }
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "iam", "", account, role]
            if account.len() == 12
                && account.bytes().all(|digit| digit.is_ascii_digit())
                && role
                    .strip_prefix("role/")
                    .is_some_and(|name| !name.is_empty()) =>
        {
            Ok(())
        }
        _ => Err(invalid(&format!("Invalid Role Arn: {text}"))),
    }
}

fn not_parsed(text: &str) -> Failure {
    invalid(&format!("Invalid ARN: {text}"))
}

fn invalid(why: &str) -> Failure {
    Failure::new("InvalidArn", format!("Invalid Arn: '{why}'"))
}

/// The ARN of a machine's version or alias.
pub(super) fn of(machine_arn: &str, qualifier: impl std::fmt::Display) -> Value {
    format!("{machine_arn}:{qualifier}").into()
}
