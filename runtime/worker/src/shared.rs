//! What every part of a node reaches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use steploom_asl::Machine;
use steploom_call::Runner;
use steploom_machine::RunLimits;
use steploom_store::Store;
use steploom_store::journal::Epoch;
use steploom_store::lease::NodeId;
use steploom_types::{Error, Result, ShardId, limits};
use tokio::sync::{Semaphore, watch};

use crate::activities::Activities;
use crate::archive::Archive;
use crate::committer::Committer;
use crate::definitions::Definitions;
use crate::dispatcher::Dispatcher;
use crate::egress::Egress;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::outbound::Gate;
use crate::peer::call::NodeCall;
use crate::peer::{Ends, Peers};
use crate::reading::{Listings, Readings};
use crate::registry::Registry;
use crate::schedules::Bell;
use crate::seal::Seal;
use crate::service::http::{Clients, USER_AGENT};
use crate::shards::Shards;
use crate::{Chance, Clock, Config};

/// Tasks that load executions at once, over all shards: each holds some megabytes of facts.
pub(crate) const LOADS_MAX: u32 = 8;

pub(crate) struct Shared {
    pub(crate) node: NodeId,
    pub(crate) store: Store,
    pub(crate) artifacts: Arc<steploom_artifacts::Artifacts>,
    pub(crate) runner: Arc<dyn Runner>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) committer: Committer,
    pub(crate) definitions: Definitions,
    pub(crate) registry: Arc<Registry>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) logs: Logs,
    pub(crate) archive: Archive,
    pub(crate) schedule_bell: Bell,
    pub(crate) activities: Activities,
    pub(crate) readings: Readings,
    pub(crate) listings: Listings,
    pub(crate) http: Clients,
    pub(crate) seal: Arc<Seal>,
    pub(crate) peers: Arc<Peers>,
    pub(crate) ends: Ends,
    pub(crate) run_limits: RunLimits,
    /// Bytes of a state's data that a machine may ask for.
    data_limit_bytes_max: u32,
    /// One permit for each task that loads executions.
    pub(crate) loads: Semaphore,
    /// One permit for each EXPRESS execution that runs here.
    pub(crate) express: Semaphore,
    /// The same for those that nobody waits for.
    pub(crate) express_owned: Semaphore,
    /// States that are tested.
    pub(crate) test_states: Arc<Semaphore>,
    /// Set once, when the shards' owners are started; these may need it at once.
    shards: watch::Sender<Option<Shards>>,
    /// Shards that are owned and recovered.
    held: watch::Sender<BTreeMap<ShardId, Epoch>>,
    /// Shards that this release cannot serve, and why.
    refused: watch::Sender<BTreeMap<ShardId, String>>,
    /// Leases to be renewed: of those, and of shards that are being recovered.
    leased: Mutex<BTreeMap<ShardId, Epoch>>,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Result<Self> {
        let metrics = Arc::new(Metrics::new().map_err(Error::internal)?);
        let registry = Arc::new(Registry::new(
            config.store.catalog.clone(),
            config.peers.is_some(),
        ));
        let logs = Logs::start(
            config.artifacts.clone(),
            config.clock.clone(),
            &config.node,
            config.log_days,
            metrics.clone(),
        );
        let seal = Arc::new(Seal::new(config.secret_key)?);
        let gate = Gate::new(
            Clients::new(Egress::new(config.egress.clone()), None),
            config.store.catalog.clone(),
            seal.clone(),
            config.function_hosts,
        );
        Ok(Self {
            committer: Committer::start(config.store.journal.clone(), metrics.clone()),
            definitions: Definitions::new(config.store.catalog.clone()),
            dispatcher: Dispatcher::new(
                config.runner.clone(),
                registry.clone(),
                logs.clone(),
                metrics.clone(),
                gate,
                config.tasks_max,
            ),
            registry,
            logs,
            archive: Archive::new(config.store.catalog.clone(), config.artifacts.clone()),
            schedule_bell: Bell::default(),
            peers: Arc::new(Peers::new(
                config.node.clone(),
                config.peers,
                config.clock.clone(),
                metrics.clone(),
            )?),
            ends: Ends::default(),
            metrics,
            node: config.node,
            store: config.store,
            artifacts: config.artifacts,
            runner: config.runner,
            clock: config.clock,
            chance: config.chance,
            activities: Activities::default(),
            readings: Readings::default(),
            listings: Listings::default(),
            http: Clients::new(Egress::new(config.egress), Some(USER_AGENT)),
            seal,
            run_limits: config.run_limits,
            data_limit_bytes_max: config.data_limit_bytes_max,
            loads: Semaphore::new(LOADS_MAX as usize),
            express: Semaphore::new(limits::express::RUNS_MAX),
            test_states: Arc::new(Semaphore::new(limits::TEST_STATES_MAX)),
            express_owned: Semaphore::new(limits::express::RUNS_MAX),
            shards: watch::Sender::default(),
            held: watch::Sender::default(),
            refused: watch::Sender::default(),
            leased: Mutex::default(),
        })
    }

    /// Bytes of data that a state of a machine may have.
    pub(crate) fn data_bytes_max(&self, machine: &Machine) -> u32 {
        let most = self.data_limit_bytes_max;
        machine
            .data_bytes_max
            .min(most.max(self.run_limits.payload_bytes_max))
    }

    /// Bytes of a state's data that a machine may ask for here.
    pub(crate) fn data_limit_bytes_max(&self) -> u32 {
        self.data_limit_bytes_max
    }

    /// All shards are known from now on.
    pub(crate) fn set_shards(&self, shards: Shards) {
        self.shards.send_replace(Some(shards));
    }

    /// All shards, once they are known.
    pub(crate) async fn shards(&self) -> Shards {
        let mut known = self.shards.subscribe();
        // The sender is in `self`, which outlives the wait.
        let found = known.wait_for(Option::is_some).await;
        found
            .ok()
            .and_then(|shards| shards.clone())
            .unwrap_or_else(|| unreachable!("it was waited for"))
    }

    /// The lease of a shard is to be renewed from now on.
    pub(crate) fn lease(&self, shard: ShardId, epoch: Epoch) {
        self.leases().insert(shard, epoch);
    }

    /// The leases to be renewed.
    pub(crate) fn leased(&self) -> Vec<(ShardId, Epoch)> {
        let leased = self.leases();
        leased
            .iter()
            .map(|(shard, epoch)| (*shard, *epoch))
            .collect()
    }

    fn leases(&self) -> MutexGuard<'_, BTreeMap<ShardId, Epoch>> {
        self.leased.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all other nodes something, and waits for a moment until they have heard. One that is away
    /// learns it in its own time.
    pub(crate) async fn tell_others<C: NodeCall>(&self, shards: &Shards, call: C) {
        let others = shards.others();
        let tellings = others.iter().map(|node| self.peers.ask_node(node, &call));
        for told in join_all(tellings).await {
            if let Err(error) = told {
                tracing::debug!(%error, call = C::NAME, "another node was not told");
            }
        }
    }

    /// A shard is owned from now on.
    pub(crate) fn hold(&self, shard: ShardId, epoch: Epoch) {
        self.held.send_modify(|held| {
            held.insert(shard, epoch);
        });
        self.refused.send_modify(|refused| {
            refused.remove(&shard);
        });
    }

    /// This release cannot serve a shard.
    pub(crate) fn refuse(&self, shard: ShardId, why: String) {
        self.refused.send_modify(|refused| {
            refused.insert(shard, why);
        });
        // Whoever waits for all shards looks again.
        self.held.send_modify(|_| {});
    }

    /// The shards that this release cannot serve, and why.
    pub(crate) fn refused(&self) -> BTreeMap<ShardId, String> {
        self.refused.borrow().clone()
    }

    /// A shard is no longer owned, and its lease no longer renewed. Gives the lease's epoch.
    pub(crate) fn let_go(&self, shard: ShardId) -> Option<Epoch> {
        let lease = self.leases().remove(&shard);
        self.held.send_modify(|held| {
            held.remove(&shard);
        });
        lease
    }

    /// The shards that are owned.
    pub(crate) fn held(&self) -> Vec<(ShardId, Epoch)> {
        self.held
            .borrow()
            .iter()
            .map(|(shard, epoch)| (*shard, *epoch))
            .collect()
    }

    /// The shards that are owned, as that changes.
    pub(crate) fn held_changes(&self) -> watch::Receiver<BTreeMap<ShardId, Epoch>> {
        self.held.subscribe()
    }
}
