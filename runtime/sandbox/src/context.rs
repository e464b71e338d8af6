//! What a function learns of its circumstances: its environment variables, nothing inherited.

use std::borrow::Cow;

use steploom_types::Timestamp;

use crate::{Call, Context};

/// How the names of our own variables begin; a function's owner cannot set them.
const PREFIX: &str = "STEPLOOM_";

/// A variable: its name and its value.
pub(crate) type Variable<'a> = (&'a str, Cow<'a, str>);

/// The variables of an invocation that must end by `deadline`: its owner's, then ours.
pub(crate) fn environment(call: &Call, deadline: Timestamp) -> Vec<Variable<'_>> {
    let owners = call
        .environment
        .iter()
        .filter(|(name, _)| !name.starts_with(PREFIX))
        .map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())));
    owners.chain(ours(&call.context, deadline)).collect()
}

fn ours(context: &Context, deadline: Timestamp) -> impl Iterator<Item = Variable<'_>> {
    let shown = |text: String| Some(Cow::Owned(text));
    [
        ("STEPLOOM_REQUEST_ID", lent(Some(&context.request_id))),
        ("STEPLOOM_FUNCTION", lent(Some(&context.function))),
        ("STEPLOOM_VERSION", shown(context.version.to_string())),
        ("STEPLOOM_ACCOUNT", shown(context.account.to_string())),
        ("STEPLOOM_DEADLINE", shown(deadline.to_string())),
        ("STEPLOOM_EXECUTION", lent(context.execution.as_ref())),
        ("STEPLOOM_STATE", lent(context.state.as_ref())),
        ("STEPLOOM_ATTEMPT", lent(context.attempt.as_ref())),
        ("STEPLOOM_RETRY", shown(context.retry.to_string())),
        ("TRACEPARENT", lent(context.traceparent.as_ref())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

fn lent(text: Option<&impl AsRef<str>>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_ref()))
}
