//! What a start asks for besides to run, checked.

use std::sync::Arc;

use steploom_api::wire::{StartBefore, StartExecution};
use steploom_asl::Machine;
use steploom_machine::{Claim, Terms};
use steploom_types::{Error, Result, Timestamp, limits};

use super::starts::Resolved;
use crate::tags;

/// The terms that a caller names; `resolved` is what is started. `order` is the place of one that runs in the order of its key.
///
/// # Errors
/// `Invalid`: something is out of its range.
pub(super) fn of_start(
    start: &mut StartExecution,
    now: Timestamp,
    order: Option<u64>,
    resolved: &Resolved,
) -> Result<Option<Terms>> {
    tags::check(&start.tags)?;
    let max = limits::PRIORITY_MAX;
    if !(-max..=max).contains(&start.priority) {
        let message = format!(
            "'priority' is {}; it must be -{max} to {max}",
            start.priority
        );
        return Err(Error::invalid("InvalidPriority", message));
    }
    let claim = claim(start, order)?;
    let start_before = start.start_before.map(|before| match before {
        StartBefore::At(at) => at,
        StartBefore::Seconds(seconds) => now.plus_millis(seconds.saturating_mul(1000)),
    });
    let mut tags = std::mem::take(&mut start.tags);
    if let Some((release, alias)) = &resolved.origin {
        tags::add_origin(&mut tags, *release, alias.as_ref());
    }
    if let Some(header) = start.trace_header.take() {
        tags::add_trace_header(&mut tags, header)?;
    }
    let terms = Terms {
        tags,
        priority: start.priority,
        start_before,
        claims: claim.into_iter().collect(),
    };
    Ok((terms != Terms::default()).then_some(terms))
}

/// The same with the limit of the machine itself, which is taken last: who waits for a key keeps no
/// other of the machine's executions waiting.
pub(super) fn with_machine(terms: Option<Terms>, machine: &Machine) -> Option<Arc<Terms>> {
    let Some(limit) = machine.max_concurrent_executions else {
        return terms.map(Arc::new);
    };
    let mut terms = terms.unwrap_or_default();
    terms.claims.push(Claim {
        key: None,
        limit,
        order: None,
    });
    Some(Arc::new(terms))
}

fn claim(start: &mut StartExecution, order: Option<u64>) -> Result<Option<Claim>> {
    let refuse = |message: String| Err(Error::invalid("InvalidConcurrency", message));
    let Some(key) = start.concurrency_key.take() else {
        if start.ordered || start.concurrency_limit.is_some() {
            return refuse("'ordered' and 'concurrencyLimit' need a 'concurrencyKey'".to_owned());
        }
        return Ok(None);
    };
    let length_max = limits::CONCURRENCY_KEY_LENGTH_MAX;
    let is_readable = !key.chars().any(char::is_control);
    if key.is_empty() || key.chars().count() > length_max || !is_readable {
        let shape = format!("1 to {length_max} characters, and no control characters");
        return refuse(format!("'concurrencyKey' must have {shape}"));
    }
    let limit = start.concurrency_limit.unwrap_or(1);
    let limit_max = limits::CONCURRENT_EXECUTIONS_MAX;
    if !(1..=limit_max).contains(&limit) {
        return refuse(format!(
            "'concurrencyLimit' is {limit}; it must be 1 to {limit_max}"
        ));
    }
    if start.ordered && limit != 1 {
        return refuse("with 'ordered' the 'concurrencyLimit' can only be 1".to_owned());
    }
    Ok(Some(Claim {
        key: Some(key),
        limit,
        order,
    }))
}
