//! The messages themselves. A number once given is never given again.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_machine as machine;
use steploom_types::{Json, Timestamp};

use crate::payload::Kept;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Fact {
    /// Milliseconds since 1970.
    #[prost(int64, tag = "1")]
    pub at: i64,
    #[prost(
        oneof = "Kind",
        tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 30, 31, 32, 40"
    )]
    pub kind: Option<Kind>,
}

/// A [`Fact`], of which only this is of interest.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Excess {
    #[prost(message, optional, tag = "12")]
    pub exceeded: Option<EvaluationExceeded>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Kind {
    #[prost(message, tag = "2")]
    Started(Box<Started>),
    #[prost(message, tag = "3")]
    TaskSucceeded(TaskSucceeded),
    #[prost(message, tag = "4")]
    TaskFailed(TaskFailed),
    #[prost(message, tag = "5")]
    TimerFired(TimerFired),
    #[prost(message, tag = "6")]
    StopRequested(StopRequested),
    #[prost(message, tag = "7")]
    Continued(Continued),
    #[prost(message, tag = "8")]
    TaskSubmitted(TaskSubmitted),
    #[prost(message, tag = "9")]
    TaskHeartbeat(TaskHeartbeat),
    #[prost(message, tag = "10")]
    ActivityStarted(ActivityStarted),
    #[prost(message, tag = "11")]
    ItemsRead(ItemsRead),
    #[prost(message, tag = "12")]
    EvaluationExceeded(EvaluationExceeded),
    #[prost(message, tag = "13")]
    Dispatched(Dispatched),
    #[prost(message, tag = "14")]
    Paused(Paused),
    #[prost(message, tag = "15")]
    Resumed(Resumed),
    #[prost(message, tag = "16")]
    Redriven(Redriven),
    #[prost(message, tag = "20")]
    Begun(Begun),
    #[prost(message, tag = "21")]
    Expired(Expired),
    #[prost(message, tag = "30")]
    PageRead(PageRead),
    #[prost(message, tag = "31")]
    RangeReported(RangeReported),
    #[prost(message, tag = "32")]
    MapRunChanged(MapRunChanged),
    #[prost(message, tag = "40")]
    Ended(Ended),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Started {
    #[prost(uint64, tag = "1")]
    pub account: u64,
    #[prost(bytes = "bytes", tag = "2")]
    pub id: Bytes,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub machine: String,
    #[prost(uint32, tag = "5")]
    pub machine_version: u32,
    #[prost(bytes = "bytes", tag = "6")]
    pub definition: Bytes,
    #[prost(uint32, tag = "7")]
    pub semantics: u32,
    #[prost(fixed64, tag = "8")]
    pub seed: u64,
    #[prost(message, optional, tag = "9")]
    pub limits: Option<Limits>,
    #[prost(string, tag = "10")]
    pub input: String,
    #[prost(bool, tag = "11")]
    pub is_express: bool,
    #[prost(string, optional, tag = "12")]
    pub role: Option<String>,
    #[prost(message, optional, tag = "20")]
    pub terms: Option<Terms>,
    #[prost(message, optional, tag = "30")]
    pub range: Option<Range>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Terms {
    #[prost(btree_map = "string, string", tag = "1")]
    pub tags: BTreeMap<String, String>,
    #[prost(sint32, tag = "2")]
    pub priority: i32,
    #[prost(int64, optional, tag = "3")]
    pub start_before: Option<i64>,
    #[prost(message, repeated, tag = "4")]
    pub claims: Vec<Claim>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Claim {
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    #[prost(uint32, tag = "2")]
    pub limit: u32,
    #[prost(uint64, optional, tag = "3")]
    pub order: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Range {
    #[prost(bytes = "bytes", tag = "1")]
    pub parent: Bytes,
    #[prost(uint64, tag = "2")]
    pub map_run: u64,
    #[prost(uint64, tag = "3")]
    pub action: u64,
    #[prost(uint64, tag = "4")]
    pub offset: u64,
    #[prost(uint32, tag = "5")]
    pub count: u32,
    #[prost(bytes = "bytes", tag = "6")]
    pub page: Bytes,
    #[prost(uint32, tag = "7")]
    pub window: u32,
    /// Eight places to a byte, the first in the lowest bit.
    #[prost(bytes = "bytes", optional, tag = "8")]
    pub only: Option<Bytes>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Limits {
    #[prost(uint32, tag = "1")]
    pub payload_bytes_max: u32,
    #[prost(uint32, tag = "2")]
    pub transitions_per_fact_max: u32,
    #[prost(uint32, tag = "3")]
    pub map_concurrency_default: u32,
    #[prost(uint32, optional, tag = "4")]
    pub evaluation_ms_max: Option<u32>,
    #[prost(uint64, tag = "5")]
    pub execution_seconds_max: u64,
    #[prost(uint32, tag = "6")]
    pub range_items: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TaskSucceeded {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, tag = "2")]
    pub output: String,
    #[prost(uint32, optional, tag = "3")]
    pub version: Option<u32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TaskFailed {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, tag = "2")]
    pub error: String,
    #[prost(string, optional, tag = "3")]
    pub cause: Option<String>,
    #[prost(uint32, optional, tag = "4")]
    pub version: Option<u32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TaskSubmitted {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, tag = "2")]
    pub output: String,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct TaskHeartbeat {
    #[prost(uint64, tag = "1")]
    pub action: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ActivityStarted {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, optional, tag = "2")]
    pub worker: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ItemsRead {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, tag = "2")]
    pub items: String,
    #[prost(bool, tag = "3")]
    pub is_last: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PageRead {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(string, optional, tag = "2")]
    pub etag: Option<String>,
    #[prost(uint64, tag = "3")]
    pub offset: u64,
    #[prost(bytes = "bytes", tag = "4")]
    pub digest: Bytes,
    #[prost(uint32, tag = "5")]
    pub count: u32,
    #[prost(bool, tag = "6")]
    pub is_last: bool,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct RangeReported {
    #[prost(uint64, tag = "1")]
    pub action: u64,
    #[prost(uint64, tag = "2")]
    pub failed: u64,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct MapRunChanged {
    #[prost(uint64, tag = "1")]
    pub map_run: u64,
    #[prost(uint64, tag = "2")]
    pub version: u64,
    #[prost(uint32, optional, tag = "3")]
    pub window: Option<u32>,
    #[prost(uint64, optional, tag = "4")]
    pub tolerated_count: Option<u64>,
    #[prost(double, optional, tag = "5")]
    pub tolerated_percentage: Option<f64>,
    #[prost(bool, tag = "6")]
    pub is_stopped: bool,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct EvaluationExceeded {
    #[prost(uint64, tag = "1")]
    pub evaluation: u64,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct TimerFired {
    #[prost(uint64, tag = "1")]
    pub action: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct StopRequested {
    #[prost(string, optional, tag = "1")]
    pub error: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub cause: Option<String>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Continued {}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Dispatched {
    #[prost(uint64, tag = "1")]
    pub action: u64,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Paused {}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Resumed {}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Redriven {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub definition: Option<Bytes>,
    #[prost(uint32, tag = "2")]
    pub version: u32,
    #[prost(string, optional, tag = "3")]
    pub input: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub skip: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub client_token: Option<String>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Begun {}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct Expired {}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Ended {
    /// 1: succeeded, 2: failed, 3: timed out, 4: aborted, 5: expired.
    #[prost(uint32, tag = "1")]
    pub status: u32,
    #[prost(string, optional, tag = "2")]
    pub output: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub error: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub cause: Option<String>,
}

/// The payloads of a message, as they are written.
pub(super) fn payloads(kind: &Kind) -> [Option<&str>; 2] {
    match kind {
        Kind::Started(m) => [Some(&m.input), None],
        Kind::TaskSucceeded(m) => [Some(&m.output), None],
        Kind::TaskSubmitted(m) => [Some(&m.output), None],
        Kind::ItemsRead(m) => [Some(&m.items), None],
        Kind::Redriven(m) => [m.input.as_deref(), m.skip.as_deref()],
        Kind::Ended(m) => [m.output.as_deref(), None],
        Kind::TaskFailed(_)
        | Kind::TimerFired(_)
        | Kind::StopRequested(_)
        | Kind::Continued(_)
        | Kind::TaskHeartbeat(_)
        | Kind::ActivityStarted(_)
        | Kind::EvaluationExceeded(_)
        | Kind::Dispatched(_)
        | Kind::Paused(_)
        | Kind::Resumed(_)
        | Kind::Begun(_)
        | Kind::Expired(_)
        | Kind::PageRead(_)
        | Kind::RangeReported(_)
        | Kind::MapRunChanged(_) => [None, None],
    }
}

/// The message of a fact.
pub(super) fn fact_message(fact: &machine::Fact, kept: &Kept) -> Fact {
    use machine::Fact as F;
    let kind = match fact {
        F::Started(started) => Kind::Started(Box::new(started_message(started, kept))),
        F::TaskSucceeded {
            action,
            output,
            version,
            ..
        } => Kind::TaskSucceeded(TaskSucceeded {
            action: action.0,
            output: kept.text(output).into(),
            version: *version,
        }),
        F::TaskFailed {
            action,
            failure,
            version,
            ..
        } => Kind::TaskFailed(TaskFailed {
            action: action.0,
            error: failure.error.clone(),
            cause: failure.cause.clone(),
            version: *version,
        }),
        F::TimerFired { action, .. } => Kind::TimerFired(TimerFired { action: action.0 }),
        F::StopRequested { failure, .. } => Kind::StopRequested(StopRequested {
            error: failure.error.clone(),
            cause: failure.cause.clone(),
        }),
        F::Continued { .. } => Kind::Continued(Continued {}),
        F::Dispatched { action, .. } => Kind::Dispatched(Dispatched { action: action.0 }),
        F::Paused { .. } => Kind::Paused(Paused {}),
        F::Resumed { .. } => Kind::Resumed(Resumed {}),
        F::Redriven(redriven) => Kind::Redriven(redriven_message(redriven, kept)),
        F::Begun { .. } => Kind::Begun(Begun {}),
        F::Expired { .. } => Kind::Expired(Expired {}),
        F::TaskSubmitted { action, output, .. } => Kind::TaskSubmitted(TaskSubmitted {
            action: action.0,
            output: kept.text(output).into(),
        }),
        F::TaskHeartbeat { action, .. } => Kind::TaskHeartbeat(TaskHeartbeat { action: action.0 }),
        F::ActivityStarted { action, worker, .. } => Kind::ActivityStarted(ActivityStarted {
            action: action.0,
            worker: worker.clone(),
        }),
        F::ItemsRead {
            action,
            items,
            is_last,
            ..
        } => Kind::ItemsRead(ItemsRead {
            action: action.0,
            items: kept.text(items).into(),
            is_last: *is_last,
        }),
        F::PageRead {
            action,
            etag,
            offset,
            digest,
            count,
            is_last,
            ..
        } => Kind::PageRead(PageRead {
            action: action.0,
            etag: etag.clone(),
            offset: *offset,
            digest: Bytes::copy_from_slice(digest.as_bytes()),
            count: *count,
            is_last: *is_last,
        }),
        F::RangeReported { action, failed, .. } => Kind::RangeReported(RangeReported {
            action: action.0,
            failed: *failed,
        }),
        F::MapRunChanged {
            map_run, change, ..
        } => Kind::MapRunChanged(MapRunChanged {
            map_run: *map_run,
            version: change.version,
            window: change.window,
            tolerated_count: change.tolerated_count,
            tolerated_percentage: change.tolerated_percentage,
            is_stopped: change.is_stopped,
        }),
        F::Ended { outcome, .. } => Kind::Ended(ended_message(outcome, kept)),
        F::EvaluationExceeded { evaluation, .. } => Kind::EvaluationExceeded(EvaluationExceeded {
            evaluation: *evaluation,
        }),
    };
    Fact {
        at: fact.at().as_millis(),
        kind: Some(kind),
    }
}

fn started_message(started: &machine::Started, kept: &Kept) -> Started {
    Started {
        account: started.account.as_u64(),
        id: Bytes::copy_from_slice(&started.id.to_bytes()),
        name: started.name.to_string(),
        machine: started.machine.to_string(),
        machine_version: started.machine_version,
        definition: Bytes::copy_from_slice(started.definition.as_bytes()),
        semantics: started.semantics,
        seed: started.seed,
        limits: Some(Limits {
            payload_bytes_max: started.limits.payload_bytes_max,
            transitions_per_fact_max: started.limits.transitions_per_fact_max,
            map_concurrency_default: started.limits.map_concurrency_default,
            evaluation_ms_max: Some(started.limits.evaluation_ms_max),
            execution_seconds_max: started.limits.execution_seconds_max,
            range_items: started.limits.range_items,
        }),
        input: kept.text(&started.input).into(),
        is_express: started.is_express,
        role: started.role.clone(),
        terms: started.terms.as_deref().map(terms_message),
        range: started.range.as_deref().map(range_message),
    }
}

fn redriven_message(redriven: &machine::Redriven, kept: &Kept) -> Redriven {
    let text = |json: &Json| kept.text(json).into_owned();
    let definition =
        |version: machine::NewVersion| Bytes::copy_from_slice(version.definition.as_bytes());
    Redriven {
        definition: redriven.version.map(definition),
        version: redriven.version.map_or(0, |version| version.number),
        input: redriven.input.as_ref().map(text),
        skip: redriven.skip.as_ref().map(text),
        client_token: redriven.client_token.clone(),
    }
}

fn ended_message(outcome: &machine::Outcome, kept: &Kept) -> Ended {
    use machine::Outcome;
    let (status, output, failure) = match outcome {
        Outcome::Succeeded(output) => (1, Some(kept.text(output).into()), None),
        Outcome::Failed(failure) => (2, None, Some(failure)),
        Outcome::TimedOut => (3, None, None),
        Outcome::Aborted(failure) => (4, None, Some(failure)),
        Outcome::Expired => (5, None, None),
    };
    Ended {
        status,
        output,
        error: failure.and_then(|failure| failure.error.clone()),
        cause: failure.and_then(|failure| failure.cause.clone()),
    }
}

fn terms_message(terms: &machine::Terms) -> Terms {
    let claim = |claim: &machine::Claim| Claim {
        key: claim.key.clone(),
        limit: claim.limit,
        order: claim.order,
    };
    Terms {
        tags: terms.tags.clone(),
        priority: terms.priority.into(),
        start_before: terms.start_before.map(Timestamp::as_millis),
        claims: terms.claims.iter().map(claim).collect(),
    }
}

fn range_message(range: &machine::Range) -> Range {
    let only = range.only.as_ref();
    Range {
        parent: Bytes::copy_from_slice(&range.parent.to_bytes()),
        map_run: range.map_run,
        action: range.action.0,
        offset: range.offset,
        count: range.count,
        page: Bytes::copy_from_slice(range.page.as_bytes()),
        window: range.window,
        only: only.map(|only| Bytes::copy_from_slice(only.as_bytes())),
    }
}
