//! `Task` invokes something and waits for its answer, for at most `TimeoutSeconds`.

use steploom_asl::model::{Resource, Task};
use steploom_types::Json;

use crate::drive::{self, Progress};
use crate::frame::{Activity, FrameId};
use crate::retry::TIMEOUT;
use crate::turn::Turn;
use crate::waits::Owner;
use crate::{ActionId, Detail, EventSink, Failure, Invoke, PartialFailure, failure, lambda};

/// Asks for one attempt.
pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    task: &Task,
) -> Result<Progress, PartialFailure> {
    let selected = turn.selected_input(id)?;
    let input = turn.arguments(id, &selected)?;
    let timeout_seconds = match &task.timeout_seconds {
        Some(field) => Some(turn.number(id, &selected, field, "TimeoutSeconds")?),
        None => None,
    };
    let resource = &task.resource;
    turn.tell_in(
        id,
        Detail::TaskScheduled {
            resource,
            input: &input,
            timeout_seconds,
        },
    );
    turn.tell_in(id, Detail::TaskStarted { resource });
    let deadline = timeout_seconds.map(|seconds| turn.at.plus_millis(seconds.saturating_mul(1000)));
    let state = turn.state(id).name.clone();
    let retry = turn.run.frames[id].retries.count;
    let call = turn.invoke(id, |action| Invoke {
        action,
        resource: resource.clone(),
        input,
        state,
        retry,
        deadline,
        heartbeat_seconds: None,
        token: None,
    });
    let timeout = deadline.map(|due| turn.set_timer(Owner::Frame(id), due));
    turn.frame(id).activity = Activity::Calling { call, timeout };
    Ok(Progress::Waits)
}

/// The attempt answered.
pub(crate) fn succeeded<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    action: ActionId,
    output: &Json,
    version: Option<u32>,
) {
    let resource = answered(turn, id);
    let result = match resource {
        Resource::Function(_) => output.clone(),
        Resource::Activity(_) => output.clone(),
        Resource::Service(_) => lambda::wrap(output, version, turn.at, turn.started.seed, action.0),
    };
    if let Err(problem) = turn.ensure_size(&result, task_name(resource)) {
        return fail(turn, id, resource, problem);
    }
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
    let resource = answered(turn, id);
    let problem = PartialFailure {
        error: Some(failure.error.clone()),
        cause: failure.cause.clone(),
    };
    fail(turn, id, resource, problem);
}

/// `TimeoutSeconds` are over.
pub(crate) fn timed_out<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let resource = answered(turn, id);
    let problem = PartialFailure {
        error: Some(TIMEOUT.to_owned()),
        cause: None,
    };
    fail(turn, id, resource, problem);
}

/// The attempt is over: neither its answer nor its timer is waited for any more.
fn answered<'a, S: EventSink>(turn: &mut Turn<'a, S>, id: FrameId) -> &'a Resource {
    crate::join::disband(turn, id);
    let steploom_asl::model::Kind::Task(task) = &turn.state(id).kind else {
        unreachable!("only a Task makes attempts")
    };
    &task.resource
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

/// How a message names the task: as its author wrote the function, or by the service.
fn task_name(resource: &Resource) -> &str {
    match resource {
        Resource::Function(function) => &function.text,
        Resource::Activity(activity) => &activity.text,
        Resource::Service(integration) => integration.api.service(),
    }
}
