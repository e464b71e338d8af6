//! Bringing executions to memory: those that somebody wants, those that are due, and after a shard
//! was taken those that were awake. Tasks beside the owner read and fold; the owner goes on, and
//! commands for those that are on their way wait for them.

pub(crate) mod fold;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use steploom_machine::Action;
use steploom_probe::{Bug, Mark, is_planted, mark};
use steploom_types::{AccountId, ExecutionId, ShardId, limits};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Command;
use super::caution::{self, Caution, Loading};
use super::control::Wish;
use super::hot::{Hot, Successor};
use super::owned::{News, Owned, in_order};
use super::quarantine::Aside;
use super::start::Taken;
use crate::express::Try;
use crate::shared::{LOADS_MAX, Shared};

/// Executions that one task brings.
const PAGE: usize = 256;

/// Tasks of one shard at once; over all shards there is a limit of its own,
/// [`crate::shared::LOADS_MAX`].
const TASKS_MAX: usize = 2;

/// Commands that wait for one execution. Who comes later is told to ask again.
const WAITING_MAX: usize = 1_000;

/// Awake executions that are asked for at once.
const SCAN_PAGE: u32 = 1_000;

/// Before the store is asked again when it did not answer.
const RETRY: Duration = Duration::from_millis(200);

/// How much of an execution somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Want {
    /// Whether it is open.
    State,
    /// It, if it is open.
    Open,
    /// It, also if it was set aside.
    Aside,
    /// It, also if it has ended: to be redriven.
    Ended,
}

/// An execution that a task is to bring.
pub(super) struct Wanted {
    pub(super) id: ExecutionId,
    pub(super) want: Want,
    /// Its facts in the journal that the projection does not have.
    pub(super) tail: Vec<Bytes>,
    /// How often the process died of it, if that was too often.
    pub(super) deaths: Option<u32>,
}

/// What became of one.
pub(super) enum Brought {
    /// Here it is.
    Hot(Box<Hot>),
    /// It is open, and only that was wanted; whose it is.
    Open(AccountId),
    /// It has ended, or there is none, or it was set aside before.
    Absent,
    /// It cannot be brought.
    Aside(Box<Aside>),
    /// The store did not answer.
    Unknown(Wanted),
}

/// What is on its way.
#[derive(Default)]
pub(super) struct Loads {
    coming: HashMap<ExecutionId, Coming>,
    /// Those for which no task was begun; those that somebody waits for come first.
    urgent: VecDeque<ExecutionId>,
    later: VecDeque<ExecutionId>,
    /// Those that are not to be loaded yet, and from when on.
    suspects: BTreeSet<(Instant, ExecutionId)>,
    tasks: usize,
    /// Those on their way of which the journal's tail has facts.
    with_tail: usize,
    /// Commands that wait, over all.
    waiting: usize,
    /// Those on their way that were awake when the shard was taken.
    first: usize,
    scan: Scan,
}

struct Coming {
    want: Want,
    tail: Vec<Bytes>,
    has_tail: bool,
    /// What a task was begun for.
    begun: Option<Want>,
    /// Whether it comes for its own sake: it is awake, or due.
    must_come: bool,
    /// Whether it is one of those that were awake when the shard was taken.
    is_first: bool,
    waiting: Vec<Command>,
}

/// How far the awake executions were asked for.
enum Scan {
    After(Option<ExecutionId>),
    Asked,
    Done,
}

impl Default for Scan {
    fn default() -> Self {
        Self::After(None)
    }
}

impl Loads {
    /// Whether no checkpoint may be written, as it would be without facts of the journal's tail.
    pub(super) fn holds_back_checkpoints(&self) -> bool {
        self.with_tail > 0
    }

    /// What the journal's tail has of an execution, at the beginning.
    pub(super) fn expect(&mut self, id: ExecutionId, tail: Vec<Bytes>) {
        let coming = Coming {
            want: Want::Open,
            tail,
            has_tail: true,
            begun: None,
            must_come: true,
            is_first: true,
            waiting: Vec::new(),
        };
        self.coming.insert(id, coming);
        self.first += 1;
        self.later.push_back(id);
        self.with_tail += 1;
    }

    /// Whether all that were awake when the shard was taken are here, or have been set aside.
    pub(super) fn has_all_awake(&self) -> bool {
        matches!(self.scan, Scan::Done) && self.first == 0
    }

    fn bring(&mut self, id: ExecutionId, want: Want, must_come: bool) -> &mut Coming {
        let queue = if must_come {
            &mut self.later
        } else {
            &mut self.urgent
        };
        let coming = self.coming.entry(id).or_insert_with(|| {
            queue.push_back(id);
            Coming {
                want,
                tail: Vec::new(),
                has_tail: false,
                begun: None,
                must_come,
                is_first: false,
                waiting: Vec::new(),
            }
        });
        coming.want = coming.want.max(want);
        coming.must_come |= must_come;
        coming
    }

    /// Whether so many commands wait that no more may.
    fn is_full(&self) -> bool {
        self.waiting >= limits::SHARD_QUEUE_MAX
    }

    /// Lets a command wait for one that is on its way. If there are too many, its caller is told to
    /// ask again, by dropping it.
    fn wait(&mut self, id: ExecutionId, command: Command) {
        let is_full = self.is_full();
        let Some(coming) = self.coming.get_mut(&id) else {
            return;
        };
        if coming.must_come && coming.begun.is_none() && coming.waiting.is_empty() {
            // Somebody waits for it now.
            self.urgent.push_back(id);
        }
        let has_room = !is_full && coming.waiting.len() < WAITING_MAX;
        // Of answers there are no more than attempts.
        if has_room || command.is_answer() {
            coming.waiting.push(command);
            self.waiting += 1;
        }
    }

    fn take(&mut self, id: ExecutionId) -> Option<Coming> {
        let coming = self.coming.remove(&id)?;
        self.waiting -= coming.waiting.len();
        self.first -= usize::from(coming.is_first);
        Some(coming)
    }

    /// It was not there as it was wanted first, and is wanted otherwise by now: as one that has ended,
    /// perhaps. Its facts in the tail, if there were any, came after its end and mean nothing.
    fn look_further(&mut self, id: ExecutionId, coming: Coming) {
        self.waiting += coming.waiting.len();
        self.first += usize::from(coming.is_first);
        let again = Coming {
            tail: Vec::new(),
            has_tail: false,
            begun: None,
            ..coming
        };
        self.coming.insert(id, again);
        self.urgent.push_back(id);
    }

    /// Whoever waits here is told to ask again.
    pub(super) fn let_go(&mut self) {
        drop(in_order(&mut self.coming));
    }

    /// In how long one may be loaded that was not to be.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let (at, _) = self.suspects.first()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// Queues those that may be loaded by now.
    fn recall(&mut self) {
        let now = Instant::now();
        while let Some((at, id)) = self.suspects.pop_first() {
            if at > now {
                self.suspects.insert((at, id));
                break;
            }
            self.later.push_back(id);
        }
    }

    /// Those that one task is to bring.
    fn lot(&mut self, caution: &Caution) -> Vec<Wanted> {
        let is_careful = caution.is_careful();
        let most = if is_careful { caution::LOT } else { PAGE };
        let mut lot = Vec::new();
        while lot.len() < most {
            let Some(id) = self.urgent.pop_front().or_else(|| self.later.pop_front()) else {
                break;
            };
            if let Some(at) = caution.not_before(id).filter(|at| *at > Instant::now()) {
                self.suspects.insert((at, id));
                continue;
            }
            let is_alone = is_careful && caution.is_doubtful(id);
            if is_alone && !lot.is_empty() {
                self.urgent.push_front(id);
                break;
            }
            lot.extend(self.begin(id, caution));
            if is_alone {
                break;
            }
        }
        lot
    }

    fn begin(&mut self, id: ExecutionId, caution: &Caution) -> Option<Wanted> {
        let coming = self.coming.get_mut(&id).filter(|c| c.begun.is_none())?;
        coming.begun = Some(coming.want);
        Some(Wanted {
            id,
            want: coming.want,
            tail: std::mem::take(&mut coming.tail),
            deaths: caution.condemns(id).filter(|_| coming.want < Want::Aside),
        })
    }
}

impl Command {
    /// The execution that must be in memory for this, and how much of it.
    fn needs(&self) -> Option<(ExecutionId, Want)> {
        match self {
            Self::Fact { id, .. }
            | Self::Stop { id, .. }
            | Self::Take { id, .. }
            | Self::Watch { id, .. }
            | Self::ChangeMapRun { id, .. }
            | Self::MapRuns { id, .. }
            | Self::Tail {
                id, follow: true, ..
            } => Some((*id, Want::Open)),
            Self::Token { token, .. } => Some((token.execution, Want::Open)),
            Self::Ended { id, .. } => Some((*id, Want::State)),
            Self::Release { id, .. } => Some((*id, Want::Aside)),
            Self::Control(control) => {
                let want = match control.what {
                    Wish::Pause | Wish::Resume => Want::Open,
                    Wish::Redrive(..) => Want::Ended,
                };
                Some((control.id, want))
            }
            // These ask what is in memory, or are not about one execution.
            Self::Read { .. }
            | Self::Tail { .. }
            | Self::RangeCounts { .. }
            | Self::ReadByName { .. }
            | Self::Start(_)
            | Self::StartAll(_)
            | Self::NamesLooked { .. }
            | Self::Settled { .. }
            | Self::Letters(_)
            | Self::Tickets { .. }
            | Self::TicketsUsed { .. }
            | Self::Depose { .. }
            | Self::Split { .. }
            | Self::Shutdown { .. } => None,
        }
    }

    /// Whether it is an attempt's answer, which nobody says again.
    fn is_answer(&self) -> bool {
        matches!(self, Self::Fact { .. })
    }

    /// The execution that this only waits for if it is on its way.
    fn reads(&self) -> Option<ExecutionId> {
        match self {
            Self::Read { id, .. } | Self::Tail { id, .. } | Self::RangeCounts { id, .. } => {
                Some(*id)
            }
            _ => None,
        }
    }
}

impl Owned {
    /// Takes a command: at once, or when the execution that it is for is here.
    pub(super) fn handle(&mut self, command: Command) {
        let (id, want) = match command.needs() {
            Some((id, want)) => (id, Some(want)),
            None => match command.reads() {
                Some(id) => (id, None),
                None => return self.handle_here(command),
            },
        };
        if self.hot.contains_key(&id) {
            return self.handle_here(command);
        }
        let is_coming = self.loads.coming.contains_key(&id);
        match want {
            _ if self.aside.contains_key(&id) => return self.handle_here(command),
            None if !is_coming => return self.handle_here(command),
            None => {}
            // Dropping it tells the caller to ask again. An answer comes once.
            Some(_) if !is_coming && self.loads.is_full() && !command.is_answer() => return,
            Some(want) => {
                if want == Want::Aside {
                    self.caution.pardon(id);
                }
                self.loads.bring(id, want, false);
            }
        }
        self.loads.wait(id, command);
    }

    /// Lets a command wait if this execution is on its way; else gives it back.
    pub(super) fn wait_for(&mut self, id: ExecutionId, command: Command) -> Option<Command> {
        if !self.loads.coming.contains_key(&id) {
            return Some(command);
        }
        self.loads.wait(id, command);
        None
    }

    /// An execution is due, or awake: brings it, if it is not here.
    pub(super) fn bring(&mut self, id: ExecutionId) {
        if !self.hot.contains_key(&id) && !self.aside.contains_key(&id) {
            self.loads.bring(id, Want::Open, true);
        }
    }

    /// The same for one whose time is near: before those that were only awake.
    pub(super) fn bring_soon(&mut self, id: ExecutionId) {
        let is_known = self.loads.coming.contains_key(&id);
        self.bring(id);
        if !is_known && self.loads.coming.contains_key(&id) {
            // Met there first, it is passed over where it is met later.
            self.loads.urgent.push_back(id);
        }
    }

    /// Begins what there is room for.
    pub(super) fn begin_loads(&mut self) {
        self.scan_awake();
        self.loads.recall();
        let is_careful = self.caution.is_careful();
        let tasks_max = if is_careful { 1 } else { TASKS_MAX };
        while self.loads.tasks < tasks_max {
            let lot = self.loads.lot(&self.caution);
            if lot.is_empty() {
                return;
            }
            self.loads.tasks += 1;
            let about = is_careful.then(|| {
                let ids = lot.iter().map(|one| one.id);
                self.caution.about(ids.collect())
            });
            let (shared, news) = (self.shared.clone(), self.news.sender.clone());
            let shard = self.lease.shard;
            tokio::spawn(bring_all(shared, shard, lot, about, news));
        }
    }

    /// Asks for more of those that are awake, when there is little left to load.
    fn scan_awake(&mut self) {
        let Scan::After(after) = self.loads.scan else {
            return;
        };
        if self.loads.later.len() > PAGE {
            return;
        }
        self.loads.scan = Scan::Asked;
        let (shared, news, slots) = (self.shared.clone(), self.news.sender.clone(), self.slots);
        tokio::spawn(async move {
            let projection = &shared.store.projection;
            let awake = loop {
                match projection.open(slots, after, SCAN_PAGE).await {
                    Ok(rows) => break rows.into_iter().map(|row| row.id).collect(),
                    Err(error) => {
                        tracing::warn!(%error, "those that were awake cannot be read; trying again");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            };
            // An owner that has gone away needs no answer.
            let _ = news.send(News::Awake(awake)).await;
        });
    }

    /// Some of those that were awake when the shard was taken.
    pub(super) fn awake(&mut self, ids: Vec<ExecutionId>) {
        self.loads.scan = match ids.last() {
            Some(last) => Scan::After(Some(*last)),
            None => Scan::Done,
        };
        for id in ids {
            self.bring(id);
            if let Some(coming) = self.loads.coming.get_mut(&id).filter(|c| !c.is_first) {
                coming.is_first = true;
                self.loads.first += 1;
            }
        }
    }

    /// A task has brought these.
    pub(super) fn brought(&mut self, brought: Vec<(ExecutionId, Brought)>) {
        self.loads.tasks -= 1;
        for (id, brought) in brought {
            self.caution.acquit(id);
            let Some(coming) = self.loads.take(id) else {
                continue;
            };
            match brought {
                Brought::Unknown(wanted) => self.ask_again(coming, wanted),
                Brought::Open(account) => self.is_open(id, account, coming),
                Brought::Hot(hot) => {
                    self.loads.with_tail -= usize::from(coming.has_tail);
                    self.enter(id, *hot, coming);
                }
                Brought::Aside(aside) => {
                    self.loads.with_tail -= usize::from(coming.has_tail);
                    self.set_aside(id, *aside);
                    self.go_on(coming.waiting);
                }
                Brought::Absent => {
                    self.loads.with_tail -= usize::from(coming.has_tail);
                    if coming.begun < Some(coming.want) {
                        mark(Mark::WantedMore);
                        self.loads.look_further(id, coming);
                    } else {
                        self.go_on(coming.waiting);
                    }
                }
            }
        }
    }

    /// The store did not answer for this one: who waits is told to ask again, by dropping it, and
    /// what must come, or is answered, is brought later.
    fn ask_again(&mut self, coming: Coming, wanted: Wanted) {
        let waiting: Vec<_> = coming
            .waiting
            .into_iter()
            .filter(Command::is_answer)
            .collect();
        if !coming.must_come && waiting.is_empty() {
            return;
        }
        self.loads.waiting += waiting.len();
        self.loads.first += usize::from(coming.is_first);
        let again = Coming {
            tail: wanted.tail,
            begun: None,
            must_come: true,
            waiting,
            ..coming
        };
        self.loads.coming.insert(wanted.id, again);
        self.loads.later.push_back(wanted.id);
    }

    /// Somebody only wanted to know whether it is open.
    fn is_open(&mut self, id: ExecutionId, account: AccountId, coming: Coming) {
        for command in coming.waiting {
            match command {
                Command::Ended {
                    account: whose,
                    reply,
                    ..
                } if whose == account => self.await_end(id, reply),
                Command::Ended { reply, .. } => drop(reply.send(None)),
                // Others came meanwhile, who want all of it.
                command => self.handle(command),
            }
        }
        if coming.must_come {
            self.bring(id);
        }
    }

    /// Takes an execution into memory, and does again what it waits for.
    fn enter(&mut self, id: ExecutionId, mut hot: Hot, coming: Coming) {
        let orphans = std::mem::take(&mut hot.orphans);
        let account = hot.started().account;
        for child in orphans.into_values() {
            mark(Mark::OrphanAgain);
            self.stop_child(account, child, None);
        }
        self.enter_name(id, &mut hot);
        if coming.has_tail || coming.want >= Want::Aside {
            self.checkpoints.touch(id);
        }
        let outstanding = if hot.is_open() {
            self.shared.metrics.executions_open.inc();
            Self::to_begin(&mut hot)
        } else {
            Vec::new()
        };
        self.hot.insert(id, Box::new(hot));
        self.shared.metrics.moves.loaded.inc();
        for action in outstanding {
            match &action {
                Action::SetTimer { .. } if is_planted(Bug::TimerForgotten) => continue,
                Action::SetTimer { at, .. } if *at <= self.shared.clock.now() => {
                    mark(Mark::TimerOverdue);
                }
                Action::Invoke(_) => mark(Mark::AttemptAgain),
                _ => {}
            }
            self.act(id, action);
        }
        self.begin_whole(id, Try::Again);
        self.enlist(id);
        self.go_on(coming.waiting);
        self.linger(id);
    }

    /// What is in memory keeps its name, unless it ended so long ago that another has that by now.
    fn enter_name(&mut self, id: ExecutionId, hot: &mut Hot) {
        if hot.successor.is_some() {
            return;
        }
        match self.names.entry(hot.name_key()) {
            Entry::Vacant(free) => drop(free.insert(Taken::By(id))),
            Entry::Occupied(taken) if !hot.is_open() => {
                hot.successor = match taken.get() {
                    Taken::By(other) if *other == id => None,
                    Taken::By(other) => Some(Successor::Is(*other)),
                    Taken::Waiting(_) => Some(Successor::Comes),
                };
            }
            Entry::Occupied(_) => {}
        }
    }

    fn go_on(&mut self, waiting: Vec<Command>) {
        for command in waiting {
            self.handle_here(command);
        }
    }
}

/// Brings executions, and tells their owner; carefully, if it is to be noted what they are.
async fn bring_all(
    shared: Arc<Shared>,
    shard: ShardId,
    wanted: Vec<Wanted>,
    about: Option<Loading>,
    news: mpsc::Sender<News>,
) {
    let is_alone = about.as_ref().is_some_and(Loading::is_of_one);
    let permits = if is_alone { LOADS_MAX } else { 1 };
    // The semaphore is never closed.
    let permit = shared.loads.acquire_many(permits).await;
    if let Some(about) = &about {
        about.note(&shared, shard).await;
    }
    let brought = fold::bring(&shared, wanted).await;
    let is_away = brought
        .iter()
        .any(|(_, b)| matches!(b, Brought::Unknown(_)));
    if let Some(about) = about {
        about.over().note(&shared, shard).await;
    }
    drop(permit);
    if is_away {
        tokio::time::sleep(RETRY).await;
    }
    // An owner that has gone away needs no answer.
    let _ = news.send(News::Brought(brought)).await;
}
