//! Shards, group commit, timers and retries: the owner of every side effect.
//!
//! A [`Worker`] is one node. It takes shards, keeps their executions going, runs functions in the
//! sandbox, and answers the gateway's ports. Nobody else writes to the store.

mod ability;
mod activities;
mod archive;
mod belonging;
mod cache;
mod chance;
mod child;
mod clock;
mod codec;
mod committer;
mod definitions;
mod dispatcher;
mod effect;
mod egress;
mod event;
mod express;
mod fair;
mod function_profile;
mod kept_keys;
mod logs;
mod mailbox;
mod metrics;
mod outbound;
mod past;
mod payload;
mod peer;
mod port;
mod profile;
mod reading;
mod registry;
#[cfg(feature = "simulation")]
pub mod replay;
mod schedules;
mod seal;
mod service;
mod shard;
mod shards;
mod share;
mod shared;
mod tags;
mod view;

use std::sync::Arc;

use steploom_api::Ports;
use steploom_api::port::Peers;
use steploom_artifacts::Artifacts;
use steploom_call::Runner;
use steploom_store::Store;
use steploom_store::lease::NodeId;
use steploom_types::Result;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use archive::Retention;
pub use chance::{Chance, SystemChance};
pub use clock::{Clock, SystemClock};
pub use egress::EgressRule;
pub use kept_keys::KeptKeys;
pub use outbound::HostRule;
pub use peer::{HttpTransport, Lines, Peering, Received, Transport, Unreached, shared_key};
pub use steploom_machine::RunLimits;

use crate::peer::Server;
use crate::port::Port;
use crate::shards::Shards;
use crate::shared::Shared;

/// What a node is made of.
pub struct Config {
    /// This node's id, the same after a restart.
    pub node: NodeId,
    /// What must last.
    pub store: Store,
    /// Where modules and logs are kept.
    pub artifacts: Arc<Artifacts>,
    /// Where functions run.
    pub runner: Arc<dyn Runner>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance: of ids and of executions' seeds.
    pub chance: Arc<dyn Chance>,
    /// Tasks of executions that run in sandboxes at once; more of them wait their turn.
    pub tasks_max: usize,
    /// Days for which logs of invocations are kept.
    pub log_days: u32,
    /// How long closed executions are kept where, unless their machine says otherwise.
    pub retention: Retention,
    /// The limits that executions are started with.
    pub run_limits: RunLimits,
    /// Bytes of a state's data that a machine may ask for by `DataLimit`, at most
    /// [`DATA_LIMIT_BYTES_MAX`](steploom_types::limits::DATA_LIMIT_BYTES_MAX).
    pub data_limit_bytes_max: u32,
    /// Under which the secrets of connections are sealed: the same for ever.
    pub secret_key: [u8; 32],
    /// Where tasks may call over HTTP, besides the open internet.
    pub egress: Vec<EgressRule>,
    /// The hosts that functions may call at all, whatever their owners allow; any, if there are none.
    pub function_hosts: Vec<HostRule>,
    /// How it talks to other nodes on the same store; not at all if `None`.
    pub peers: Option<Peering>,
}

/// One node, running.
pub struct Worker {
    shared: Arc<Shared>,
    shards: Shards,
    port: Arc<Port>,
    keeper: JoinHandle<()>,
    archivist: JoinHandle<()>,
    scheduler: JoinHandle<()>,
}

impl Worker {
    /// Starts a node: it takes the shards that it can get and goes on with their executions in the
    /// background. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn start(config: Config) -> Result<Self> {
        let retention = config.retention;
        let shared = Arc::new(Shared::new(config)?);
        let shards = Shards::new(shared.node.clone());
        shards.refresh(&shared, Instant::now()).await?;
        shared.set_shards(shards.clone());
        shared.dispatcher.attach(&shared);
        let keeper = shards::start(shared.clone(), shards.clone());
        let archivist = archive::keeper::start(shared.clone(), shards.clone(), retention);
        let scheduler = schedules::keep(shared.clone(), shards.clone());
        let port = Arc::new(Port::new(shared.clone(), shards.clone()));
        Ok(Self {
            shared,
            shards,
            port,
            keeper,
            archivist,
            scheduler,
        })
    }

    /// What the gateway calls.
    pub fn ports(&self) -> Ports {
        let keys = Arc::new(KeptKeys::new(self.shared.store.clone()));
        Ports {
            functions: self.port.clone(),
            function_profiles: self.port.clone(),
            machines: self.port.clone(),
            releases: self.port.clone(),
            executions: self.port.clone(),
            map_runs: self.port.clone(),
            tasks: self.port.clone(),
            activities: self.port.clone(),
            buckets: self.port.clone(),
            keyvalues: self.port.clone(),
            connections: self.port.clone(),
            test_states: self.port.clone(),
            keys: keys.clone(),
            audit: keys,
            schedules: self.port.clone(),
            logs: self.port.clone(),
            node: self.port.clone(),
        }
    }

    /// What other nodes call, over a listener of its own.
    pub fn peers(&self) -> Arc<dyn Peers> {
        Arc::new(Server::new(self.port.clone()))
    }

    /// Waits until every shard that this node can get is recovered. The wait ends when dropped.
    pub async fn ready(&self) {
        self.shards.settled().await;
    }

    /// Stops the node: what was accepted is durable, the leases are given back, logs are written.
    /// Tasks that run are given up; the next owner makes the same attempts again.
    pub async fn stop(self) {
        self.archivist.abort();
        self.scheduler.abort();
        self.shards.stop(&self.shared).await;
        self.keeper.abort();
        // They were ended just now, so errors are what is wanted.
        let _ = self.keeper.await;
        let _ = self.archivist.await;
        let _ = self.scheduler.await;
        self.shared.logs.flush().await;
    }
}
