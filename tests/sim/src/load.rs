//! Clients: they start executions, ask after them, stop, pause and redrive some, end tasks by their
//! tokens, work for an activity, and ask again whatever was not answered.

mod starts;
mod told;

use std::collections::BTreeMap;

use serde_json::json;
use steploom_api::wire::{self, ExecutionStatus};

use crate::ask::{Ask, PATIENCE_MS, POLL_MS, Reply};
use crate::definition;
use crate::lots::Lots;
use crate::runner;
use crate::setup::Startable;
use crate::simulation::Event;
use crate::world::Inner;

use starts::Starts;
pub(crate) use told::Told;

/// Workers of the activity.
const DESKS: usize = 2;

/// Out of a hundred times a worker goes away so often before its time.
const IMPATIENT_PERCENT: u64 = 30;

/// Out of a hundred wants so many are a batch.
const BATCHES_PERCENT: u64 = 4;

/// What is to happen, and when.
type Plans = Vec<(u64, Event)>;

/// All clients.
pub(crate) struct Load {
    lots: Lots,
    starts: Starts,
    last_request: u64,
    requests: BTreeMap<u64, Request>,
    /// Counts what clients say and hear.
    clock: u64,
    are_desks_closed: bool,
    /// What clients were told.
    pub(crate) told: Told,
}

/// Something that a client asks until it is answered.
struct Request {
    ask: Ask,
    /// When it was asked first, on the clients' clock.
    asked: u64,
}

impl Load {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            lots: Lots::of(seed, "clients"),
            starts: Starts::new(),
            last_request: 0,
            requests: BTreeMap::new(),
            clock: 0,
            are_desks_closed: false,
            told: Told::default(),
        }
    }

    /// These machines may be started.
    pub(crate) fn know(&mut self, machines: Startable) {
        self.starts.machines = machines;
    }

    /// Workers of the activity begin to ask for tasks.
    pub(crate) fn open_desks(now_ms: u64) -> Plans {
        (0..DESKS).map(|_| (now_ms, poll(PATIENCE_MS))).collect()
    }

    /// Workers of the activity ask for nothing more.
    pub(crate) fn close_desks(&mut self) {
        self.are_desks_closed = true;
    }

    /// Whether nobody waits for anything but work.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.values().all(|request| request.ask.is_poll())
    }

    /// A new request; gives its number.
    pub(crate) fn request(&mut self, ask: Ask) -> u64 {
        self.clock += 1;
        self.request_of(ask, self.clock)
    }

    /// The same for what was asked for once before, perhaps with effect.
    fn request_of(&mut self, ask: Ask, asked: u64) -> u64 {
        self.last_request += 1;
        self.requests
            .insert(self.last_request, Request { ask, asked });
        self.last_request
    }

    /// What a request asks, while it is not answered.
    pub(crate) fn asked(&self, request: u64) -> Option<Ask> {
        self.requests.get(&request).map(|one| one.ask.clone())
    }

    /// A client wants an execution, or several.
    pub(crate) fn want(&mut self) -> u64 {
        let ask = if self.lots.percent(BATCHES_PERCENT) {
            Ask::Batch(self.starts.batch(&mut self.lots))
        } else {
            Ask::Start(self.starts.start(&mut self.lots))
        };
        self.request(ask)
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
        let Some(Request { ask, asked }) = self.requests.get(&request) else {
            return;
        };
        let (ask, asked) = (ask.clone(), *asked);
        self.clock += 1;
        if self.is_over(now_ms, (&ask, asked), reply, world, plans) {
            self.requests.remove(&request);
            if matches!(ask, Ask::Take(..)) && !self.are_desks_closed {
                let patience_ms = if self.lots.percent(IMPATIENT_PERCENT) {
                    self.lots.between(1, POLL_MS)
                } else {
                    PATIENCE_MS
                };
                plans.push((now_ms + self.lots.between(0, 2_000), poll(patience_ms)));
            }
            if let Ask::Pause(id) = ask {
                // Whatever came of it: nothing stays paused.
                let at_ms = now_ms + self.lots.between(100, 120_000);
                plans.push((at_ms, Event::New(Ask::Resume(id))));
            }
        } else {
            let again = now_ms + self.lots.between(50, 3_000);
            plans.push((again, Event::Send(request)));
        }
    }

    /// Takes an answer; whether nothing more is to be asked.
    fn is_over(
        &mut self,
        now_ms: u64,
        (ask, asked): (&Ask, u64),
        reply: Reply,
        world: &mut Inner,
        plans: &mut Plans,
    ) -> bool {
        let is_lost = self.is_lost(ask, &reply, world);
        match (ask, reply) {
            // A worker comes again in its own time.
            (Ask::Take(..), Reply::Reset) => true,
            (_, Reply::Reset) => false,
            (_, Reply::Refused(error)) if runner::passes(&error) => false,
            (Ask::Start(start), Reply::Started(execution, _)) => {
                if execution.input.value() != start.input.value() {
                    let id = execution.summary.id;
                    world.violate(format!("{id} was accepted with another input"));
                }
                self.accepted(now_ms, asked, start, &execution.summary, plans);
                !is_lost
            }
            // What some of it did is not undone: all of it is said again.
            (Ask::Batch(_), Reply::Batch(_)) if is_lost => false,
            (Ask::Batch(starts), Reply::Batch(answers)) => {
                for (start, answer) in starts.iter().zip(answers) {
                    match answer {
                        Ok((summary, _)) => {
                            self.accepted(now_ms, asked, start, &summary, plans);
                        }
                        Err(error) if runner::passes(&error) => {
                            let again = now_ms + self.lots.between(50, 3_000);
                            let alone = self.request_of(Ask::Start(start.clone()), asked);
                            plans.push((again, Event::Send(alone)));
                        }
                        Err(error) => told::check_refusal(ask, &error, world),
                    }
                }
                true
            }
            (_, Reply::Execution(execution)) => {
                self.told.see(ask, (asked, self.clock), &execution, world);
                self.redrive(now_ms, &execution.summary, plans);
                true
            }
            (Ask::History(id), Reply::Events(events)) => {
                told::check_events(*id, &events, world);
                true
            }
            (Ask::Succeed(token, output), Reply::Done) => {
                self.told.end_task(token, Some(output.clone()), world);
                !is_lost
            }
            (Ask::Fail(token), Reply::Done) => {
                self.told.end_task(token, None, world);
                !is_lost
            }
            (Ask::Take(..), Reply::Task(task)) => {
                if let Some(task) = task {
                    plans.extend(self.handed_over(now_ms, &task.task_token));
                }
                true
            }
            (_, Reply::Refused(error)) => {
                told::check_refusal(ask, &error, world);
                true
            }
            (_, _) => true,
        }
    }

    /// Whether the answer is lost on its way, though the server gave it.
    fn is_lost(&mut self, ask: &Ask, reply: &Reply, world: &mut Inner) -> bool {
        let matters = matches!(
            (ask, reply),
            (Ask::Start(_), Reply::Started(..))
                | (Ask::Batch(_), Reply::Batch(_))
                | (Ask::Succeed(..) | Ask::Fail(_), Reply::Done)
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
        asked: u64,
        start: &wire::StartExecution,
        summary: &wire::ExecutionSummary,
        plans: &mut Plans,
    ) {
        let id = summary.id;
        self.told.accept((asked, self.clock), &start.input, summary);
        let mut ask = |load: &mut Self, percent, last_ms, ask| {
            if load.lots.percent(percent) {
                plans.push((now_ms + load.lots.between(0, last_ms), Event::New(ask)));
            }
        };
        ask(self, 15, 60_000, Ask::Get(id));
        ask(self, 15, 900_000, Ask::Get(id));
        let named = Ask::GetByName(summary.machine.clone(), summary.name.clone());
        ask(self, 5, 60_000, named);
        ask(self, 5, 300_000, Ask::History(id));
        ask(self, 10, 120_000, Ask::Stop(id));
        ask(self, 4, 60_000, Ask::Pause(id));
    }

    /// An execution that is seen to have ended badly goes on, perhaps, and perhaps two want it to.
    fn redrive(&mut self, now_ms: u64, summary: &wire::ExecutionSummary, plans: &mut Plans) {
        use ExecutionStatus::{Aborted, Failed, TimedOut};
        let is_bad = matches!(summary.status, Failed | TimedOut | Aborted);
        if !is_bad || !self.lots.percent(40) {
            return;
        }
        let mut redrive = wire::RedriveExecution::default();
        match self.lots.below(4) {
            0 => redrive.input = Some(definition::input(&mut self.lots).into()),
            1 => redrive.skip = Some(definition::input(&mut self.lots).into()),
            _ => {}
        }
        let at_ms = now_ms + self.lots.between(0, 30_000);
        let ask = Ask::Redrive(summary.id, redrive);
        if self.lots.percent(20) {
            plans.push((at_ms, Event::New(ask.clone())));
        }
        if self.lots.percent(20) {
            plans.push((at_ms, Event::New(Ask::Pause(summary.id))));
        }
        plans.push((at_ms, Event::New(ask)));
        let look_ms = at_ms + self.lots.between(1_000, 300_000);
        plans.push((look_ms, Event::New(Ask::Get(summary.id))));
    }
}

fn poll(patience_ms: u64) -> Event {
    let activity = definition::ACTIVITY.parse().expect("a short name");
    Event::New(Ask::Take(activity, patience_ms))
}
