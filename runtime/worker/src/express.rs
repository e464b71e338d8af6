//! An EXPRESS execution: run in memory, in the task of whoever waits for it, and journaled nowhere.
//!
//! It is the same interpreter over the same facts as in a shard, and attempts go through the same queues.
//! But facts are applied as they come, and nobody else may speak of its tasks: what would need somebody
//! outside to find it again is refused. Whoever drops the future ends the execution and all that it has
//! asked for.
//!
//! One that nobody waits for runs in the same way beside the shard that owns it, which has committed its start
//! and will commit its end, and nothing in between: after a crash it runs again from its start.

mod log;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{AbortHandle, AbortRegistration, Abortable};
use futures::stream::FuturesUnordered;
use steploom_api::wire::{Logging, MachineSettings};
use steploom_asl::Resource;
use steploom_machine::{
    Action, ActionId, Fact, Failure, Invoke, NoEvents, Outcome, PartialFailure, Run, Started,
};
use steploom_store::projection::Status;
use steploom_types::{Error, MachineName, Result, Timestamp, limits::express as limits};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::effect::Answers;
use crate::port::Port;
use crate::shared::Shared;
use crate::{dispatcher, effect, metrics, view};

pub(crate) use log::Log;

/// The longest sleep before the clock is looked at again: it may have been set forward.
const CLOCK_CHECK: Duration = Duration::from_secs(1);

/// The error of what an EXPRESS execution may not do, or not any more.
const RUNTIME: &str = "States.Runtime";

/// What is awaited of an execution that runs beside its owner: the machine never gives that number.
pub(crate) const WHOLE: ActionId = ActionId(0);

/// Whether an execution may have been run before, by an owner that is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Try {
    First,
    Again,
}

/// Runs an execution whose start is durable, once there is a place, and hands its end to its owner.
pub(crate) async fn to_its_end(
    shared: Arc<Shared>,
    machine: Arc<steploom_asl::Machine>,
    started: Arc<Started>,
    tried: Try,
    answers: Answers,
) {
    // The semaphore is never closed.
    let _place = shared.express_owned.acquire().await;
    let port = Port::of(&shared).await;
    let log = Log::new(&shared.logs, &started, logging(&shared, &started).await);
    let of = Run::in_memory(machine);
    let outcome = match run(&port, of, started, log, tried).await {
        Ok(ended) => ended.outcome,
        Err(error) => {
            tracing::error!(%error, "an EXPRESS execution cannot go on");
            Outcome::Failed(PartialFailure {
                error: Some(RUNTIME.to_owned()),
                cause: Some(error.message),
            })
        }
    };
    let at = shared.clock.now();
    answers.send(Fact::Ended { at, outcome }).await;
}

/// What its machine wants logged; nothing if that cannot be read, or if there is no such machine any more.
async fn logging(shared: &Shared, started: &Started) -> Logging {
    let MachineName::Named(machine) = &started.machine else {
        return Logging::default();
    };
    let known = shared.registry.profile(started.account, machine).await;
    match known {
        Ok(known) => known.map_or_else(Logging::default, |known| {
            logging_of(&known.profile.settings)
        }),
        Err(error) => {
            tracing::warn!(%machine, %error, "what a machine wants logged cannot be read");
            Logging::default()
        }
    }
}

/// What a machine's settings ask for.
pub(crate) fn logging_of(settings: &MachineSettings) -> Logging {
    Logging {
        log_level: settings.logging.level,
        include_execution_data: settings.logging.include_execution_data,
    }
}

/// An execution that has ended.
pub(crate) struct Ended {
    pub(crate) started: Arc<Started>,
    pub(crate) outcome: Outcome,
    pub(crate) at: Timestamp,
    /// Bytes of its input and of all that it was answered.
    pub(crate) bytes: u64,
}

/// Runs an execution to its end, which has not begun in `of`.
///
/// # Errors
/// `Internal`: a bug of ours. A failing workflow is an [`Ended`].
pub(crate) async fn run(
    port: &Port,
    of: Run,
    started: Arc<Started>,
    log: Option<Log>,
    tried: Try,
) -> Result<Ended> {
    let mut running = Running::new(port.shared(), of, started, log);
    let mut calls = FuturesUnordered::new();
    loop {
        if let Some(fact) = running.next_fact() {
            if matches!(fact, Fact::Continued { .. }) {
                // It goes round in states that wait for nothing: others have their turn.
                yield_now().await;
            }
            for action in running.apply(fact)? {
                if let Some((invoke, aborted)) = running.act(action) {
                    let call = attempt(port, running.started(), invoke, tried);
                    calls.push(Abortable::new(call, aborted));
                }
            }
            if let Some(ended) = running.ended() {
                return Ok(ended);
            }
            continue;
        }
        if let Some(log) = &mut running.log {
            log.tell();
        }
        tokio::select! {
            biased;
            Some(answered) = calls.next(), if !calls.is_empty() => {
                // What was given up answers nothing.
                running.facts.extend(answered.ok());
            }
            // Most calls answer at once: nothing is asked of the clock for them.
            () = async { sleep(running.due_in()).await } => {}
        }
    }
}

/// Makes one attempt, and gives its answer as a fact.
async fn attempt(port: &Port, started: Arc<Started>, invoke: Box<Invoke>, tried: Try) -> Fact {
    let shared = port.shared();
    shared.metrics.task(&invoke.resource);
    let answer = match &invoke.resource {
        // The definition was checked: it is met only where that has changed since.
        _ if invoke.token.is_some() => Err((waits(), None)),
        Resource::Service(_) if tried == Try::Again && invoke.at_most_once => {
            Err((dispatcher::outcome_unknown(), None))
        }
        Resource::Service(integration) if !effect::calls_function(&invoke) => {
            // It is large, and most attempts call functions.
            let request = Box::pin(effect::request(port, &started, &invoke, &integration.api));
            let answer = request.await;
            answer
                .map(|output| (output, None))
                .map_err(|failure| (failure, None))
        }
        _ => shared.dispatcher.attempt(&started, &invoke, tried).await,
    };
    effect::fact(shared.clock.now(), &invoke, answer)
}

fn waits() -> Failure {
    Failure::new(
        RUNTIME,
        "an EXPRESS execution cannot wait for a job, a task token, a worker or a distributed Map",
    )
}

/// What is not for EXPRESS, asked for all the same.
fn unable(at: Timestamp, action: ActionId) -> Fact {
    Fact::TaskFailed {
        at,
        action,
        failure: waits(),
        version: None,
    }
}

/// An execution while it runs.
struct Running<'a> {
    shared: &'a Shared,
    run: Run,
    outcome: Option<Outcome>,
    log: Option<Log>,
    /// What has happened and is not applied yet.
    facts: VecDeque<Fact>,
    /// Attempts under way, in the order of their numbers.
    calls: Vec<(ActionId, AbortHandle)>,
    /// The time of the newest fact.
    at: Timestamp,
    facts_count: u64,
    bytes: u64,
}

impl<'a> Running<'a> {
    fn new(shared: &'a Shared, run: Run, started: Arc<Started>, log: Option<Log>) -> Self {
        shared.metrics.express_running.inc();
        Self {
            shared,
            run,
            outcome: None,
            log,
            at: started.at,
            facts: VecDeque::from([Fact::Started(started)]),
            calls: Vec::new(),
            facts_count: 0,
            bytes: 0,
        }
    }

    /// What it was given at its birth, which was applied.
    fn started(&self) -> Arc<Started> {
        let birth = self.run.birth().cloned();
        birth.unwrap_or_else(|| unreachable!("nothing is asked for before it has begun"))
    }

    /// Applies a fact; gives what is to be done now.
    fn apply(&mut self, mut fact: Fact) -> Result<Vec<Action>> {
        fact.not_before(self.at);
        self.at = fact.at();
        self.facts_count += 1;
        let bytes = fact.payloads().map(|data| data.size() as u64);
        self.bytes += bytes.sum::<u64>();
        if let Fact::TaskSucceeded { action, .. } | Fact::TaskFailed { action, .. } = &fact {
            self.forget_call(*action);
        }
        let (run, log) = (&mut self.run, &mut self.log);
        // A panic ends this execution, and no other.
        let applied = catch_unwind(AssertUnwindSafe(|| match log {
            Some(log) => steploom_machine::apply(run, &fact, log),
            None => steploom_machine::apply(run, &fact, &mut NoEvents),
        }));
        let Ok(applied) = applied else {
            let why = "an EXPRESS execution panics at a fact; the log says where";
            return Err(Error::internal(why));
        };
        let actions = applied.map_err(Error::internal)?;
        self.outcome = self.run.outcome().cloned();
        self.limit();
        Ok(actions)
    }

    /// Ends it if it has taken more than it may.
    fn limit(&mut self) {
        let what = if self.facts_count > limits::FACTS_MAX {
            format!("facts ({})", limits::FACTS_MAX)
        } else if self.bytes > limits::BYTES_MAX {
            format!("bytes of data ({})", limits::BYTES_MAX)
        } else {
            return;
        };
        if self.outcome.is_some() {
            return;
        }
        let failure = PartialFailure {
            error: Some(RUNTIME.to_owned()),
            cause: Some(format!(
                "The execution reached the maximum number of {what}"
            )),
        };
        if let Some(log) = &mut self.log {
            log.failed(self.run.event_count() + 1, self.at, &failure);
        }
        self.outcome = Some(Outcome::Failed(failure));
    }

    /// Does what the machine asks for; an attempt is given back, to be made.
    fn act(&mut self, action: Action) -> Option<(Box<Invoke>, AbortRegistration)> {
        let at = self.at;
        let fact = match action {
            Action::Invoke(invoke) => {
                let (handle, aborted) = AbortHandle::new_pair();
                let last = self.calls.last();
                debug_assert!(last.is_none_or(|(last, _)| *last < invoke.action));
                self.calls.push((invoke.action, handle));
                return Some((invoke, aborted));
            }
            Action::Cancel { action } => {
                if let Some(call) = self.forget_call(action) {
                    call.abort();
                }
                return None;
            }
            Action::ReportExceeded { evaluation } => Fact::EvaluationExceeded { at, evaluation },
            Action::Continue => Fact::Continued { at },
            Action::Read(read) => unable(at, read.action),
            Action::Write(write) => unable(at, write.action),
            Action::StartRange(range) => unable(at, range.action),
            // The run knows its timers; no range is ever started.
            Action::SetTimer { .. } | Action::SetWindow { .. } | Action::StopRange { .. } => {
                return None;
            }
        };
        self.facts.push_back(fact);
        None
    }

    /// An attempt is under way no longer.
    fn forget_call(&mut self, action: ActionId) -> Option<AbortHandle> {
        let of_action = |(call, _): &(ActionId, _)| *call;
        let place = self.calls.binary_search_by_key(&action, of_action).ok()?;
        Some(self.calls.remove(place).1)
    }

    /// The next fact: a timer that is due goes before all else.
    fn next_fact(&mut self) -> Option<Fact> {
        let at = self.shared.clock.now();
        match self.run.due_timer(at) {
            Some(action) => Some(Fact::TimerFired { at, action }),
            None => self.facts.pop_front(),
        }
    }

    /// How long nothing is due.
    fn due_in(&self) -> Duration {
        let now = self.shared.clock.now();
        let next = self.run.next_timer();
        let next = next.map(|at| Duration::from_millis(at.millis_since(now)));
        next.map_or(CLOCK_CHECK, |next| next.min(CLOCK_CHECK))
    }

    /// How it ended, once it has.
    fn ended(&self) -> Option<Ended> {
        Some(Ended {
            outcome: self.outcome.clone()?,
            started: self.started(),
            at: self.at,
            bytes: self.bytes,
        })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let (None, Some(log)) = (&self.outcome, &mut self.log) {
            log.given_up(self.run.event_count() + 1, self.shared.clock.now());
        }
        let status = match &self.outcome {
            Some(outcome) => view::status(Some(outcome)),
            None => Status::Aborted,
        };
        let metrics = &self.shared.metrics;
        metrics.express_running.dec();
        let label = metrics::status_label(status);
        metrics.express_ended.inc(label);
    }
}
