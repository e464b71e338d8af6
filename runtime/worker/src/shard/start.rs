//! Starting an execution: once per (account, machine, name).
//!
//! While an execution of that name runs, the same input gives the same answer and another input a
//! conflict; once it is closed, the name stays taken for the name window. A name that is not in
//! memory is looked up in the projection before it is given away; meanwhile others who want the same
//! name wait.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use steploom_api::wire;
use steploom_machine::{Fact, Outcome, RunLimits, SEMANTICS, Started, Terms};
use steploom_probe::{Bug, Mark, is_planted, mark};
use steploom_types::{
    AccountId, Digest, Error, ExecutionId, Json, Kind, MachineName, Name, Result, Timestamp, limits,
};
use tokio::sync::{mpsc, oneshot};

use super::Command;
use super::owned::Owned;
use crate::payload::{self, Kept};
use crate::view::{self, Stands};

/// An execution that somebody wants.
pub(crate) struct Start {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    /// `None`: the id, which nobody else has.
    pub(crate) name: Option<Name>,
    pub(crate) machine: MachineName,
    pub(crate) machine_version: u32,
    pub(crate) definition: Digest,
    pub(crate) checked: Arc<steploom_asl::Machine>,
    pub(crate) seed: u64,
    pub(crate) input: Json,
    /// The input, if it is an object.
    pub(crate) kept: Kept,
    /// Of a range: its first fact, but for the time. It takes part in no limits: its parent does.
    pub(crate) range: Option<Box<Started>>,
    pub(crate) terms: Option<Arc<Terms>>,
    /// The machine's role.
    pub(crate) role: Option<String>,
    /// Whether it runs in memory, and only its start and its end are facts.
    pub(crate) is_express: bool,
    pub(crate) reply: Reply,
}

/// The way back to who wants an execution. Dropped, it says that the shard has moved.
pub(crate) enum Reply {
    /// It waits for this one alone.
    One(oneshot::Sender<Result<Accepted>>),
    /// It waits for a batch, of which this is the one with that number.
    Of(usize, mpsc::UnboundedSender<(usize, Result<Accepted>)>),
}

impl Reply {
    /// A caller that has gone away is not missed: it finds the execution by its name, or asks again.
    pub(crate) fn send(self, answer: Result<Accepted>) {
        match self {
            Self::One(reply) => drop(reply.send(answer)),
            Self::Of(number, replies) => drop(replies.send((number, answer))),
        }
    }
}

/// An execution that was accepted, not yet in the shape that its caller wants.
pub(crate) enum Accepted {
    /// It was started now.
    New(New),
    /// It was there.
    Found(Box<wire::Execution>),
}

impl Accepted {
    /// The execution, and whether it was started now.
    pub(crate) fn execution(self) -> (wire::Execution, bool) {
        match self {
            Self::New(new) => (view::execution(&new.started, new.stands()), true),
            Self::Found(execution) => (*execution, false),
        }
    }

    /// The same without input and output.
    pub(crate) fn summary(self) -> (wire::ExecutionSummary, bool) {
        match self {
            Self::New(new) => (view::summary(&new.started, new.stands()), true),
            Self::Found(execution) => (execution.summary, false),
        }
    }
}

/// How an execution stood when its start was applied.
pub(crate) struct New {
    pub(crate) started: Arc<Started>,
    pub(crate) is_pending: bool,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl New {
    fn stands(&self) -> Stands<'_> {
        Stands {
            is_pending: self.is_pending,
            outcome: self.outcome.as_ref(),
            ended_at: self.ended_at,
            ..Stands::default()
        }
    }
}

/// What a name is unique within.
pub(crate) type NameKey = (AccountId, MachineName, Name);

/// How a name stands in memory.
pub(super) enum Taken {
    /// It is being looked up or committed; these wait.
    Waiting(Vec<Start>),
    /// By this execution.
    By(ExecutionId),
}

/// What a committed `Started` fact needs.
pub(super) struct Admitted {
    pub(super) checked: Arc<steploom_asl::Machine>,
    pub(super) key: Option<NameKey>,
    pub(super) reply: Reply,
}

impl Owned {
    /// Begins starts, which go into one record; each is answered when it is durable.
    pub(super) fn start_all(&mut self, starts: Vec<Start>) {
        let unknown = starts.into_iter().filter_map(|start| self.start(start));
        let unknown = unknown.collect();
        self.look_up(unknown);
    }

    /// Begins a start; gives its name if that is to be looked up first.
    fn start(&mut self, start: Start) -> Option<NameKey> {
        let Some(name) = start.name.clone() else {
            self.admit(start);
            return None;
        };
        let key = (start.account, start.machine.clone(), name);
        match self.names.entry(key) {
            Entry::Vacant(vacant) => {
                let key = vacant.key().clone();
                vacant.insert(Taken::Waiting(vec![start]));
                return Some(key);
            }
            Entry::Occupied(mut taken) => match taken.get_mut() {
                Taken::Waiting(waiting) => {
                    mark(Mark::NameComing);
                    waiting.push(start);
                }
                Taken::By(id) => {
                    if let Some(hot) = self.hot.get(id) {
                        answer_taken(start, hot.execution());
                    } else {
                        let (id, key) = (*id, taken.key().clone());
                        self.start_again(id, key, start);
                    }
                }
            },
        }
        None
    }

    /// The name was that of an execution that is on its way to memory, or has left it.
    fn start_again(&mut self, id: ExecutionId, key: NameKey, start: Start) {
        if let Some(Command::Start(start)) = self.wait_for(id, Command::Start(Box::new(start))) {
            let waiting = Taken::Waiting(vec![*start]);
            self.names.insert(key.clone(), waiting);
            self.look_up(vec![key]);
        }
    }

    /// Answers those whose name an execution of the projection has.
    fn answer_all(&mut self, stored: wire::Execution, waiting: Vec<Start>) {
        let id = stored.summary.id;
        // What is in memory, or on its way there, is newer.
        let taken = match self.hot.get(&id) {
            Some(hot) => hot.execution(),
            None => stored,
        };
        for start in waiting {
            let start = match self.wait_for(id, Command::Start(Box::new(start))) {
                Some(Command::Start(start)) => *start,
                _ => continue,
            };
            answer_taken(start, taken.clone());
        }
    }

    fn look_up(&self, keys: Vec<NameKey>) {
        if keys.is_empty() {
            return;
        }
        let (shared, handle) = (self.shared.clone(), self.handle.clone());
        tokio::spawn(async move {
            let projection = &shared.store.projection;
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                let row = projection.find_by_name(key.0, &key.1, &key.2).await;
                let execution = match row {
                    Ok(Some(row)) => payload::execution(&shared.artifacts, row).await.map(Some),
                    Ok(None) => Ok(None),
                    Err(error) => Err(Error::from(error)),
                };
                found.push((key, execution));
            }
            // A shard that has ended has dropped those who wait, which answers them.
            let _ = handle.send(Command::NamesLooked { found }).await;
        });
    }

    /// The projection has answered for a name.
    pub(super) fn name_looked(&mut self, key: NameKey, found: Result<Option<wire::Execution>>) {
        let Some(Taken::Waiting(waiting)) = self.names.get_mut(&key) else {
            return;
        };
        let mut waiting = std::mem::take(waiting);
        match found {
            Ok(Some(stored))
                if self.name_is_kept(&stored.summary) && !is_planted(Bug::NameForgotten) =>
            {
                mark(Mark::NameKept);
                self.names.remove(&key);
                self.answer_all(stored, waiting);
            }
            Ok(_) if !waiting.is_empty() => {
                // The first gets the name; the others are answered once its fact is durable.
                let first = waiting.remove(0);
                self.names.insert(key, Taken::Waiting(waiting));
                self.admit(first);
            }
            Ok(_) => {
                self.names.remove(&key);
            }
            Err(error) => {
                self.names.remove(&key);
                for start in waiting {
                    refuse(start, error.clone());
                }
            }
        }
    }

    fn name_is_kept(&self, stored: &wire::ExecutionSummary) -> bool {
        const WINDOW_MS: u64 = limits::NAME_WINDOW_DAYS as u64 * 24 * 3600 * 1000;
        // An id is never given twice.
        let is_id = stored.name.as_str().parse() == Ok(stored.id);
        is_id
            || stored
                .ended_at
                .is_none_or(|ended| self.shared.clock.now().millis_since(ended) < WINDOW_MS)
    }

    fn admit(&mut self, mut start: Start) {
        if self.pending.body_bytes() > limits::SHARD_PENDING_BYTES_MAX {
            let message = "the disk falls behind what is started; try again in a second";
            let busy = Error::new(Kind::Exhausted, "ShardBusy", message).with_retry_after(1);
            return self.refuse(start, &busy);
        }
        if let Err(late) = ensure_in_time(start.terms.as_deref(), self.shared.clock.now()) {
            return self.refuse(start, &late);
        }
        let name = start.name.clone().unwrap_or_else(|| start.id.into());
        let key = start
            .name
            .map(|name| (start.account, start.machine.clone(), name));
        let of_range = start.range.take().map(|range| Started {
            at: self.shared.clock.now(),
            ..*range
        });
        let started = of_range.unwrap_or_else(|| Started {
            at: self.shared.clock.now(),
            account: start.account,
            id: start.id,
            name,
            machine: start.machine,
            machine_version: start.machine_version,
            is_express: start.is_express,
            definition: start.definition,
            semantics: SEMANTICS,
            seed: start.seed,
            limits: self.limits(&start.checked, start.is_express),
            input: start.input,
            terms: start.terms,
            role: start.role,
            range: None,
        });
        if is_planted(Bug::AnswerBeforeCommit) {
            let reply = std::mem::replace(&mut start.reply, Reply::One(oneshot::channel().0));
            reply.send(Ok(Accepted::New(New {
                started: Arc::new(started.clone()),
                is_pending: false,
                outcome: None,
                ended_at: None,
            })));
        }
        let admitted = Admitted {
            checked: start.checked,
            key,
            reply: start.reply,
        };
        let fact = (Fact::Started(Arc::new(started)), start.kept);
        self.pending.push(start.id, fact, Some(admitted), None);
    }

    fn limits(&self, machine: &steploom_asl::Machine, is_express: bool) -> RunLimits {
        let mut limits = RunLimits {
            payload_bytes_max: self.shared.data_bytes_max(machine),
            ..self.shared.run_limits
        };
        if is_express {
            limits.execution_seconds_max = limits::express::SECONDS_MAX;
        }
        limits
    }

    /// Refuses a start that is not pending yet; who waits for its name goes on without it.
    fn refuse(&mut self, start: Start, error: &Error) {
        let key = start
            .name
            .clone()
            .map(|name| (start.account, start.machine.clone(), name));
        refuse(start, error.clone());
        let Some(Taken::Waiting(waiting)) = key.and_then(|key| self.names.remove(&key)) else {
            return;
        };
        // The name was looked up and is free.
        let unknown = waiting
            .into_iter()
            .filter_map(|next| self.start(next))
            .collect();
        self.look_up(unknown);
    }

    /// A named start has become durable: those who wanted the same name are answered.
    pub(super) fn name_started(&mut self, key: NameKey, id: ExecutionId) {
        if let Some(Taken::Waiting(waiting)) = self.names.insert(key, Taken::By(id))
            && let Some(hot) = self.hot.get(&id)
        {
            for start in waiting {
                answer_taken(start, hot.execution());
            }
        }
    }
}

/// Answers a start whose name another execution has.
fn answer_taken(start: Start, taken: wire::Execution) {
    let running = taken.summary.status.is_open();
    let answer = if running && taken.input == start.input {
        Ok(Accepted::Found(Box::new(taken)))
    } else {
        let how = if running {
            "is running with another input"
        } else {
            "has been used by an execution that ended"
        };
        let wire::ExecutionSummary {
            name, machine, id, ..
        } = &taken.summary;
        Err(Error::conflict(
            "ExecutionAlreadyExists",
            format!("the name '{name}' of machine '{machine}' {how} ({id}); choose another name"),
        ))
    };
    start.reply.send(answer);
}

fn refuse(start: Start, error: Error) {
    start.reply.send(Err(error));
}

/// A start that has waited for too long is refused.
pub(crate) fn ensure_in_time(terms: Option<&Terms>, now: Timestamp) -> Result<()> {
    match terms.and_then(|terms| terms.start_before) {
        Some(before) if before <= now => Err(Error::invalid(
            "StartBeforePassed",
            format!("it was to begin before {before}, which has passed; nothing was started"),
        )),
        _ => Ok(()),
    }
}
