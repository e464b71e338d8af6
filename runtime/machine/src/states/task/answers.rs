//! What happens to an attempt: it is submitted, taken, kept alive; it ends well, badly, or in time
//! no more.

use steploom_asl::model::{Api, Integration, Kind, Pattern, Resource};
use steploom_types::Json;

use super::{Order, after, is_activity, task_name, tell_scheduled};
use crate::drive::{self, Progress};
use crate::frame::{Activity, Call, FrameId};
use crate::retry::{RUNTIME, TIMEOUT};
use crate::service::{self, Answered};
use crate::turn::{Fault, Turn};
use crate::waits::Owner;
use crate::{ActionId, Detail, EventSink, Failure, PartialFailure, failure, lambda};

/// The attempt's call was answered, and its end is yet to come.
pub(crate) fn submitted<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, output: &Json) {
    let resource = resource(turn, id);
    let Some(call) = call_of(turn, id) else {
        return;
    };
    match resource {
        Resource::Activity(_) => tell_late(turn, id, resource),
        Resource::Service(Integration { api, pattern }) if *pattern != Pattern::RequestResponse => {
            if call.is_submitted {
                return;
            }
            let output = service::called(api, output, None, answer(turn, call.action));
            tell_submitted(turn, id, resource, &output);
        }
        Resource::Service(_) | Resource::Function(_) => return,
    }
    turn.run.waits.submitted(call.action);
}

fn tell_submitted<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    resource: &Resource,
    output: &Json,
) {
    turn.tell_in(id, Detail::TaskSubmitted { resource, output });
    if let Activity::Calling(call) = &mut turn.frame(id).activity {
        call.is_submitted = true;
    }
}

/// A child may end before it is heard that it was started; the history has both in order.
fn tell_submitted_late<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    resource: &Resource,
    end: &Json,
) {
    let Some(call) = call_of(turn, id) else {
        return;
    };
    if let Resource::Service(integration) = resource
        && !call.is_submitted
        && let Some(output) = service::submitted_by_end(integration, end, answer(turn, call.action))
    {
        tell_submitted(turn, id, resource, &output);
    }
}

/// Tells that an activity's attempt was asked for, unless that was told.
fn tell_late<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, resource: &Resource) {
    let Activity::Calling(call) = &mut turn.frame(id).activity else {
        return;
    };
    if std::mem::replace(&mut call.is_told, true) {
        return;
    }
    let call = call.clone();
    let order = Order {
        input: call.input,
        timeout_seconds: call.timeout_seconds,
        heartbeat_seconds: call.heartbeat_seconds,
        role: None,
    };
    tell_scheduled(turn, id, resource, &order);
}

/// Whoever works on the attempt still does: the time to the next heartbeat begins anew.
pub(crate) fn lives<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let Some(call) = call_of(turn, id) else {
        return;
    };
    let Some(seconds) = call.heartbeat_seconds else {
        return;
    };
    if let Some(timer) = call.heartbeat {
        turn.cancel(timer);
    }
    let due = after(turn.at, seconds);
    let timer = turn.set_timer(Owner::Frame(id), due);
    if let Activity::Calling(call) = &mut turn.frame(id).activity {
        call.heartbeat = Some(timer);
    }
}

/// A worker took the activity's task.
pub(crate) fn taken<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, worker: Option<&str>) {
    let resource = resource(turn, id);
    if !is_activity(resource) {
        return;
    }
    tell_late(turn, id, resource);
    if let Some(call) = call_of(turn, id) {
        turn.run.waits.submitted(call.action);
    }
    turn.tell_in(id, Detail::ActivityStarted { worker });
    lives(turn, id);
}

/// The attempt answered.
pub(crate) fn succeeded<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    action: ActionId,
    output: &Json,
    version: Option<u32>,
) {
    let resource = resource(turn, id);
    tell_late(turn, id, resource);
    tell_submitted_late(turn, id, resource, output);
    let result = match resource {
        Resource::Function(_) | Resource::Activity(_) => Ok(output.clone()),
        // No version ran: the function was handed an event, and runs later.
        Resource::Service(Integration {
            api: Api::LambdaInvoke,
            pattern: Pattern::RequestResponse,
        }) if version.is_none() && hands_over(turn, id) => {
            Ok(lambda::accepted(turn.at, turn.started.seed, action.0))
        }
        Resource::Service(integration) => {
            let version = version.filter(|_| names_version(turn, id));
            service::ended(integration, output, version, answer(turn, action))
        }
    };
    let result = result.and_then(|result| {
        turn.ensure_size(&result, task_name(resource))?;
        Ok(result)
    });
    over(turn, id);
    let result = match result {
        Ok(result) => result,
        Err(problem) => return fail(turn, id, resource, problem),
    };
    turn.tell_in(
        id,
        Detail::TaskSucceeded {
            resource,
            output: &result,
        },
    );
    let next = turn.state(id).next;
    drive::settle(turn, id, Ok(Progress::Done(result, next)));
}

/// The attempt failed.
pub(crate) fn failed<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, failure: &Failure) {
    let resource = resource(turn, id);
    if call_of(turn, id).is_some_and(|call| !call.is_told) && failure.error == RUNTIME {
        over(turn, id);
        let cause = failure.cause.as_deref().unwrap_or_default();
        let problem = turn.blame(id, Fault::runtime(cause));
        return failure::fail(turn, id, problem);
    }
    let problem = PartialFailure {
        error: Some(failure.error.clone()),
        cause: failure.cause.clone(),
    };
    tell_late(turn, id, resource);
    over(turn, id);
    fail(turn, id, resource, problem);
}

/// `TimeoutSeconds` or `HeartbeatSeconds` are over: AWS tells both as the same.
pub(crate) fn timed_out<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let resource = resource(turn, id);
    tell_late(turn, id, resource);
    over(turn, id);
    let problem = PartialFailure {
        error: Some(TIMEOUT.to_owned()),
        cause: None,
    };
    fail(turn, id, resource, problem);
}

/// The attempt is over: neither its answer nor its timers are waited for any more.
fn over<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    crate::join::disband(turn, id);
}

/// The frame's attempt.
/// Whether the attempt's input names a version or an alias; what does not has run `$LATEST`.
fn names_version<S: EventSink>(turn: &Turn<'_, S>, id: FrameId) -> bool {
    let call = call_of(turn, id);
    call.is_some_and(|call| lambda::is_qualified(call.input.value()))
}

/// Whether the attempt's input says that nobody waits for the function.
fn hands_over<S: EventSink>(turn: &Turn<'_, S>, id: FrameId) -> bool {
    call_of(turn, id).is_some_and(|call| lambda::hands_over(call.input.value()))
}

fn call_of<S: EventSink>(turn: &Turn<'_, S>, id: FrameId) -> Option<Call> {
    match &turn.run.frames[id].activity {
        Activity::Calling(call) => Some(call.clone()),
        _ => None,
    }
}

fn resource<'a, S: EventSink>(turn: &Turn<'a, S>, id: FrameId) -> &'a Resource {
    let Kind::Task(task) = &turn.state(id).kind else {
        unreachable!("only a Task makes attempts")
    };
    &task.resource
}

fn answer<S: EventSink>(turn: &Turn<'_, S>, action: ActionId) -> Answered {
    Answered {
        at: turn.at,
        seed: turn.started.seed,
        action,
    }
}

fn fail<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    resource: &Resource,
    problem: PartialFailure,
) {
    let error = problem.error.as_deref();
    let cause = problem.cause.as_deref();
    let event = match error {
        Some(error @ TIMEOUT) => Detail::TaskTimedOut {
            resource,
            error,
            cause,
        },
        _ => Detail::TaskFailed {
            resource,
            error,
            cause,
        },
    };
    turn.tell_in(id, event);
    failure::fail(turn, id, problem);
}
