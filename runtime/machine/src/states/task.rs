//! `Task` invokes something and waits for its end, for at most `TimeoutSeconds`, and while
//! heartbeats come within `HeartbeatSeconds`.

use steploom_asl::model::{Integration, Kind, Pattern, Resource, Task};
use steploom_types::{Json, Timestamp};

use crate::drive::{self, Progress};
use crate::failure::Problem;
use crate::frame::{Activity, Call, FrameId};
use crate::retry::{RUNTIME, TIMEOUT};
use crate::service::{self, Answered};
use crate::token::Token;
use crate::turn::{Fault, Turn};
use crate::waits::Owner;
use crate::{ActionId, Detail, EventSink, Failure, Invoke, PartialFailure, failure};

/// What an attempt is given.
struct Order {
    input: Json,
    timeout_seconds: Option<u64>,
    heartbeat_seconds: Option<u64>,
    role: Option<String>,
}

/// Asks for one attempt.
pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    task: &Task,
) -> Result<Progress, Problem> {
    let resource = &task.resource;
    // The token names the attempt, and the attempt's input may name the token.
    let action = turn.next_action();
    let token = has_token(resource).then(|| Token::of(turn.started, action).to_string());
    turn.token = token.clone().filter(|_| !is_activity(resource));
    let order = order(turn, id, task);
    turn.token = None;
    let order = order?;
    if !is_activity(resource) {
        tell_scheduled(turn, id, resource, &order);
        turn.tell_in(id, Detail::TaskStarted { resource });
    }
    let deadline = order.timeout_seconds.map(|seconds| after(turn.at, seconds));
    let input = order.input;
    turn.invoke(
        id,
        Invoke {
            action,
            resource: resource.clone(),
            input: input.clone(),
            state: turn.state(id).name.clone(),
            retry: turn.run.frames[id].retries.count,
            deadline,
            heartbeat_seconds: order.heartbeat_seconds,
            token,
            is_submitted: false,
        },
    );
    let timeout = deadline.map(|due| turn.set_timer(Owner::Frame(id), due));
    turn.frame(id).activity = Activity::Calling(Call {
        action,
        input,
        timeout,
        heartbeat: None,
        heartbeat_seconds: order.heartbeat_seconds.filter(|_| ends_by_token(resource)),
        timeout_seconds: order.timeout_seconds,
        is_told: !is_activity(resource),
        is_submitted: false,
    });
    // An activity's worker owes its first heartbeat only once it has the task.
    if !is_activity(resource) {
        lives(turn, id);
    }
    Ok(Progress::Waits)
}

fn order<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, task: &Task) -> Result<Order, Problem> {
    let selected = turn.selected_input(id)?;
    let input = turn.arguments(id, &selected)?;
    let mut seconds = |field: &Option<_>, name| match field {
        Some(field) => turn.number(id, &selected, field, name).map(Some),
        None => Ok(None),
    };
    let timeout_seconds = seconds(&task.timeout_seconds, "TimeoutSeconds")?;
    let heartbeat_seconds = seconds(&task.heartbeat_seconds, "HeartbeatSeconds")?;
    let role = match &task.credentials {
        Some(maker) => Some(turn.made(id, &selected, maker, "Credentials")?),
        None => None,
    };
    let role = role.and_then(|credentials| {
        let role = credentials.value().get("RoleArn")?.as_str()?;
        Some(role.to_owned())
    });
    Ok(Order {
        input,
        timeout_seconds,
        heartbeat_seconds,
        role,
    })
}

fn tell_scheduled<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    resource: &Resource,
    order: &Order,
) {
    turn.tell_in(
        id,
        Detail::TaskScheduled {
            resource,
            input: &order.input,
            timeout_seconds: order.timeout_seconds,
            heartbeat_seconds: order
                .heartbeat_seconds
                .filter(|_| !matches!(resource, Resource::Function(_))),
            role: order.role.as_deref(),
        },
    );
}

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
        Resource::Service(integration) => {
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

fn after(at: Timestamp, seconds: u64) -> Timestamp {
    at.plus_millis(seconds.saturating_mul(1000))
}

fn is_activity(resource: &Resource) -> bool {
    matches!(resource, Resource::Activity(_))
}

/// Whether there is a token: for whatever does not end with its call.
fn has_token(resource: &Resource) -> bool {
    match resource {
        Resource::Function(_) => false,
        Resource::Activity(_) => true,
        Resource::Service(integration) => integration.pattern != Pattern::RequestResponse,
    }
}

/// Whether the task is ended by who has its token, who also says that it lives on.
fn ends_by_token(resource: &Resource) -> bool {
    match resource {
        Resource::Function(_) => false,
        Resource::Activity(_) => true,
        Resource::Service(integration) => integration.pattern == Pattern::TaskToken,
    }
}

/// How a message names the task: as its author wrote the function, or by the service.
fn task_name(resource: &Resource) -> &str {
    match resource {
        Resource::Function(function) => &function.text,
        Resource::Activity(activity) => &activity.text,
        Resource::Service(integration) => integration.api.service(),
    }
}
