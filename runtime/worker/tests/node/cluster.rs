//! Several nodes on one store, each with a runtime of its own; what they say to each other goes
//! through this process.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::Ports;
use steploom_api::port::{Peers, PutMachine};
use steploom_api::wire::{Execution, ListExecutions, PageHistory, StartExecution};
use steploom_artifacts::Artifacts;
use steploom_store::lease::NodeId;
use steploom_store::memory::Memory;
use steploom_types::{AccountId, ExecutionId, Json, Result, limits};
use steploom_worker::{
    Config, Peering, Received, RunLimits, SystemChance, Transport, Unreached, Worker,
};
use tokio::runtime::Runtime;

use crate::node::Clock;
use crate::runner::Scripted;

/// How long a test waits for what must come, before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Cluster {
    store: Memory,
    artifacts: Arc<Artifacts>,
    pub(crate) clock: Arc<Clock>,
    network: Arc<Network>,
    nodes: BTreeMap<&'static str, Member>,
}

struct Member {
    worker: Option<Worker>,
    runtime: Option<Runtime>,
}

/// Who is reached where.
#[derive(Default)]
struct Network(Mutex<HashMap<String, Reached>>);

/// What a node answers with, and where that runs.
type Reached = (Arc<dyn Peers>, tokio::runtime::Handle);

#[async_trait]
impl Transport for Network {
    async fn send(
        &self,
        address: &str,
        head: &str,
        body: Bytes,
    ) -> std::result::Result<Received, Unreached> {
        let found = self.0.lock().unwrap().get(address).cloned();
        let (peers, runtime) = found.ok_or_else(|| Unreached {
            maybe_done: false,
            why: "nobody listens".into(),
        })?;
        let head = head.to_owned();
        let answer = runtime.spawn(async move {
            peers.admit(&head)?;
            peers.answer(&head, body).await
        });
        match answer.await {
            Ok(Ok(answer)) => Ok(answer.into()),
            Ok(Err(error)) => Ok(Received::Refused(error.to_string())),
            Err(_) => Err(Unreached {
                maybe_done: true,
                why: "it is gone".into(),
            }),
        }
    }
}

impl Cluster {
    /// A cluster of these nodes, each of which has its share of the shards. Leases run out by
    /// `leases`.
    pub(crate) async fn start(leases: steploom_store::Clock, names: &[&'static str]) -> Self {
        let mut cluster = Self {
            store: Memory::new(leases),
            artifacts: Arc::new(Artifacts::in_memory()),
            clock: Arc::new(Clock::new()),
            network: Arc::default(),
            nodes: BTreeMap::new(),
        };
        for name in names {
            cluster.join(name).await;
        }
        cluster.balanced().await;
        cluster
    }

    pub(crate) async fn join(&mut self, name: &'static str) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let address = format!("http://{name}");
        let worker = runtime.spawn(Worker::start(Config {
            node: NodeId(name.into()),
            store: self.store.store(),
            artifacts: self.artifacts.clone(),
            runner: Arc::new(Scripted::default()),
            clock: self.clock.clone(),
            chance: Arc::new(SystemChance),
            tasks_max: 4,
            log_days: 1,
            retention: steploom_worker::Retention::default(),
            run_limits: RunLimits::default(),
            data_limit_bytes_max: limits::DATA_LIMIT_BYTES_MAX as u32,
            secret_key: [9; 32],
            egress: Vec::new(),
            function_hosts: Vec::new(),
            peers: Some(Peering {
                address: address.clone(),
                secret: b"a secret of sixteen bytes or more".to_vec(),
                transport: self.network.clone(),
            }),
        }));
        let worker = worker.await.unwrap().unwrap();
        let reached = (worker.peers(), runtime.handle().clone());
        self.network.0.lock().unwrap().insert(address, reached);
        worker.ready().await;
        let member = Member {
            worker: Some(worker),
            runtime: Some(runtime),
        };
        self.nodes.insert(name, member);
    }

    /// A node is gone in the middle of what it does.
    pub(crate) fn crash(&mut self, name: &str) {
        self.network
            .0
            .lock()
            .unwrap()
            .remove(&format!("http://{name}"));
        self.nodes.remove(name);
    }

    /// A node is asked to stop.
    pub(crate) async fn stop(&mut self, name: &str) {
        let mut member = self.nodes.remove(name).unwrap();
        let worker = member.worker.take().unwrap();
        let runtime = member.runtime.as_ref().unwrap();
        let stopped = runtime.spawn(worker.stop());
        tokio::time::timeout(PATIENCE, stopped)
            .await
            .expect("a node that is asked to stop stops")
            .unwrap();
        self.network
            .0
            .lock()
            .unwrap()
            .remove(&format!("http://{name}"));
    }

    /// Stops a node's only thread while `meanwhile` runs, as SIGSTOP does.
    pub(crate) async fn paused(&self, name: &str, meanwhile: impl Future<Output = ()>) {
        let member = &self.nodes[name];
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let (stopped, is_stopped) = tokio::sync::oneshot::channel();
        member.runtime.as_ref().unwrap().spawn(async move {
            let _ = stopped.send(());
            // Until the other end is dropped.
            let _ = goes_on.recv();
        });
        is_stopped.await.unwrap();
        meanwhile.await;
        drop(go_on);
    }

    pub(crate) fn ports(&self, name: &str) -> Ports {
        self.nodes[name].worker.as_ref().unwrap().ports()
    }

    /// How many shards a node says that it has.
    pub(crate) fn owned(&self, name: &str) -> usize {
        self.metric(name, "steploom_shards_owned")
    }

    /// A metric over all its labels that begin like this.
    pub(crate) fn metric(&self, name: &str, metric: &str) -> usize {
        let text = self.ports(name).node.metrics();
        let lines = text.lines().filter(|line| line.starts_with(metric));
        lines
            .map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap())
            .sum()
    }

    /// Waits until every shard has one owner, and no node more than its share.
    pub(crate) async fn balanced(&self) {
        let shards = usize::from(steploom_types::limits::SHARDS);
        self.until(|| async {
            let owned: Vec<_> = self.nodes.keys().map(|name| self.owned(name)).collect();
            let share = shards.div_ceil(owned.len());
            owned.iter().sum::<usize>() == shards && owned.iter().all(|count| *count <= share)
        })
        .await;
    }

    pub(crate) async fn machine(&self, node: &str, name: &str, definition: &str) {
        let machines = self.ports(node).machines;
        let put = machines.put(
            AccountId::LOCAL,
            PutMachine::new(name.parse().unwrap(), definition),
        );
        put.await.unwrap();
    }

    pub(crate) async fn start_at(
        &self,
        node: &str,
        machine: &str,
        name: Option<&str>,
        input: serde_json::Value,
    ) -> Result<(Execution, bool)> {
        let start = start(machine, name, input);
        self.ports(node)
            .executions
            .start(AccountId::LOCAL, start)
            .await
    }

    pub(crate) async fn get_at(&self, node: &str, id: ExecutionId) -> Execution {
        let got = self.ports(node).executions.get(AccountId::LOCAL, id).await;
        got.unwrap()
    }

    pub(crate) async fn history_at(&self, node: &str, id: ExecutionId) -> Vec<String> {
        let executions = self.ports(node).executions;
        let history = executions.history(AccountId::LOCAL, id, PageHistory::default());
        let items = history.await.unwrap().items;
        items.into_iter().map(|event| event.kind).collect()
    }

    /// The executions of a machine.
    pub(crate) async fn listed_at(&self, node: &str, machine: &str) -> Vec<ExecutionId> {
        let mut ids = Vec::new();
        let mut list = ListExecutions {
            machine: Some(machine.parse().unwrap()),
            ..ListExecutions::default()
        };
        loop {
            let executions = self.ports(node).executions;
            let page = executions
                .list(AccountId::LOCAL, list.clone())
                .await
                .unwrap();
            ids.extend(page.items.into_iter().map(|item| item.id));
            match page.next {
                Some(next) => list.next = Some(next),
                None => return ids,
            }
        }
    }

    /// Waits for an end, asking at `node`.
    pub(crate) async fn ended_at(&self, node: &str, id: ExecutionId) -> Execution {
        self.until(|| async {
            let got = self.ports(node).executions.get(AccountId::LOCAL, id).await;
            got.is_ok_and(|execution| !execution.summary.status.is_open())
        })
        .await;
        self.get_at(node, id).await
    }

    /// Waits for a condition that must come.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, condition: impl Fn() -> F) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !condition().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        waited.await.expect("the condition must come");
    }
}

pub(crate) fn start(machine: &str, name: Option<&str>, input: serde_json::Value) -> StartExecution {
    let text = serde_json::json!({"machine": machine, "name": name, "input": input});
    let mut start: StartExecution = serde_json::from_value(text).unwrap();
    start.input = Json::from(input);
    start
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
