//! A shard while it is owned: the loop that takes commands, commits facts and acts on them.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use steploom_api::wire;
use steploom_machine::{Action, ActionId, Fact, Run};
use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_store::journal::{Append, Lsn};
use steploom_store::lease::Lease;
use steploom_types::{AccountId, Error, ExecutionId, Result, ShardId, Slot, Timestamp, limits};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::batch::{Batch, Entry};
use super::caution::Caution;
use super::checkpoint::Checkpoints;
use super::home::{Asked, Home};
use super::hot::Hot;
use super::load::{Brought, Loads};
use super::quarantine::Aside;
use super::start::{NameKey, Taken};
use super::waiting::{START_BEFORE, Waiting};
use super::wake::{self, Sleeper, Wakes};
use super::{Command, Found, Handle, Tail, moved};
use crate::committer::Committed;
use crate::effect::{self, Answers};
use crate::express::Try;
use crate::mailbox::Post;
use crate::metrics;
use crate::shared::Shared;

/// Commands taken at once.
const COMMANDS_MAX: usize = 512;

/// The longest sleep before the clock is looked at again: it may have been set forward.
const CLOCK_CHECK: Duration = Duration::from_secs(1);

/// Answers of the store that wait for the owner.
const NEWS_MAX: usize = 64;

pub(super) struct Owned {
    pub(super) shared: Arc<Shared>,
    pub(super) handle: Handle,
    /// The first and the last slot.
    pub(super) slots: (u16, u16),
    pub(super) lease: Lease,
    /// The newest record that is durable and applied.
    pub(super) lsn: Lsn,
    /// Executions in memory, each in a place of its own: the table is small even when there were many.
    pub(super) hot: HashMap<ExecutionId, Box<Hot>>,
    /// Names of those in memory, and of those on their way there.
    pub(super) names: HashMap<NameKey, Taken>,
    /// Those on their way to memory.
    pub(super) loads: Loads,
    /// Those that are set aside, until the projection has them so.
    pub(super) aside: HashMap<ExecutionId, Aside>,
    /// Who waits until one that was set aside is released.
    pub(super) releases: HashMap<ExecutionId, Vec<oneshot::Sender<Option<wire::Execution>>>>,
    /// Who waits for the end of one that is open, in memory or not.
    pub(super) ends: HashMap<ExecutionId, Vec<oneshot::Sender<Option<wire::Execution>>>>,
    /// What listens for the ends of the children of those that left memory.
    pub(super) listening: BTreeMap<(ExecutionId, ActionId), JoinHandle<()>>,
    /// Those that left memory, by their time.
    pub(super) wakes: Wakes,
    /// Those to be looked at again, see [`super::park`].
    pub(super) lingering: VecDeque<(Instant, ExecutionId)>,
    /// How carefully it is recovered.
    pub(super) caution: Caution,
    /// What the store answers to tasks beside the owner.
    pub(super) news: Channel,
    pub(super) timers: BTreeSet<(Timestamp, ExecutionId, ActionId)>,
    /// Facts for the next commit.
    pub(super) pending: Batch,
    /// The commit under way.
    committing: Option<(Batch, oneshot::Receiver<Committed>)>,
    pub(super) checkpoints: Checkpoints,
    /// Stops of children that are not durable yet, see [`Owned::stop_child`].
    pub(super) unsettled: usize,
    /// Executions here that wait for limits or hold them.
    pub(super) waiting: Waiting,
    /// Limits that have their home here.
    pub(super) home: Home,
    pub(super) post: Post,
    /// All shards with their slots, both ends included.
    pub(super) shard_slots: Vec<(ShardId, (u16, u16))>,
    /// Whether all that was awake is here, and was told to the homes of limits.
    pub(super) is_introduced: bool,
}

/// What tasks beside the owner tell it. It goes with the owner: the next one hears nothing of it.
pub(super) enum News {
    /// Executions that were awake when the shard was taken.
    Awake(Vec<ExecutionId>),
    /// What became of those that were to be loaded.
    Brought(Vec<(ExecutionId, Brought)>),
    /// Those that sleep until an instant, or that the projection did not answer.
    Due(Option<(Vec<Sleeper>, Timestamp)>),
}

pub(super) struct Channel {
    pub(super) sender: mpsc::Sender<News>,
    receiver: mpsc::Receiver<News>,
}

impl Default for Channel {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(NEWS_MAX);
        Self { sender, receiver }
    }
}

/// Why a shard is served no longer.
pub(super) enum Exit {
    /// It is lost: drop everything.
    Deposed,
    /// Two shards are to have its slots.
    Split {
        at: Slot,
        reply: oneshot::Sender<Result<(ShardId, ShardId)>>,
    },
    /// The process ends.
    Shutdown(Option<oneshot::Sender<()>>),
}

impl Owned {
    pub(super) fn new(
        shared: Arc<Shared>,
        handle: Handle,
        slots: (u16, u16),
        lease: Lease,
        lsn: Lsn,
        caution: Caution,
        shard_slots: Vec<(ShardId, (u16, u16))>,
    ) -> Self {
        Self {
            waiting: Waiting::default(),
            home: Home::new(shard_slots.iter().map(|(_, slots)| *slots)),
            post: Post::open(shared.clone(), lease.shard, slots, lease.epoch),
            is_introduced: false,
            shard_slots,
            shared,
            handle,
            slots,
            lease,
            lsn,
            hot: HashMap::new(),
            names: HashMap::new(),
            loads: Loads::default(),
            aside: HashMap::new(),
            releases: HashMap::new(),
            ends: HashMap::new(),
            listening: BTreeMap::new(),
            wakes: Wakes::default(),
            lingering: VecDeque::new(),
            caution,
            news: Channel::default(),
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
            self.wake_due();
            self.look_again();
            self.settle_if_due();
            self.lapse_due();
            self.begin_commit();
            self.begin_checkpoint();
            self.begin_loads();
            self.introduce();
            self.remind();
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
                    if !self.checkpointed(checkpointed.unwrap_or(None)) {
                        return Exit::Deposed;
                    }
                }
                Some(news) = self.news.receiver.recv() => self.hear(news),
                taken = inbox.recv_many(&mut commands, COMMANDS_MAX), if !self.is_full() => {
                    if taken == 0 {
                        return Exit::Shutdown(None);
                    }
                    let mut commands = commands.drain(..);
                    while let Some(command) = commands.next() {
                        match command {
                            Command::Depose { epoch } if epoch == self.lease.epoch => {
                                return Exit::Deposed;
                            }
                            Command::Depose { .. } => {}
                            Command::Shutdown { reply } => {
                                commands.for_each(Command::bounce);
                                return Exit::Shutdown(Some(reply));
                            }
                            Command::Split { at, reply } => match self.ensure_settled() {
                                Ok(()) => {
                                    commands.for_each(Command::bounce);
                                    return Exit::Split { at, reply };
                                }
                                // Whoever asked may have given up waiting.
                                Err(unsettled) => drop(reply.send(Err(unsettled))),
                            },
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
        if !self.commit_rest().await {
            return;
        }
        // What is not settled is begun again from the journal, which a checkpoint would let go.
        let is_whole = self.unsettled == 0 && !self.loads.holds_back_checkpoints();
        if is_whole && !self.finish_checkpoints().await {
            return;
        }
        self.settle().await;
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

    /// Commits what is there. Whether that went well.
    async fn commit_rest(&mut self) -> bool {
        // Twice: the commit under way, and what waits behind it. What follows from those is done by
        // the next owner; an execution that goes round and round would never let this one end.
        for _ in 0..2 {
            self.begin_commit();
            if let Some((_, receiver)) = &mut self.committing {
                if receiver.await != Ok(Committed::Done) {
                    return false;
                }
                self.committed();
            }
        }
        true
    }

    /// # Errors
    /// While the journal has what the projection must not have yet.
    fn ensure_settled(&self) -> Result<()> {
        if self.unsettled == 0 && !self.loads.holds_back_checkpoints() {
            return Ok(());
        }
        let message =
            "executions of this shard are being loaded, or stop their children; ask again";
        Err(Error::conflict("ShardUnsettled", message).with_retry_after(1))
    }

    /// Commits what is there, projects all of the journal, and gives the slots to two new shards.
    pub(super) async fn split(&mut self, at: Slot) -> Result<(ShardId, ShardId)> {
        if !self.commit_rest().await {
            return Err(moved());
        }
        self.ensure_settled()?;
        if !self.finish_checkpoints().await {
            return Err(moved());
        }
        self.settle().await;
        let Lease { shard, epoch, .. } = self.lease;
        let store = &self.shared.store;
        // The newest records may have changed nothing, so that no checkpoint was due for them.
        store
            .projection
            .checkpoint(shard, epoch, self.lsn, &[])
            .await?;
        store.journal.trim(shard, self.lsn).await?;
        Ok(store.leases.split(shard, epoch, at).await?)
    }

    /// Whether the disk is so far behind that no more is taken on. What it waits for then comes
    /// without any command.
    fn is_full(&self) -> bool {
        let commit = self.committing.is_some()
            && self.pending.body_bytes() >= limits::SHARD_PENDING_BYTES_MAX;
        let held_back = self.loads.holds_back_checkpoints();
        commit || self.checkpoints.is_behind(held_back)
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Awake(ids) => self.awake(ids),
            News::Brought(brought) => self.brought(brought),
            News::Due(Some((sleepers, until))) => self.wakes.learn(sleepers, until),
            News::Due(None) => self.wakes.forget(),
        }
    }

    /// Takes a command whose execution is in memory, if it is anywhere.
    #[expect(clippy::too_many_lines, reason = "an arm a command")]
    pub(super) fn handle_here(&mut self, command: Command) {
        match command {
            Command::Start(start) => self.start_all(vec![*start]),
            Command::StartAll(starts) => self.start_all(starts),
            Command::NamesLooked { found } => {
                for (key, found) in found {
                    self.name_looked(key, found);
                }
            }
            Command::Fact { id, fact, kept } => self.answered(id, fact, kept),
            Command::Stop {
                account,
                id,
                failure,
                reply,
            } => match self.find_mut(account, id) {
                Some(hot) if hot.is_open() => {
                    self.await_end(id, reply);
                    let at = self.shared.clock.now();
                    self.push(id, Fact::StopRequested { at, failure });
                }
                found => {
                    let _ = reply.send(found.map(|hot| hot.execution()));
                }
            },
            Command::Ended { account, id, reply } => match self.find_mut(account, id) {
                Some(hot) if hot.is_open() => self.await_end(id, reply),
                found => {
                    let _ = reply.send(found.map(|hot| hot.execution()));
                }
            },
            Command::Token {
                account,
                token,
                ending,
                kept,
                reply,
            } => self.by_token(account, token, (ending, kept), reply),
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
            Command::Control(control) => self.control(*control),
            Command::Release { account, id, reply } => self.release(account, id, reply),
            Command::Read { account, id, reply } => {
                let _ = reply.send(self.find_mut(account, id).map(|hot| hot.execution()));
            }
            Command::ReadByName {
                account,
                machine,
                name,
                reply,
            } => self.read_by_name((account, machine, name), reply),
            Command::Tail {
                account,
                id,
                follow,
                reply,
            } => {
                let tail = self.find_mut(account, id).map(|hot| tail(hot, follow));
                let _ = reply.send(tail);
            }
            Command::Letters(mail) => self.read_letters(mail),
            Command::Tickets {
                key,
                count,
                lot,
                reply,
            } => {
                let asked = Asked {
                    key,
                    count,
                    lot,
                    reply,
                };
                self.home.tickets(self.shared.clock.now(), asked);
            }
            Command::TicketsUsed {
                key,
                first,
                accepted,
            } => {
                let granted = self.home.used(&key, first, &accepted);
                self.grant(granted);
            }
            Command::Depose { .. } | Command::Split { .. } | Command::Shutdown { .. } => {
                unreachable!("the loop takes these itself")
            }
        }
    }

    pub(super) fn find_mut(&mut self, account: AccountId, id: ExecutionId) -> Option<&mut Hot> {
        self.hot
            .get_mut(&id)
            .map(Box::as_mut)
            .filter(|hot| hot.started().account == account)
    }

    fn read_by_name(&mut self, key: NameKey, reply: oneshot::Sender<Found>) {
        let found = match self.names.get(&key) {
            Some(Taken::Waiting(_)) => Found::Coming,
            Some(Taken::By(id)) => {
                if let Some(hot) = self.hot.get(id) {
                    Found::Here(hot.execution())
                } else {
                    let (account, machine, name) = key;
                    let again = Command::ReadByName {
                        account,
                        machine,
                        name,
                        reply,
                    };
                    if let Some(Command::ReadByName { reply, .. }) = self.wait_for(*id, again) {
                        let _ = reply.send(Found::Absent);
                    }
                    return;
                }
            }
            None => Found::Absent,
        };
        let _ = reply.send(found);
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
            kept,
            admitted,
            after,
        } = entry;
        let mut answer = None;
        if let (Fact::Started(started), Some(admitted)) = (&fact, admitted) {
            let hot = Hot::new(admitted.checked, Arc::clone(started));
            self.hot.insert(id, Box::new(hot));
            self.shared.metrics.executions_started.inc();
            self.shared.metrics.executions_open.inc();
            answer = Some((admitted.key, admitted.reply));
        }
        let goes_on = matches!(fact, Fact::Redriven(_));
        let hot = self.hot.get_mut(&id);
        let Some(hot) = hot.filter(|hot| hot.is_open() || goes_on) else {
            if let Some(aside) = self.aside.get_mut(&id) {
                aside.push(&encoded);
                self.checkpoints.touch(id);
                return after.into_iter().for_each(|after| after.tell(None));
            }
            let hot = self.hot.get(&id).map(Box::as_ref);
            return after.into_iter().for_each(|after| after.tell_late(hot));
        };
        let is_late = after.is_some() && is_late(hot.run(), &fact);
        hot.keep(kept);
        // A panic ends this execution, and no other.
        let applied = catch_unwind(AssertUnwindSafe(|| hot.apply(&fact, &encoded)));
        match applied {
            Ok(Ok(actions)) => {
                for action in actions {
                    self.act(id, action);
                }
            }
            Ok(Err(defect)) => self.give_up(id, &defect.to_string()),
            Err(_) => self.give_up(id, "it panics at a fact; the log says where"),
        }
        if let Some(hot) = self.hot.get_mut(&id) {
            hot.tell_watchers();
        }
        match &fact {
            Fact::TaskSubmitted { action, .. } => self.offer(id, *action),
            Fact::Started(_) => {
                self.enlist(id);
                self.begin_whole(id, Try::First);
            }
            _ => {}
        }
        match &fact {
            Fact::Resumed { .. } => self.begin_rest(id),
            Fact::Dispatched { action, .. } => self.begin_once(id, *action),
            Fact::Redriven(_) => {
                self.redriven(id);
                self.enlist(id);
            }
            _ => {}
        }
        let hot = self.hot.get(&id).map(Box::as_ref);
        match after {
            Some(after) if is_late => after.tell_late(hot),
            Some(after) => after.tell(hot),
            None => {}
        }
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
                let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
                let (shared, started) = (self.shared.clone(), hot.started().clone());
                let action = read.action;
                self.begin_work(id, action, effect::read(shared, started, *read, answers));
            }
            Action::Write(write) => {
                let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
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
                self.push(id, fact);
            }
            Action::Continue => {
                let at = self.shared.clock.now();
                self.push(id, Fact::Continued { at });
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
        let status = metrics::status_label(hot.status());
        self.shared.metrics.executions_ended.inc(status);
        if let Some(waiting) = self.ends.remove(&id) {
            for waiter in waiting {
                let _ = waiter.send(Some(hot.execution()));
            }
        }
        self.give_back(id);
    }

    /// Facts that wait to be durable and applied.
    pub(super) fn facts_underway(&self) -> impl Iterator<Item = &Entry> {
        let committing = self.committing.iter().flat_map(|(batch, _)| &batch.entries);
        committing.chain(&self.pending.entries)
    }

    /// Loads those whose time is near, and asks for those behind them.
    fn wake_due(&mut self) {
        let now = self.shared.clock.now();
        while let Some(id) = self.wakes.next(now) {
            self.bring_soon(id);
        }
        let Some((after, until)) = self.wakes.ask(now) else {
            return;
        };
        let (shared, news, slots) = (self.shared.clone(), self.news.sender.clone(), self.slots);
        tokio::spawn(async move {
            let projection = &shared.store.projection;
            let found = projection.due(slots, after, until, wake::PAGE).await;
            let due = match found {
                Ok(sleepers) => Some((sleepers, until)),
                Err(error) => {
                    tracing::warn!(%error, "those that sleep cannot be read; trying again");
                    tokio::time::sleep(wake::RETRY).await;
                    None
                }
            };
            // An owner that has gone away needs no answer.
            let _ = news.send(News::Due(due)).await;
        });
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
                if action == START_BEFORE {
                    self.expire(id);
                    continue;
                }
                self.push(id, Fact::TimerFired { at: now, action });
            }
        }
    }

    /// Ready when a timer or a checkpoint is due.
    fn sleep_until_due(&self) -> impl Future<Output = ()> + use<> {
        let timer = self
            .timers
            .first()
            .map(|(at, ..)| Duration::from_millis(at.millis_since(self.shared.clock.now())));
        let checkpoint = self.checkpoints.due_in().filter(|_| self.may_checkpoint());
        let wake = self.wakes.due_in(self.shared.clock.now());
        let lapse = self.home.next_lapse();
        let lapse = lapse.map(|at| Duration::from_millis(at.millis_since(self.shared.clock.now())));
        let settles = self.caution.due_in();
        let suspects = self.loads.due_in();
        let (look, remind) = (self.look_due_in(), self.remind_due_in());
        let due = [
            timer, checkpoint, wake, lapse, settles, suspects, look, remind,
        ];
        let due = due.into_iter().flatten().min();
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
        facts: hot.tail(),
        last_event: Some(hot.run().event_count()),
        is_open: hot.is_open(),
        events: follow.then(|| hot.follow()).flatten(),
    }
}

/// Whether this is about a task that is over: another fact of the same commit has ended it.
fn is_late(run: &Run, fact: &Fact) -> bool {
    match fact {
        Fact::TaskSucceeded { action, .. }
        | Fact::TaskFailed { action, .. }
        | Fact::TaskHeartbeat { action, .. }
        | Fact::ActivityStarted { action, .. } => run.attempt(*action).is_none(),
        _ => false,
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
        // The order in which tasks end and those who wait are sent away decides who comes first next.
        for hot in in_order(&mut self.hot) {
            open += i64::from(hot.is_open());
            for attempt in hot.running.values() {
                attempt.abort();
            }
        }
        for listening in self.listening.values() {
            listening.abort();
        }
        self.loads.let_go();
        drop(in_order(&mut self.names));
        drop(in_order(&mut self.releases));
        drop(in_order(&mut self.ends));
        self.shared.metrics.executions_open.sub(open);
    }
}

/// Takes everything out, by its key.
pub(super) fn in_order<K: Ord, V>(all: &mut HashMap<K, V>) -> impl Iterator<Item = V> + use<K, V> {
    let mut all: Vec<_> = std::mem::take(all).into_iter().collect();
    all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().map(|(_, value)| value)
}
