//! What somebody wants of an execution that runs, or has ended: that it pauses, goes on, or goes on from
//! where it ended.
//!
//! One that has ended is brought back to memory to be redriven; if it cannot be, it leaves again.

use std::sync::Arc;

use steploom_api::wire;
use steploom_asl::Machine;
use steploom_machine::{Action, ActionId, Fact, Redriven, can_redrive};
use steploom_probe::{Mark, mark};
use steploom_types::{AccountId, Error, ExecutionId, Kind, Result, Timestamp, limits};
use tokio::sync::oneshot;

use super::batch::After;
use super::hot::{Hot, Successor};
use super::owned::Owned;
use super::start::Taken;
use crate::payload::Kept;

/// What somebody wants of an execution.
pub(crate) struct Control {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) what: Wish,
    /// The execution, once the wish is durable; `None` if it is not here: it has ended, unless that is
    /// what was asked for, or there is none.
    pub(crate) reply: Controlled,
}

/// The way back to who wants something of an execution.
pub(crate) type Controlled = oneshot::Sender<Option<Result<wire::Execution>>>;

/// See [`Control`].
pub(crate) enum Wish {
    /// That it begins nothing new.
    Pause,
    /// That it goes on.
    Resume,
    /// That it goes on from where it ended; with the definition of another version, and those of its
    /// payloads that are objects.
    Redrive(Box<Redriven>, Option<Arc<Machine>>, Kept),
}

impl Owned {
    /// Commits what is wanted, or says why that cannot be.
    pub(super) fn control(&mut self, control: Control) {
        let Control {
            account,
            id,
            what,
            reply,
        } = control;
        let at = self.shared.clock.now();
        let Some(hot) = self.find_mut(account, id) else {
            let _ = reply.send(None);
            return;
        };
        let mut kept = Kept::default();
        let wanted = match what {
            Wish::Pause => paused(hot, true).map(|new| new.then_some(Fact::Paused { at })),
            Wish::Resume => paused(hot, false).map(|new| new.then_some(Fact::Resumed { at })),
            Wish::Redrive(redriven, machine, from) => {
                let redriven = Redriven { at, ..*redriven };
                kept = from;
                redrive(hot, redriven, machine)
            }
        };
        match wanted {
            Ok(Some(fact)) => {
                let after = After::Controlled(reply);
                self.push_then(id, (fact, kept), after);
            }
            Ok(None) => drop(reply.send(Some(Ok(hot.execution())))),
            Err(error) => drop(reply.send(Some(Err(error)))),
        }
    }

    /// That it goes on after its end is durable.
    pub(super) fn redriven(&mut self, id: ExecutionId) {
        let Some(hot) = self.hot.get(&id) else {
            return;
        };
        let name = hot.name_key();
        // It may have ended again at once: that is counted where it is closed.
        self.shared.metrics.executions_open.inc();
        self.names.entry(name).or_insert(Taken::By(id));
    }

    /// What of an execution that comes to memory is begun now. While it is paused that is only what goes
    /// on outside; the rest is begun when it goes on.
    pub(super) fn to_begin(hot: &mut Hot) -> Vec<Action> {
        let mut outstanding = hot.run().outstanding();
        if hot.run().is_paused() {
            mark(Mark::PausedLoaded);
            outstanding.retain(|action| {
                match action {
                    Action::Invoke(invoke) if !invoke.is_submitted => hot.hold(invoke),
                    Action::Read(read) => hot.leave_out(read.action),
                    Action::Write(write) => hot.leave_out(write.action),
                    Action::SetTimer { action, .. } => hot.leave_out(*action),
                    _ => return true,
                }
                false
            });
        }
        outstanding
    }

    /// It goes on: what was not begun while it was paused.
    pub(super) fn begin_rest(&mut self, id: ExecutionId) {
        let Some(hot) = self.hot.get_mut(&id).filter(|hot| hot.is_open()) else {
            return;
        };
        let unbegun = std::mem::take(&mut hot.unbegun);
        if unbegun.is_empty() {
            return;
        }
        for action in hot.run().outstanding() {
            let number = match &action {
                Action::Invoke(invoke) => invoke.action,
                Action::Read(read) => read.action,
                Action::Write(write) => write.action,
                Action::SetTimer { action, .. } => *action,
                // These are begun, or said, in any case.
                Action::StartRange(_)
                | Action::SetWindow { .. }
                | Action::StopRange { .. }
                | Action::Cancel { .. }
                | Action::ReportExceeded { .. }
                | Action::Continue => continue,
            };
            if unbegun.contains(&number) {
                self.act(id, action);
            }
        }
    }

    /// An attempt that is made once at the most may be made: that it is, is durable.
    pub(super) fn begin_once(&mut self, id: ExecutionId, action: ActionId) {
        let hot = self
            .hot
            .get(&id)
            .filter(|hot| !hot.running.contains_key(&action));
        let attempt = hot.and_then(|hot| hot.run().attempt(action));
        if let Some(invoke) = attempt.cloned() {
            self.make_attempt(id, Box::new(invoke));
        }
    }
}

/// Whether that has to become a fact.
fn paused(hot: &Hot, wanted: bool) -> Result<bool> {
    if !hot.is_open() {
        return Err(ended(&hot.execution()));
    }
    if wanted && hot.run().is_elsewhere() {
        let message = "executions in memory cannot be paused; this one ends by itself in minutes";
        return Err(Error::new(Kind::Conflict, "ExecutionNotPausable", message));
    }
    Ok(hot.run().is_paused() != wanted)
}

/// The fact, if it can be; none where it is the redrive before that is asked for once more.
fn redrive(
    hot: &mut Hot,
    redriven: Redriven,
    machine: Option<Arc<Machine>>,
) -> Result<Option<Fact>> {
    if is_repeated(hot, &redriven) {
        return Ok(None);
    }
    if let (Some(version), Some(machine)) = (redriven.version, machine) {
        hot.run_mut().supply(version.definition, machine);
    }
    if hot.is_redriving {
        mark(Mark::RedriveTwice);
        return Err(not_redrivable("the execution is being redriven"));
    }
    match hot.successor {
        None => {}
        Some(Successor::Is(other)) => {
            let name = &hot.started().name;
            let why = format!("its name '{name}' is that of execution {other} by now");
            return Err(not_redrivable(&format!("{why}; start a new one")));
        }
        Some(Successor::Comes) => {
            let message = "another execution is about to be started under its name";
            let error = Error::new(Kind::Unavailable, "NameBusy", message);
            return Err(error.with_retry_after(1));
        }
    }
    can_redrive(hot.run(), &redriven).map_err(|why| not_redrivable(&why.to_string()))?;
    hot.is_redriving = true;
    Ok(Some(Fact::Redriven(Box::new(redriven))))
}

/// Whether the last redrive had the same token, and that not long ago.
fn is_repeated(hot: &Hot, redriven: &Redriven) -> bool {
    const WINDOW_MS: u64 = limits::REDRIVE_TOKEN_MINUTES as u64 * 60 * 1000;
    let run = hot.run();
    let is_recent = |last: Timestamp| redriven.at.millis_since(last) < WINDOW_MS;
    redriven.client_token.is_some()
        && run.redrive_token() == redriven.client_token.as_deref()
        && run.redrives().last_at.is_some_and(is_recent)
}

fn not_redrivable(why: &str) -> Error {
    Error::new(Kind::Conflict, "ExecutionNotRedrivable", why)
}

/// What is wanted can only be had while the execution runs.
pub(crate) fn ended(execution: &wire::Execution) -> Error {
    let summary = &execution.summary;
    Error::new(
        Kind::Conflict,
        "ExecutionEnded",
        format!(
            "execution {} has ended ({:?}); only one that has not can be paused or resumed",
            summary.id, summary.status
        ),
    )
}
