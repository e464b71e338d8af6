//! What clients were told, to be held against what is.

use std::collections::BTreeMap;

use steploom_api::wire::{self, ExecutionStatus};
use steploom_machine::ActionId;
use steploom_machine::token::Token;
use steploom_types::{Error, ExecutionId, Json, Kind, MachineName, Name};

use crate::ask::Ask;
use crate::world::Inner;

/// What clients were told.
#[derive(Default)]
pub(crate) struct Told {
    /// Executions that were accepted.
    pub(crate) accepted: BTreeMap<ExecutionId, Accepted>,
    /// Executions that were said to have ended.
    pub(crate) ended: BTreeMap<ExecutionId, Ended>,
    /// Tasks whose end was accepted: by an output, or as a failure.
    pub(crate) tasks: BTreeMap<(ExecutionId, ActionId), Option<Json>>,
}

/// How an execution was said to have ended.
pub(crate) struct Ended {
    /// How often it had been redriven.
    pub(crate) redrives: u32,
    pub(crate) status: ExecutionStatus,
    /// When that was heard, on the clients' clock.
    heard: u64,
}

/// An execution that was accepted.
pub(crate) struct Accepted {
    pub(crate) machine: MachineName,
    pub(crate) name: Name,
    pub(crate) input: Json,
    /// When it was asked for first, and when it was heard to be accepted, on a clock of the clients, who
    /// know the order of what they say and hear.
    pub(crate) asked: u64,
    pub(crate) heard: u64,
}

impl Told {
    /// A start was accepted, between these two times of the clients' clock.
    pub(super) fn accept(
        &mut self,
        (asked, heard): (u64, u64),
        input: &Json,
        summary: &wire::ExecutionSummary,
    ) {
        // A name that was used again: the first time counts.
        self.accepted.entry(summary.id).or_insert_with(|| Accepted {
            machine: summary.machine.clone(),
            name: summary.name.clone(),
            input: input.clone(),
            asked,
            heard,
        });
    }

    /// An execution was shown.
    pub(super) fn see(
        &mut self,
        ask: &Ask,
        (asked, heard): (u64, u64),
        execution: &wire::Execution,
        world: &mut Inner,
    ) {
        let summary = &execution.summary;
        let (id, status, redrives) = (summary.id, summary.status, summary.redrive_count);
        if status.is_open() && matches!(ask, Ask::Stop(_)) {
            world.violate(format!("{id} was said to be stopped and is {status:?}"));
        }
        if status == ExecutionStatus::Paused && matches!(ask, Ask::Resume(_)) {
            world.violate(format!("{id} was said to be resumed and is paused"));
        }
        match self.ended.get(&id) {
            // An answer that was on its way for long tells what was before.
            Some(before) if before.redrives > redrives || before.heard > asked => {}
            Some(before) if before.redrives == redrives && before.status != status => {
                let before = before.status;
                world.violate(format!("{id} is {status:?} after it was {before:?}"));
            }
            _ if status.is_open() => {}
            _ => {
                let ended = Ended {
                    redrives,
                    status,
                    heard,
                };
                self.ended.insert(id, ended);
            }
        }
        if let Some(accepted) = self.accepted.get(&id)
            && accepted.input.value() != execution.input.value()
        {
            world.violate(format!("{id} has another input than it was given"));
        }
    }

    /// A task was ended by its token.
    pub(super) fn end_task(&mut self, token: &str, output: Option<Json>, world: &mut Inner) {
        let Some(token) = Token::parse(token) else {
            return world.violate(format!("{token} is no token and was taken for one"));
        };
        let place = (token.execution, token.action);
        if self.tasks.insert(place, output).is_some() {
            let (id, action) = place;
            world.violate(format!("the task {id}.{action} was ended twice"));
        }
    }
}

/// The events of a history follow one another, and after an end comes nothing but that it goes on.
pub(super) fn check_events(id: ExecutionId, events: &[wire::Event], world: &mut Inner) {
    const ENDS: [&str; 5] = ["Succeeded", "Failed", "TimedOut", "Aborted", "Expired"];
    let mut has_ended = false;
    for (event, number) in events.iter().zip(1..) {
        if event.id != number {
            return world.violate(format!("{id} has event {} where {number} comes", event.id));
        }
        if has_ended && event.kind != "ExecutionRedriven" {
            return world.violate(format!("{id} has {} after its end", event.kind));
        }
        let end = event.kind.strip_prefix("Execution");
        has_ended = end.is_some_and(|end| ENDS.contains(&end));
    }
}

/// Whether a client may be refused like this.
pub(super) fn check_refusal(ask: &Ask, error: &Error, world: &mut Inner) {
    let code = error.code;
    let is_right = match ask {
        Ask::Start(start) => is_start_refused(start, code),
        Ask::Batch(starts) => starts.iter().any(|start| is_start_refused(start, code)),
        // The task timed out, or somebody else ended it.
        Ask::Succeed(..) | Ask::Fail(_) | Ask::Heartbeat(_) => code == "TaskTimedOut",
        // What was accepted is there; that it is read while its shard moves is no excuse.
        Ask::Get(_) | Ask::GetByName(..) | Ask::History(_) | Ask::Stop(_) => false,
        Ask::Pause(_) | Ask::Resume(_) => code == "ExecutionEnded",
        Ask::Redrive(..) => code == "ExecutionNotRedrivable",
        Ask::Take(..) => error.kind == Kind::Exhausted,
    };
    if !is_right {
        world.violate(format!("{ask:?} was refused: {error:?}"));
    }
}

fn is_start_refused(start: &wire::StartExecution, code: &str) -> bool {
    let is_late = start.start_before.is_some() && code == "StartBeforePassed";
    is_late || code == "ExecutionAlreadyExists"
}
