//! What operations of Lambda need, by their names and the function that a request names.

use steploom_auth::{Area, Caller, Need, Verb};
use steploom_types::Result;

/// Refuses a caller who may not do what a request asks for with the function that it names; with functions of all
/// names, if it names none. One that asks for nothing that there is needs nothing.
pub(crate) fn require(caller: &Caller, request: &steploom_aws::Request<'_>) -> Result<()> {
    let Some((operation, name)) = steploom_aws::lambda_asks(request) else {
        return Ok(());
    };
    let verb = if operation.starts_with("Invoke") {
        Verb::Invoke
    } else if operation.starts_with("Get") || operation.starts_with("List") {
        Verb::Read
    } else {
        Verb::Write
    };
    let area = Area::Functions;
    caller.require(Need { area, verb }, name.as_deref())
}

#[cfg(test)]
mod tests;
