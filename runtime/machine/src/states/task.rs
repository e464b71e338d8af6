//! `Task` invokes something and waits for its end, for at most `TimeoutSeconds`, and while
//! heartbeats come within `HeartbeatSeconds`.

mod answers;

use steploom_asl::model::{Pattern, Resource, Task};
use steploom_types::{Json, Timestamp};

use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::{Activity, Call, FrameId};
use crate::token::Token;
use crate::turn::Turn;
use crate::waits::Owner;
use crate::{Detail, EventSink, Invoke};

pub(crate) use answers::{failed, lives, submitted, succeeded, taken, timed_out};

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
            at_most_once: task.at_most_once,
            is_dispatched: false,
        },
    );
    let timeout = deadline.map(|due| turn.set_timer(Owner::Frame(id), due));
    turn.frame(id).activity = Activity::Calling(Call {
        action,
        input,
        timeout,
        heartbeat: None,
        heartbeat_seconds: order.heartbeat_seconds.filter(|_| has_token(resource)),
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

fn after(at: Timestamp, seconds: u64) -> Timestamp {
    at.plus_millis(seconds.saturating_mul(1000))
}

fn is_activity(resource: &Resource) -> bool {
    matches!(resource, Resource::Activity(_))
}

/// Whether there is a token: for whatever does not end with its call. Who has it can end the task,
/// and say that it lives on.
fn has_token(resource: &Resource) -> bool {
    match resource {
        Resource::Function(_) => false,
        Resource::Activity(_) => true,
        Resource::Service(integration) => integration.pattern != Pattern::RequestResponse,
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
