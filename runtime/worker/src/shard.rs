//! A shard's owner: the one task that holds the shard's executions, commits their facts and then
//! acts on them.
//!
//! The order is always the same: a fact comes in, it is committed with whatever else gathered, only
//! then it is applied to the execution's [`steploom_machine::Run`], and only then what the machine
//! asks for is done and callers are answered. So what is in memory is never ahead of the disk, and
//! when a commit is lost it is enough to drop everything and load it again.

mod attempt;
mod batch;
mod caution;
mod checkpoint;
mod control;
mod home;
mod hot;
mod load;
mod owned;
mod park;
mod quarantine;
mod range;
mod recover;
mod snapshot;
mod start;
mod waiting;
mod wake;

use std::sync::Arc;
use std::time::Duration;

use steploom_api::wire;
use steploom_machine::token::Token;
use steploom_machine::{ActionId, Counts, Fact, MapRunChange, MapRunView, PartialFailure};
use steploom_probe::{Mark, mark};
use steploom_store::journal::Epoch;
use steploom_store::lease::Lease;
use steploom_types::{
    AccountId, Digest, ExecutionId, MachineName, Name, Result, ShardId, Slot, limits,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::activities::ActivityTask;
use crate::mailbox::ranges::Watched;
use crate::mailbox::{Key, Mail};
use crate::payload::Kept;
use crate::peer::call::not_owner;
use crate::shared::Shared;

use recover::Recovered;

pub(crate) use attempt::{Ending, Heard};
pub(crate) use control::{Control, Wish, ended};
pub(crate) use load::fold::supply;
pub(crate) use snapshot::restore;
pub(crate) use start::{Accepted, Reply, Start, ensure_in_time};

/// What the owner is asked or told.
pub(crate) enum Command {
    /// Start an execution.
    Start(Box<Start>),
    /// Start executions, which become one record.
    StartAll(Vec<Start>),
    /// What the projection knows under the names that [`start`] asked for.
    NamesLooked {
        found: Vec<(start::NameKey, Result<Option<wire::Execution>>)>,
    },
    /// An attempt answered.
    Fact {
        id: ExecutionId,
        fact: Fact,
        kept: Kept,
    },
    /// End an execution; the answer is the execution once it has ended, `None` if it is not in memory.
    Stop {
        account: AccountId,
        id: ExecutionId,
        failure: PartialFailure,
        reply: oneshot::Sender<Option<wire::Execution>>,
    },
    /// An execution once it has ended, `None` if it is not in memory.
    Ended {
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<wire::Execution>>,
    },
    /// What somebody wants of an execution, running or ended.
    Control(Box<Control>),
    /// Somebody with a task's token speaks of the task.
    Token {
        account: AccountId,
        token: Token,
        ending: Ending,
        kept: Kept,
        reply: oneshot::Sender<Heard>,
    },
    /// A worker wants the task of an activity; `None` if it is not to be had any more.
    Take {
        id: ExecutionId,
        action: ActionId,
        worker: Option<String>,
        reply: oneshot::Sender<Option<ActivityTask>>,
    },
    /// What becomes of a range: more than so many failed items, or its end; `None` if it is not in
    /// memory.
    Watch {
        account: AccountId,
        id: ExecutionId,
        seen: u64,
        reply: oneshot::Sender<Option<Watched>>,
    },
    /// A map run is to go on otherwise.
    ChangeMapRun {
        account: AccountId,
        id: ExecutionId,
        map_run: u64,
        change: MapRunChange,
        reply: oneshot::Sender<Heard>,
    },
    /// The map runs of an execution, if it is in memory.
    MapRuns {
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<Vec<MapRunView>>>,
    },
    /// How far a range is, and its items in iterations that run; `None` if it is not in memory, or
    /// has ended.
    RangeCounts {
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<(Counts, u64)>>,
    },
    /// The stop of a child that this owner asked for is durable.
    Settled { epoch: Epoch },
    /// Bring an execution that was set aside back, once more; `None` if that failed, or if it was not
    /// set aside and is not in memory.
    Release {
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<wire::Execution>>,
    },
    /// An execution, if it is in memory.
    Read {
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<wire::Execution>>,
    },
    /// The same by name.
    ReadByName {
        account: AccountId,
        machine: MachineName,
        name: Name,
        reply: oneshot::Sender<Found>,
    },
    /// What the projection does not have yet of an execution, and its events to come.
    Tail {
        account: AccountId,
        id: ExecutionId,
        follow: bool,
        reply: oneshot::Sender<Option<Tail>>,
    },
    /// Letters about limits.
    Letters(Mail),
    /// So many places in the order of a key with its home here; the answer is the first.
    Tickets {
        key: Key,
        count: u64,
        lot: u64,
        reply: oneshot::Sender<u64>,
    },
    /// Those have come that were given places from this one on.
    TicketsUsed {
        key: Key,
        first: u64,
        accepted: Vec<u64>,
    },
    /// The lease of that epoch was lost: drop everything.
    Depose { epoch: Epoch },
    /// Split the shard: commit and checkpoint what is there, and end when two others have its slots.
    Split {
        at: Slot,
        reply: oneshot::Sender<Result<(ShardId, ShardId)>>,
    },
    /// Commit and checkpoint what is there, give the lease back, and end.
    Shutdown { reply: oneshot::Sender<()> },
}

impl Command {
    /// The owner ends before it has looked at this: who asked asks the next one. A start is told so,
    /// since it must not be said again where it may have been done.
    fn bounce(self) {
        let starts = match self {
            Self::Start(start) => vec![*start],
            Self::StartAll(starts) => starts,
            _ => return,
        };
        for start in starts {
            start.reply.send(Err(not_owner()));
        }
    }
}

/// What an owner has under a name.
#[expect(
    clippy::large_enum_variant,
    reason = "it is answered once and not kept"
)]
pub(crate) enum Found {
    /// This one.
    Here(wire::Execution),
    /// One that is being started.
    Coming,
    /// None in memory.
    Absent,
}

/// The newest part of an execution, as its owner has it.
pub(crate) struct Tail {
    pub(crate) definition: Digest,
    /// How many facts the projection's chunks hold before those here.
    pub(crate) facts_before: u64,
    /// The facts since, as a chunk.
    pub(crate) facts: bytes::Bytes,
    /// The newest event, if it is known.
    pub(crate) last_event: Option<u64>,
    /// Whether it is in memory and has not ended.
    pub(crate) is_open: bool,
    /// Events to come, if they were asked for, the execution is open, and not too many follow it.
    pub(crate) events: Option<mpsc::Receiver<wire::Event>>,
}

impl Tail {
    /// The same without the events to come.
    pub(crate) fn without_events(&self) -> Self {
        Self {
            definition: self.definition,
            facts_before: self.facts_before,
            facts: self.facts.clone(),
            last_event: self.last_event,
            is_open: self.is_open,
            events: None,
        }
    }
}

/// Reaches a shard's owner.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) shard: ShardId,
    inbox: mpsc::Sender<Command>,
}

impl Handle {
    /// Starts the owner's task. It ends after [`Command::Shutdown`], and when somebody else has the
    /// shard; then `ended` is called.
    pub(crate) fn spawn(
        shared: Arc<Shared>,
        lease: Lease,
        slots: (u16, u16),
        ended: impl FnOnce(ShardId) + Send + 'static,
    ) -> Self {
        let (inbox, receiver) = mpsc::channel(limits::SHARD_QUEUE_MAX);
        let shard = lease.shard;
        let handle = Self { shard, inbox };
        let owner = supervise(shared, lease, slots, handle.clone(), receiver);
        tokio::spawn(async move {
            let reply = owner.await;
            ended(shard);
            // Whoever asked may have given up waiting.
            let _ = reply.map(|reply| reply.send(()));
        });
        handle
    }

    /// Asks the owner, or says at once that it has too much to do.
    pub(crate) fn try_send(&self, command: Command) -> Result<()> {
        self.inbox
            .try_send(command)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => steploom_types::Error::new(
                    steploom_types::Kind::Exhausted,
                    "ShardBusy",
                    format!(
                        "the shard's queue of {} is full; try again in a second",
                        limits::SHARD_QUEUE_MAX
                    ),
                )
                .with_retry_after(1),
                mpsc::error::TrySendError::Closed(_) => not_owner(),
            })
    }

    /// Tells the owner, waiting for room.
    pub(crate) async fn send(&self, command: Command) -> Result<()> {
        self.inbox.send(command).await.map_err(|_| not_owner())
    }

    /// Asks the owner and waits for its answer.
    pub(crate) async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.try_send(command(reply))?;
        answer.await.map_err(|_| moved())
    }
}

/// The owner dropped what it was asked, because it was deposed or is recovering.
pub(crate) fn moved() -> steploom_types::Error {
    steploom_store::Error::Fenced { shard: ShardId(0) }.into()
}

/// Whether it is that, and nobody knows whether it was done.
pub(crate) fn is_moved(error: &steploom_types::Error) -> bool {
    error.kind == steploom_types::Kind::Fenced
}

/// Keeps a shard owned: recovers it, serves it, and begins again when it was lost. Ends with who
/// waits for the end, if it was asked for, or when somebody else has the shard.
async fn supervise(
    shared: Arc<Shared>,
    lease: Lease,
    slots: (u16, u16),
    handle: Handle,
    mut inbox: mpsc::Receiver<Command>,
) -> Option<oneshot::Sender<()>> {
    /// After which a shard that this release cannot serve is tried again: nobody waits for that to
    /// change by itself.
    const RETRY_NEWER: Duration = Duration::from_secs(10);
    /// Between two tries to get hold of a shard.
    const RETRY: Duration = Duration::from_millis(500);
    let shard = handle.shard;
    let mut first = Some(lease);
    loop {
        let began = Instant::now();
        let mut owned = match own(&shared, first.take(), slots, &handle).await {
            Ok(Some(Recovered::Owned(owned))) => owned,
            Ok(Some(Recovered::Newer(why))) => {
                tracing::error!(%shard, why, "a newer release wrote to this shard's journal: start that release; the other shards are served");
                shared.refuse(shard, why);
                match refuse_for_a_while(&mut inbox, RETRY_NEWER).await {
                    Some(reply) => return reply,
                    None => continue,
                }
            }
            Ok(None) => {
                mark(Mark::LeaseRefused);
                tracing::warn!(%shard, "a shard has another owner");
                return None;
            }
            Err(error) => {
                mark(Mark::RecoveryAgain);
                tracing::error!(%shard, %error, "a shard cannot be recovered; trying again");
                match refuse_for_a_while(&mut inbox, RETRY).await {
                    Some(reply) => {
                        if let Some(epoch) = shared.let_go(shard)
                            && let Err(error) = shared.store.leases.release(shard, epoch).await
                        {
                            tracing::warn!(%shard, %error, "a lease was not given back; it runs out by itself");
                        }
                        return reply;
                    }
                    None => continue,
                }
            }
        };
        shared
            .metrics
            .takeover_seconds
            .observe(began.elapsed().as_secs_f64());
        shared.hold(shard, owned.lease.epoch);
        shared.metrics.shards_owned.inc();
        shared.metrics.shards_recovered.inc();
        let exit = owned.serve(&mut inbox).await;
        shared.metrics.shards_owned.dec();
        match exit {
            owned::Exit::Deposed => {
                shared.let_go(shard);
                tracing::warn!(%shard, "a shard was lost; loading it again");
            }
            owned::Exit::Split { at, reply } => {
                let split = owned.split(at).await;
                shared.let_go(shard);
                let is_split = split.is_ok();
                // Whoever asked may have given up waiting.
                let _ = reply.send(split);
                if is_split {
                    send_away(inbox).await;
                    return None;
                }
            }
            owned::Exit::Shutdown(reply) => {
                owned.finish().await;
                shared.let_go(shard);
                send_away(inbox).await;
                return reply;
            }
        }
    }
}

/// What came too late goes to the next owner.
async fn send_away(mut inbox: mpsc::Receiver<Command>) {
    inbox.close();
    while let Some(command) = inbox.recv().await {
        command.bounce();
    }
}

/// Takes the lease, if that was not done yet, and recovers the shard; `None` while another node's
/// lease is good. The lease is renewed from the beginning, however long the recovery takes.
async fn own(
    shared: &Arc<Shared>,
    lease: Option<Lease>,
    slots: (u16, u16),
    handle: &Handle,
) -> Result<Option<Recovered>> {
    let leases = &shared.store.leases;
    let lease = if lease.is_some() {
        lease
    } else {
        leases.acquire(handle.shard, &shared.node).await?
    };
    let Some(lease) = lease else {
        return Ok(None);
    };
    shared.lease(lease.shard, lease.epoch);
    let recovered = recover::recover(shared, lease, slots, handle).await?;
    if matches!(recovered, Recovered::Newer(_)) {
        // A node with that release may have it.
        shared.let_go(lease.shard);
        leases.release(lease.shard, lease.epoch).await?;
    }
    Ok(Some(recovered))
}

/// Waits before the next try to get hold of a shard. Whoever asks for something meanwhile is told to
/// come back. `Some` when the shard is wanted no longer.
async fn refuse_for_a_while(
    inbox: &mut mpsc::Receiver<Command>,
    pause: Duration,
) -> Option<Option<oneshot::Sender<()>>> {
    let until = Instant::now() + pause;
    loop {
        match timeout_at(until, inbox.recv()).await {
            Err(_) => return None,
            Ok(None) => return Some(None),
            Ok(Some(Command::Shutdown { reply })) => return Some(Some(reply)),
            Ok(Some(command)) => command.bounce(),
        }
    }
}
