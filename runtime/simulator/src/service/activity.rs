//! Activities: tasks that wait until a worker polls for them.

use serde_json::json;
use steploom_asl::model::Resource;
use steploom_machine::service::no_activity;
use steploom_machine::{ActionId, Fact, Invoke};
use steploom_types::Json;

use super::Answer;
use crate::Simulation;

/// Milliseconds that a poll waits for a task, as on AWS.
const POLL_MS: u64 = 60_000;

/// Puts an activity's task where workers find it.
pub(super) fn offer(simulation: &mut Simulation, of: usize, invoke: &Invoke) -> Answer {
    let Resource::Activity(activity) = &invoke.resource else {
        return Answer::Later;
    };
    let name = activity.name.to_string();
    if !simulation.world.activities.contains(&name) {
        return Answer::Fail(no_activity(&activity.text));
    }
    let token = invoke.token.clone().unwrap_or_default();
    let task = (of, invoke.action, token, invoke.input.clone());
    simulation
        .activity_tasks
        .entry(name.clone())
        .or_default()
        .push(task);
    let at = simulation.now;
    let submitted = Fact::TaskSubmitted {
        at,
        action: invoke.action,
        output: Json::null(),
    };
    simulation.schedule(at, of, submitted);
    hand_out(simulation, &name);
    Answer::Later
}

/// `getActivityTask`: answers with a task as soon as there is one, or with nothing after a minute.
pub(super) fn poll(
    simulation: &mut Simulation,
    asked: (usize, ActionId),
    arn: &str,
    worker: Option<&str>,
) -> Answer {
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    let poller = (asked.0, asked.1, worker.map(str::to_owned));
    simulation
        .pollers
        .entry(name.clone())
        .or_default()
        .push(poller);
    if hand_out(simulation, &name) {
        return Answer::Later;
    }
    Answer::After(POLL_MS, Box::new(Answer::Ok(Json::empty_object())))
}

/// Gives the oldest task to the poller that waits longest, if there are both.
fn hand_out(simulation: &mut Simulation, name: &str) -> bool {
    let tasks = simulation.activity_tasks.get_mut(name);
    let pollers = simulation.pollers.get_mut(name);
    let (Some(tasks), Some(pollers)) = (tasks, pollers) else {
        return false;
    };
    if tasks.is_empty() || pollers.is_empty() {
        return false;
    }
    let (of, action, token, input) = tasks.remove(0);
    let (poller, asked, worker) = pollers.remove(0);
    let at = simulation.now;
    simulation.forget_answer(poller, asked);
    simulation.schedule(at, of, Fact::ActivityStarted { at, action, worker });
    let task = json!({"Input": input.text(), "TaskToken": token});
    let answer = Fact::TaskSucceeded {
        at,
        action: asked,
        output: task.into(),
        version: None,
    };
    simulation.schedule(at, poller, answer);
    true
}
