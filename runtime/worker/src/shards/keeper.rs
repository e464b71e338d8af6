//! Keeping shards: says that this node is there, renews its leases three times within their length,
//! takes shards and hands them over as [`super::assignment`] has it.
//!
//! A shard that was lost is told so at once, though the fence in the journal would tell it with its
//! next commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use steploom_probe::{Mark, mark};
use steploom_store::lease::{Lease, Shard};
use steploom_types::{Result, ShardId, limits};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::assignment::{Assignment, Plan};
use super::{Here, Shards, lock};
use crate::peer::call::node::Look;
use crate::shard::{Command, Handle};
use crate::shared::Shared;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(limits::LEASE_SECONDS as u64 * 1_000 / 3);

/// Between two looks while there is a shard that this node wants and cannot have yet.
const SOON: Duration = Duration::from_millis(300);

/// Between two looks at the least, however many hints come.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps this node's shards in the background until the task is ended. The task holds the store, so
/// whoever stops the node also ends the task: else the store would stay open until the next look.
pub(crate) fn start(shared: Arc<Shared>, shards: Shards) -> JoinHandle<()> {
    let assignment = Assignment::new(shared.node.clone(), Instant::now());
    let leases = shared.store.leases.clone();
    let mut keeper = Keeper {
        shared,
        shards,
        assignment,
    };
    tokio::spawn(async move {
        loop {
            let next = match keeper.look().await {
                Ok(has_all) if has_all => EVERY,
                Ok(_) => SOON,
                Err(error) => {
                    tracing::warn!(%error, "leases were not renewed; trying again");
                    SOON
                }
            };
            tokio::time::sleep(PAUSE).await;
            let hint = async {
                if let Err(error) = leases.released().await {
                    tracing::debug!(%error, "nothing is heard of shards that are given back");
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                () = tokio::time::sleep(next) => {}
                () = keeper.shards.0.look.notified() => {}
                () = hint => {}
            }
        }
    })
}

struct Keeper {
    shared: Arc<Shared>,
    shards: Shards,
    assignment: Assignment,
}

impl Keeper {
    /// Whether this node has everything that it wants.
    async fn look(&mut self) -> Result<bool> {
        let sent = Instant::now();
        let leases = &self.shared.store.leases;
        leases.announce(&self.shared.peers.me()).await?;
        self.renew(sent).await?;
        let (nodes, shards) = (leases.nodes().await?, leases.shards().await?);
        self.shards.keep(nodes.clone(), &shards);
        let taking = self.shards.0.taking.lock().await;
        if self.shards.stopping() {
            return Ok(true);
        }
        let (here, is_giving) = {
            let here = lock(&self.shards.0.here);
            let is_giving = here.values().any(|here| here.leaving);
            (here.keys().copied().collect(), is_giving)
        };
        let plan = self
            .assignment
            .plan(&nodes, &shards, &here, is_giving, sent);
        let has_all = self.carry_out(plan, &shards).await?;
        drop(taking);
        self.settle();
        Ok(has_all)
    }

    async fn renew(&self, sent: Instant) -> Result<()> {
        let held = self.shared.leased();
        let leases = &self.shared.store.leases;
        let lost = leases.renew(&self.shared.node, &held).await?;
        for (shard, epoch) in held {
            if !lost.contains(&shard) {
                continue;
            }
            mark(Mark::LeaseLost);
            let here = lock(&self.shards.0.here).get(&shard).cloned();
            if let Some(here) = here {
                // One that has ended does not need to be told.
                let _ = here.handle.send(Command::Depose { epoch }).await;
            }
        }
        // Only now: who asks for what was lost comes after that word, and is sent away.
        self.shards.renewed(sent);
        Ok(())
    }

    async fn carry_out(&self, plan: Plan, shards: &[Shard]) -> Result<bool> {
        let wanted = plan.take.len();
        let leases = &self.shared.store.leases;
        let tries = plan.take.into_iter().map(|shard| async move {
            let taken = leases.acquire(shard, &self.shared.node).await?;
            Ok::<_, steploom_store::Error>(taken)
        });
        let (mut taken, mut failed) = (0, None);
        for lease in join_all(tries).await {
            match lease {
                Ok(Some(lease)) => {
                    taken += 1;
                    self.begin(lease, shards);
                }
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
        }
        for shard in plan.give {
            self.hand_over(shard);
        }
        failed.map_or(Ok(taken == wanted), |error| Err(error.into()))
    }

    /// A shard is this node's from now on.
    fn begin(&self, lease: Lease, shards: &[Shard]) {
        let Some(shard) = shards.iter().find(|shard| shard.id == lease.shard) else {
            return;
        };
        let slots = (shard.slots.0.0, shard.slots.1.0);
        let ended = {
            let shards = self.shards.clone();
            move |shard| shards.gone(shard)
        };
        let handle = Handle::spawn(self.shared.clone(), lease, slots, ended);
        let here = Here {
            handle,
            leaving: false,
        };
        lock(&self.shards.0.here).insert(shard.id, here);
        self.shards.rearrange();
    }

    /// Gives a shard to whoever has room for it: everything that is here of it is committed and
    /// written down first, so that the next owner begins at once.
    fn hand_over(&self, shard: ShardId) {
        let (shared, shards) = (self.shared.clone(), self.shards.clone());
        let began = Instant::now();
        tokio::spawn(async move {
            if shards.give_back(shard).await {
                shared.metrics.shards_handed_over.inc();
                let took_ms = began.elapsed().as_millis() as u64;
                tracing::info!(%shard, took_ms, "a shard was handed over");
                shared.tell_others(&shards, Look {}).await;
            }
        });
    }

    /// Says that everything is there, once what was taken first is recovered, or cannot be by this
    /// release.
    fn settle(&self) {
        if *self.shards.0.settled.borrow() {
            return;
        }
        let wanted: Vec<_> = lock(&self.shards.0.here).keys().copied().collect();
        let mut held = self.shared.held_changes();
        let (shards, shared) = (self.shards.clone(), Arc::downgrade(&self.shared));
        tokio::spawn(async move {
            let all = |held: &BTreeMap<ShardId, _>| {
                let refused = shared.upgrade().map(|shared| shared.refused());
                let refused = refused.unwrap_or_default();
                let here = lock(&shards.0.here);
                wanted.iter().all(|shard| {
                    held.contains_key(shard)
                        || refused.contains_key(shard)
                        || !here.contains_key(shard)
                })
            };
            // The sender is gone when the node is.
            if held.wait_for(all).await.is_ok() {
                shards.0.settled.send_replace(true);
            }
        });
    }
}

impl Shards {
    /// Makes the owner of a shard here end: it commits and writes down what is there and gives the
    /// lease back. Whether there was one.
    async fn give_back(&self, shard: ShardId) -> bool {
        let handle = {
            let mut here = lock(&self.0.here);
            let Some(here) = here.get_mut(&shard) else {
                return false;
            };
            here.leaving = true;
            here.handle.clone()
        };
        self.rearrange();
        // One that has ended already gives no answer.
        let ended = handle.ask(|reply| Command::Shutdown { reply }).await;
        ended.is_ok()
    }

    /// The owner of a shard here has ended.
    fn gone(&self, shard: ShardId) {
        lock(&self.0.here).remove(&shard);
        self.rearrange();
        self.look();
    }

    /// Ends all owners, each with everything committed and checkpointed, and says that this node is
    /// gone.
    pub(crate) async fn stop(&self, shared: &Shared) {
        use std::sync::atomic::Ordering;
        self.0.stopping.store(true, Ordering::Relaxed);
        // What was being taken is here afterwards.
        drop(self.0.taking.lock().await);
        let here: Vec<_> = lock(&self.0.here).keys().copied().collect();
        join_all(here.into_iter().map(|shard| self.give_back(shard))).await;
        if let Err(error) = shared.store.leases.withdraw(&shared.node).await {
            tracing::warn!(%error, "this node is still announced; that runs out by itself");
        }
        shared.tell_others(self, Look {}).await;
    }
}
