//! A shard while it is owned: the loop that takes commands, commits facts and acts on them.

use std::collections::{BTreeSet, HashMap};
use std::future;
use std::sync::Arc;
use std::time::Duration;

use steploom_machine::{Action, ActionId, Fact};
use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_store::journal::{Append, Lsn};
use steploom_store::lease::Lease;
use steploom_store::projection::Status;
use steploom_types::{AccountId, ExecutionId, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::batch::{After, Batch, Entry};
use super::checkpoint::Checkpoints;
use super::hot::Hot;
use super::start::{NameKey, Taken};
use super::{Command, Found, Handle, Tail};
use crate::committer::Committed;
use crate::effect::{self, Answers};
use crate::shared::Shared;

/// Commands taken at once.
const COMMANDS_MAX: usize = 512;

/// The longest sleep before the clock is looked at again: it may have been set forward.
const CLOCK_CHECK: Duration = Duration::from_secs(1);

pub(super) struct Owned {
    pub(super) shared: Arc<Shared>,
    pub(super) handle: Handle,
    pub(super) lease: Lease,
    /// The newest record that is durable and applied.
    pub(super) lsn: Lsn,
    pub(super) hot: HashMap<ExecutionId, Hot>,
    pub(super) names: HashMap<NameKey, Taken>,
    pub(super) timers: BTreeSet<(Timestamp, ExecutionId, ActionId)>,
    /// Facts for the next commit.
    pub(super) pending: Batch,
    /// The commit under way.
    committing: Option<(Batch, oneshot::Receiver<Committed>)>,
    pub(super) checkpoints: Checkpoints,
    /// Stops of children that are not durable yet, see [`Owned::stop_child`].
    pub(super) unsettled: usize,
}

/// Why a shard is served no longer.
pub(super) enum Exit {
    /// It is lost: drop everything.
    Deposed,
    /// The process ends.
    Shutdown(Option<oneshot::Sender<()>>),
}

impl Owned {
    pub(super) fn new(shared: Arc<Shared>, handle: Handle, lease: Lease, lsn: Lsn) -> Self {
        Self {
            shared,
            handle,
            lease,
            lsn,
            hot: HashMap::new(),
            names: HashMap::new(),
            timers: BTreeSet::new(),
            pending: Batch::default(),
            committing: None,
            checkpoints: Checkpoints::default(),
            unsettled: 0,
        }
    }

    /// Serves until the shard is lost or the process ends.
    pub(super) async fn serve(&mut self, inbox: &mut mpsc::Receiver<Command>) -> Exit {
        let mut commands = Vec::with_capacity(COMMANDS_MAX);
        loop {
            self.fire_due();
            self.begin_commit();
            self.begin_checkpoint();
            let due = self.sleep_until_due();
            // In this order, so that the same events are met in the same order in a simulation. None
            // starves the others: a commit and a checkpoint end once, and what is due was just done.
            tokio::select! {
                biased;
                committed = receive(self.committing.as_mut().map(|(_, receiver)| receiver)) => {
                    if committed != Some(Committed::Done) {
                        return Exit::Deposed;
                    }
                    self.committed();
                }
                checkpointed = receive(self.checkpoints.running()) => {
                    if !self.checkpointed(checkpointed.unwrap_or(false)) {
                        return Exit::Deposed;
                    }
                }
                taken = inbox.recv_many(&mut commands, COMMANDS_MAX) => {
                    if taken == 0 {
                        return Exit::Shutdown(None);
                    }
                    for command in commands.drain(..) {
                        match command {
                            Command::Depose => return Exit::Deposed,
                            Command::Shutdown { reply } => return Exit::Shutdown(Some(reply)),
                            command => self.handle(command),
                        }
                    }
                }
                () = due => {}
            }
        }
    }

    /// Commits and checkpoints what is there, and gives the lease back.
    pub(super) async fn finish(&mut self) {
        // Twice: the commit under way, and what waits behind it. What follows from those is done by
        // the next owner; an execution that goes round and round would never let this one end.
        for _ in 0..2 {
            self.begin_commit();
            if let Some((_, receiver)) = &mut self.committing {
                if receiver.await != Ok(Committed::Done) {
                    return;
                }
                self.committed();
            }
        }
        // What is not settled is begun again from the journal, which a checkpoint would let go.
        if self.unsettled == 0 && !self.finish_checkpoints().await {
            return;
        }
        crash_point(CrashPoint::BeforeRelease);
        mark(Mark::Released);
        if let Err(error) = self
            .shared
            .store
            .leases
            .release(self.lease.shard, self.lease.epoch)
            .await
        {
            tracing::warn!(shard = %self.lease.shard, %error, "a lease was not given back; it runs out by itself");
        }
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Start(start) => self.start_all(vec![*start]),
            Command::StartAll(starts) => self.start_all(starts),
            Command::NamesLooked { found } => {
                for (key, found) in found {
                    self.name_looked(key, found);
                }
            }
            Command::Fact { id, fact } => self.answered(id, fact),
            Command::Stop {
                account,
                id,
                failure,
                reply,
            } => match self.find_mut(account, id) {
                Some(hot) if hot.is_open() => {
                    hot.waiters.push(reply);
                    let at = self.shared.clock.now();
                    self.pending
                        .push(id, Fact::StopRequested { at, failure }, None);
                }
                found => {
                    let _ = reply.send(found.map(|hot| hot.execution()));
                }
            },
            Command::Ended { account, id, reply } => match self.find_mut(account, id) {
                Some(hot) if hot.is_open() => hot.waiters.push(reply),
                found => {
                    let _ = reply.send(found.map(|hot| hot.execution()));
                }
            },
            Command::Token {
                account,
                token,
                ending,
                reply,
            } => self.by_token(account, token, ending, reply),
            Command::Take {
                id,
                action,
                worker,
                reply,
            } => self.take(id, action, worker, reply),
            Command::Watch {
                account,
                id,
                seen,
                reply,
            } => self.watch(account, id, seen, reply),
            Command::ChangeMapRun {
                account,
                id,
                map_run,
                change,
                reply,
            } => self.change_map_run(account, id, map_run, change, reply),
            Command::MapRuns { account, id, reply } => {
                let found = self.find_mut(account, id).map(|hot| hot.run().map_runs());
                let _ = reply.send(found);
            }
            Command::RangeCounts { account, id, reply } => {
                let found = self.find_mut(account, id);
                let _ = reply.send(found.and_then(|hot| hot.run().range_counts()));
            }
            Command::Settled { epoch } => {
                // A former owner's stops are none of ours: we have begun our own.
                if epoch == self.lease.epoch {
                    self.unsettled -= 1;
                }
            }
            Command::Read { account, id, reply } => {
                let _ = reply.send(self.find_mut(account, id).map(|hot| hot.execution()));
            }
            Command::ReadByName {
                account,
                machine,
                name,
                reply,
            } => {
                let _ = reply.send(self.find_by_name(&(account, machine, name)));
            }
            Command::Tail {
                account,
                id,
                follow,
                reply,
            } => {
                let tail = self.find_mut(account, id).map(|hot| tail(hot, follow));
                let _ = reply.send(tail);
            }
            Command::Depose | Command::Shutdown { .. } => {
                unreachable!("the loop takes these itself")
            }
        }
    }

    pub(super) fn find_mut(&mut self, account: AccountId, id: ExecutionId) -> Option<&mut Hot> {
        self.hot
            .get_mut(&id)
            .filter(|hot| hot.started().account == account)
    }

    fn find_by_name(&self, key: &NameKey) -> Found {
        match self.names.get(key) {
            Some(Taken::Waiting(_)) => Found::Coming,
            Some(Taken::By(id)) => self
                .hot
                .get(id)
                .map_or(Found::Absent, |hot| Found::Here(hot.execution())),
            None => Found::Absent,
        }
    }

    fn begin_commit(&mut self) {
        if self.committing.is_some() || self.pending.is_empty() {
            return;
        }
        let mut batch = std::mem::take(&mut self.pending);
        let append = Append {
            shard: self.lease.shard,
            epoch: self.lease.epoch,
            lsn: self.lsn.next(),
            body: batch.take_body(),
        };
        self.checkpoints.count_bytes(append.body.len());
        if is_planted(Bug::ApplyBeforeCommit) {
            for entry in std::mem::take(&mut batch.entries) {
                self.apply(entry);
            }
        }
        self.committing = Some((batch, self.shared.committer.submit(append)));
    }

    /// The commit under way is durable: its facts are applied, and what follows from them is done.
    fn committed(&mut self) {
        let Some((batch, _)) = self.committing.take() else {
            return;
        };
        self.lsn = self.lsn.next();
        self.shared.metrics.facts.inc_by(batch.entries.len() as u64);
        for entry in batch.entries {
            self.apply(entry);
        }
        crash_point(CrashPoint::AfterApply);
    }

    fn apply(&mut self, entry: Entry) {
        let Entry {
            id,
            fact,
            encoded,
            admitted,
            after,
        } = entry;
        let mut answer = None;
        if let (Fact::Started(started), Some(admitted)) = (&fact, admitted) {
            self.hot.insert(
                id,
                Hot::new(admitted.checked, Arc::new((**started).clone())),
            );
            self.shared.metrics.executions_started.inc();
            self.shared.metrics.executions_open.inc();
            answer = Some((admitted.key, admitted.reply));
        }
        let Some(hot) = self.hot.get_mut(&id).filter(|hot| hot.is_open()) else {
            return after.into_iter().for_each(After::tell);
        };
        match hot.apply(&fact, &encoded) {
            Ok(actions) => {
                for action in actions {
                    self.act(id, action);
                }
            }
            // The fact changes nothing; it is in the journal, and every fold meets it in the same way.
            Err(defect) => tracing::error!(execution = %id, %defect, "a fact that cannot be"),
        }
        if let Some(hot) = self.hot.get_mut(&id) {
            hot.tell_watchers();
        }
        if let Fact::TaskSubmitted { action, .. } = &fact {
            self.offer(id, *action);
        }
        after.into_iter().for_each(After::tell);
        self.checkpoints.touch(id);
        if let Some((key, reply)) = answer {
            crash_point(CrashPoint::BeforeAnswer);
            if let Some(hot) = self.hot.get(&id) {
                reply.send(Ok(hot.accepted()));
            }
            if let Some(key) = key {
                self.name_started(key, id);
            }
        }
        self.close_if_ended(id);
    }

    /// Does what the machine asks for.
    pub(super) fn act(&mut self, id: ExecutionId, action: Action) {
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        match action {
            Action::Invoke(invoke) => self.begin_attempt(id, invoke),
            Action::Read(read) => {
                let answers = Answers::new(self.handle.clone(), id);
                let (shared, started) = (self.shared.clone(), hot.started().clone());
                let action = read.action;
                self.begin_work(id, action, effect::read(shared, started, *read, answers));
            }
            Action::Write(write) => {
                let answers = Answers::new(self.handle.clone(), id);
                let (shared, started) = (self.shared.clone(), hot.started().clone());
                let action = write.action;
                self.begin_work(id, action, effect::write(shared, started, *write, answers));
            }
            Action::StartRange(range) => self.begin_range(id, *range),
            Action::SetWindow {
                action,
                version,
                window,
            } => self.order_range(id, action, |order| {
                (order.version, order.window) = (version, window);
            }),
            Action::StopRange { action } => {
                self.order_range(id, action, |order| order.is_stopped = true);
            }
            Action::SetTimer { action, at } => {
                hot.timers.insert(action, at);
                self.timers.insert((at, id, action));
            }
            Action::Cancel { action } => self.cancel(id, action),
            Action::ReportExceeded { evaluation } => {
                let at = self.shared.clock.now();
                let fact = Fact::EvaluationExceeded { at, evaluation };
                self.pending.push(id, fact, None);
            }
            Action::Continue => {
                let at = self.shared.clock.now();
                self.pending.push(id, Fact::Continued { at }, None);
            }
        }
    }

    fn close_if_ended(&mut self, id: ExecutionId) {
        let Some(hot) = self.hot.get_mut(&id).filter(|hot| !hot.is_open()) else {
            return;
        };
        for attempt in std::mem::take(&mut hot.running).into_values() {
            attempt.abort();
        }
        for (action, at) in std::mem::take(&mut hot.timers) {
            self.timers.remove(&(at, id, action));
        }
        self.shared.metrics.executions_open.dec();
        self.shared
            .metrics
            .executions_ended
            .with_label_values(&[status_label(hot.status())])
            .inc();
        for waiter in std::mem::take(&mut hot.waiters) {
            let _ = waiter.send(Some(hot.execution()));
        }
    }

    fn fire_due(&mut self) {
        if self.timers.is_empty() {
            return;
        }
        let now = self.shared.clock.now();
        while let Some(&(at, id, action)) = self.timers.first() {
            let early_ms = u64::from(is_planted(Bug::TimerEarly)) * 1_000;
            if at.millis_since(now) > early_ms {
                break;
            }
            crash_point(CrashPoint::BeforeTimer);
            self.timers.pop_first();
            if let Some(hot) = self.hot.get_mut(&id) {
                hot.timers.remove(&action);
                self.pending
                    .push(id, Fact::TimerFired { at: now, action }, None);
            }
        }
    }

    /// Ready when a timer or a checkpoint is due.
    fn sleep_until_due(&self) -> impl Future<Output = ()> + use<> {
        let timer = self
            .timers
            .first()
            .map(|(at, ..)| Duration::from_millis(at.millis_since(self.shared.clock.now())));
        let checkpoint = self.checkpoints.due_in().filter(|_| self.unsettled == 0);
        let due = [timer, checkpoint].into_iter().flatten().min();
        async move {
            match due {
                Some(due) => tokio::time::sleep(due.min(CLOCK_CHECK)).await,
                None => future::pending().await,
            }
        }
    }
}

fn tail(hot: &mut Hot, follow: bool) -> Tail {
    Tail {
        definition: hot.started().definition,
        facts_before: hot.facts_checkpointed(),
        chunks: hot.tail(),
        events: follow.then(|| hot.follow()).flatten(),
    }
}

fn status_label(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::TimedOut => "timed_out",
        Status::Aborted => "aborted",
        Status::Pending => "pending",
        Status::Paused => "paused",
        Status::Quarantined => "quarantined",
        Status::Expired => "expired",
    }
}

/// What the receiver receives; never ready without one. `None` if the sender is gone.
async fn receive<T>(receiver: Option<&mut oneshot::Receiver<T>>) -> Option<T> {
    match receiver {
        Some(receiver) => receiver.await.ok(),
        None => future::pending().await,
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let mut open = 0;
        // By id: the order in which tasks end decides who gets what they held.
        let mut all: Vec<_> = self.hot.iter().collect();
        all.sort_unstable_by_key(|(id, _)| **id);
        for (_, hot) in all {
            open += i64::from(hot.is_open());
            for attempt in hot.running.values() {
                attempt.abort();
            }
        }
        self.shared.metrics.executions_open.sub(open);
    }
}
