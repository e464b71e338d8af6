//! Clients: they start executions, ask after them, stop some, end tasks by their tokens, work for an
//! activity, and ask again whatever was not answered.

use std::collections::{BTreeMap, VecDeque};

use serde_json::json;
use steploom_api::wire;
use steploom_machine::ActionId;
use steploom_machine::token::Token;
use steploom_types::{Error, ExecutionId, Json, Kind, MachineName, Name};

use crate::ask::{Ask, Reply};
use crate::definition;
use crate::lots::Lots;
use crate::runner;
use crate::simulation::Event;
use crate::world::Inner;

/// Workers of the activity.
const DESKS: usize = 2;

/// Names that were used, of which some are used again.
const NAMES_KEPT: usize = 50;

/// What is to happen, and when.
type Plans = Vec<(u64, Event)>;

/// All clients.
pub(crate) struct Load {
    lots: Lots,
    machines: Vec<Name>,
    last_request: u64,
    requests: BTreeMap<u64, Ask>,
    names: VecDeque<wire::StartExecution>,
    are_desks_closed: bool,
    /// What clients were told.
    pub(crate) told: Told,
}

/// What clients were told, to be held against what is.
#[derive(Default)]
pub(crate) struct Told {
    /// Executions that were accepted, with their inputs.
    pub(crate) accepted: BTreeMap<ExecutionId, Accepted>,
    /// Executions that were said to have ended.
    pub(crate) ended: BTreeMap<ExecutionId, wire::ExecutionStatus>,
    /// Tasks whose end was accepted: by an output, or as a failure.
    pub(crate) tasks: BTreeMap<(ExecutionId, ActionId), Option<Json>>,
}

/// An execution that was accepted.
pub(crate) struct Accepted {
    pub(crate) machine: MachineName,
    pub(crate) name: Name,
    pub(crate) input: Json,
}

impl Load {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            lots: Lots::of(seed, "clients"),
            machines: Vec::new(),
            last_request: 0,
            requests: BTreeMap::new(),
            names: VecDeque::new(),
            are_desks_closed: false,
            told: Told::default(),
        }
    }

    /// These machines may be started.
    pub(crate) fn know(&mut self, machines: Vec<Name>) {
        self.machines = machines;
    }

    /// Workers of the activity begin to ask for tasks.
    pub(crate) fn open_desks(now_ms: u64) -> Plans {
        (0..DESKS).map(|_| (now_ms, poll())).collect()
    }

    /// Workers of the activity ask for nothing more.
    pub(crate) fn close_desks(&mut self) {
        self.are_desks_closed = true;
    }

    /// Whether nobody waits for anything but work.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests
            .values()
            .all(|ask| matches!(ask, Ask::Take(_)))
    }

    /// A new request; gives its number.
    pub(crate) fn request(&mut self, ask: Ask) -> u64 {
        self.last_request += 1;
        self.requests.insert(self.last_request, ask);
        self.last_request
    }

    /// What a request asks, while it is not answered.
    pub(crate) fn asked(&self, request: u64) -> Option<Ask> {
        self.requests.get(&request).cloned()
    }

    /// A client wants an execution.
    pub(crate) fn want(&mut self) -> u64 {
        let start = self.start();
        self.request(Ask::Start(start))
    }

    fn start(&mut self) -> wire::StartExecution {
        if !self.names.is_empty() && self.lots.percent(8) {
            // The same again, or the same name with another input.
            let place = self.lots.below(self.names.len() as u64) as usize;
            let mut again = self.names[place].clone();
            if self.lots.percent(30) {
                again.input = definition::input(&mut self.lots).into();
            }
            return again;
        }
        let machine = self.lots.pick(&self.machines).clone();
        let is_named = self.lots.percent(60);
        let number = self.lots.draw();
        let start = wire::StartExecution {
            version: None,
            name: is_named.then(|| format!("n{number:x}").parse().expect("a short name")),
            input: definition::input(&mut self.lots).into(),
            ..wire::StartExecution::new(machine)
        };
        if is_named {
            self.names.push_back(start.clone());
            if self.names.len() > NAMES_KEPT {
                self.names.pop_front();
            }
        }
        start
    }

    /// A function has handed its token out: somebody uses it, or does not.
    pub(crate) fn handed_over(&mut self, now_ms: u64, token: &str) -> Plans {
        let mut plans = Vec::new();
        let at_ms = now_ms + self.lots.between(50, 40_000);
        let mut beat_ms = now_ms + 3_000;
        while beat_ms < at_ms && self.lots.percent(80) {
            plans.push((beat_ms, Event::New(Ask::Heartbeat(token.to_owned()))));
            beat_ms += 4_000;
        }
        if self.lots.percent(10) {
            return plans;
        }
        let succeeds = self.lots.percent(80);
        for _ in 0..if self.lots.percent(20) { 2 } else { 1 } {
            // Twice: the second time at once, or long after the task is over.
            let at_ms = at_ms + *self.lots.pick(&[0, 5, 90_000]);
            let ask = if succeeds {
                let output = json!({"called": self.lots.below(1_000)});
                Ask::Succeed(token.to_owned(), output.into())
            } else {
                Ask::Fail(token.to_owned())
            };
            plans.push((at_ms, Event::New(ask)));
        }
        plans
    }

    /// A client hears an answer.
    pub(crate) fn hear(
        &mut self,
        now_ms: u64,
        request: u64,
        reply: Reply,
        world: &mut Inner,
        plans: &mut Plans,
    ) {
        let Some(ask) = self.requests.get(&request).cloned() else {
            return;
        };
        let is_lost = self.is_lost(&ask, &reply, world);
        let is_over = match (&ask, reply) {
            (_, Reply::Reset) => false,
            (_, Reply::Refused(error)) if runner::passes(&error) => false,
            (Ask::Start(start), Reply::Started(execution, _)) => {
                self.accepted(now_ms, start, &execution, world, plans);
                !is_lost
            }
            (Ask::Get(_) | Ask::GetByName(..) | Ask::Stop(_), Reply::Execution(execution)) => {
                self.seen(&ask, &execution, world);
                true
            }
            (Ask::History(id), Reply::Events(events)) => {
                check_events(*id, &events, world);
                true
            }
            (Ask::Succeed(token, output), Reply::Done) => {
                self.ended_task(token, Some(output.clone()), world);
                !is_lost
            }
            (Ask::Fail(token), Reply::Done) => {
                self.ended_task(token, None, world);
                !is_lost
            }
            (Ask::Take(_), Reply::Task(task)) => {
                if let Some(task) = task {
                    plans.extend(self.handed_over(now_ms, &task.task_token));
                }
                true
            }
            (_, Reply::Refused(error)) => {
                check_refusal(&ask, &error, world);
                true
            }
            (_, _) => true,
        };
        if is_over {
            self.requests.remove(&request);
            if matches!(ask, Ask::Take(_)) && !self.are_desks_closed {
                plans.push((now_ms + self.lots.between(0, 2_000), poll()));
            }
        } else {
            let again = now_ms + self.lots.between(50, 3_000);
            plans.push((again, Event::Send(request)));
        }
    }

    /// Whether the answer is lost on its way, though the server gave it.
    fn is_lost(&mut self, ask: &Ask, reply: &Reply, world: &mut Inner) -> bool {
        let matters = matches!(
            (ask, reply),
            (Ask::Start(_), Reply::Started(..)) | (Ask::Succeed(..) | Ask::Fail(_), Reply::Done)
        );
        let is_lost = matters && self.lots.percent(4);
        if is_lost {
            world.faults.count("response-dropped");
        }
        is_lost
    }

    fn accepted(
        &mut self,
        now_ms: u64,
        start: &wire::StartExecution,
        execution: &wire::Execution,
        world: &mut Inner,
        plans: &mut Plans,
    ) {
        let summary = &execution.summary;
        let id = summary.id;
        if execution.input.value() != start.input.value() {
            world.violate(format!("{id} was accepted with another input"));
        }
        let accepted = Accepted {
            machine: summary.machine.clone(),
            name: summary.name.clone(),
            input: start.input.clone(),
        };
        self.told.accepted.insert(id, accepted);
        let mut ask = |load: &mut Self, percent, last_ms, ask| {
            if load.lots.percent(percent) {
                plans.push((now_ms + load.lots.between(0, last_ms), Event::New(ask)));
            }
        };
        ask(self, 15, 60_000, Ask::Get(id));
        let named = Ask::GetByName(summary.machine.clone(), summary.name.clone());
        ask(self, 5, 60_000, named);
        ask(self, 5, 300_000, Ask::History(id));
        ask(self, 10, 120_000, Ask::Stop(id));
    }

    /// An execution was shown.
    fn seen(&mut self, ask: &Ask, execution: &wire::Execution, world: &mut Inner) {
        let id = execution.summary.id;
        let status = execution.summary.status;
        let is_running = status == wire::ExecutionStatus::Running;
        if is_running && matches!(ask, Ask::Stop(_)) {
            world.violate(format!("{id} was said to be stopped and runs"));
        }
        match self.told.ended.get(&id) {
            Some(before) if *before != status => {
                world.violate(format!("{id} is {status:?} after it was {before:?}"));
            }
            None if !is_running => {
                self.told.ended.insert(id, status);
            }
            _ => {}
        }
        if let Some(accepted) = self.told.accepted.get(&id)
            && accepted.input.value() != execution.input.value()
        {
            world.violate(format!("{id} has another input than it was given"));
        }
    }

    fn ended_task(&mut self, token: &str, output: Option<Json>, world: &mut Inner) {
        let Some(token) = Token::parse(token) else {
            return world.violate(format!("{token} is no token and was taken for one"));
        };
        let place = (token.execution, token.action);
        if self.told.tasks.insert(place, output).is_some() {
            let (id, action) = place;
            world.violate(format!("the task {id}.{action} was ended twice"));
        }
    }
}

fn poll() -> Event {
    Event::New(Ask::Take(
        definition::ACTIVITY.parse().expect("a short name"),
    ))
}

/// The events of a history follow one another, and end with the end.
fn check_events(id: ExecutionId, events: &[wire::Event], world: &mut Inner) {
    for (event, number) in events.iter().zip(1..) {
        if event.id != number {
            return world.violate(format!("{id} has event {} where {number} comes", event.id));
        }
        let is_end = ["Succeeded", "Failed", "TimedOut", "Aborted"]
            .iter()
            .any(|end| event.kind == format!("Execution{end}"));
        if is_end && number < events.len() as u64 {
            return world.violate(format!("{id} has events after its end"));
        }
    }
}

/// Whether a client may be refused like this.
fn check_refusal(ask: &Ask, error: &Error, world: &mut Inner) {
    let is_right = match ask {
        Ask::Start(_) => error.code == "ExecutionAlreadyExists",
        // The task timed out, or somebody else ended it.
        Ask::Succeed(..) | Ask::Fail(_) | Ask::Heartbeat(_) => error.code == "TaskTimedOut",
        // What was accepted is there; that it is read while its shard moves is no excuse.
        Ask::Get(_) | Ask::GetByName(..) | Ask::History(_) | Ask::Stop(_) => false,
        Ask::Take(_) => error.kind == Kind::Exhausted,
    };
    if !is_right {
        world.violate(format!("{ask:?} was refused: {error:?}"));
    }
}
