//! What a function learns of its circumstances: its environment variables, nothing inherited.

use steploom_types::Timestamp;

use crate::{Call, Context};

/// How the names of our own variables begin; a function's owner cannot set them.
const PREFIX: &str = "STEPLOOM_";

/// The variables of an invocation that must end by `deadline`: its owner's, then ours.
pub(crate) fn environment(call: &Call, deadline: Timestamp) -> Vec<(String, String)> {
    let owners = call
        .environment
        .iter()
        .filter(|(name, _)| !name.starts_with(PREFIX))
        .cloned();
    owners.chain(ours(&call.context, deadline)).collect()
}

fn ours(context: &Context, deadline: Timestamp) -> impl Iterator<Item = (String, String)> {
    let always = [
        ("REQUEST_ID", Some(context.request_id.clone())),
        ("FUNCTION", Some(context.function.to_string())),
        ("VERSION", Some(context.version.to_string())),
        ("ACCOUNT", Some(context.account.to_string())),
        ("DEADLINE", Some(deadline.to_string())),
        ("EXECUTION", context.execution.clone()),
        ("STATE", context.state.clone()),
        ("ATTEMPT", context.attempt.clone()),
        ("RETRY", Some(context.retry.to_string())),
    ];
    let trace = context.traceparent.clone();
    always
        .into_iter()
        .filter_map(|(name, value)| Some((format!("{PREFIX}{name}"), value?)))
        .chain(trace.map(|value| ("TRACEPARENT".to_owned(), value)))
}
