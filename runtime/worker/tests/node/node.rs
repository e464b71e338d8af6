//! A node to test with: a store in memory, a clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use steploom_api::Ports;
use steploom_api::port::{Object, PutFunction, PutMachine, PutObject, collect, whole};
use steploom_api::wire::{
    Execution, ExecutionStatus, ExecutionSummary, FunctionSettings, ListExecutions, PageHistory,
    StartExecution, StopExecution,
};
use steploom_artifacts::Artifacts;
use steploom_store::lease::NodeId;
use steploom_store::memory::Memory;
use steploom_types::limits::DATA_LIMIT_BYTES_MAX;
use steploom_types::{AccountId, ExecutionId, Json, Name, Result, Timestamp};
use steploom_worker::{Config, RunLimits, SystemChance, Worker};
use tokio::runtime::Runtime;

use crate::runner::Scripted;

/// How long a test waits for what must come, before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A clock that stands still.
pub(crate) struct Clock(AtomicI64);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(1_700_000_000_000))
    }

    pub(crate) fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl steploom_worker::Clock for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Node {
    worker: Option<Worker>,
    /// On which the worker runs: to be rid of it is to be rid of all that the worker does.
    runtime: Option<Runtime>,
    store: Memory,
    pub(crate) clock: Arc<Clock>,
    artifacts: Arc<Artifacts>,
    pub(crate) runner: Arc<Scripted>,
    run_limits: RunLimits,
    data_limit_bytes_max: u32,
}

impl Node {
    pub(crate) async fn start() -> Self {
        Self::start_limited(RunLimits::default()).await
    }

    pub(crate) async fn start_limited(run_limits: RunLimits) -> Self {
        Self::start_with(run_limits, |store| store).await
    }

    /// Closed executions come into partitions of so many.
    pub(crate) async fn start_with_partitions_of(rows: u64) -> Self {
        Self::start_with(RunLimits::default(), |store| store.with_partitions_of(rows)).await
    }

    async fn start_with(run_limits: RunLimits, change: impl FnOnce(Memory) -> Memory) -> Self {
        let clock = Arc::new(Clock::new());
        let mut node = Self {
            worker: None,
            runtime: None,
            store: change(Memory::new(steploom_store::Clock::manual())),
            clock,
            artifacts: Arc::new(Artifacts::in_memory()),
            runner: Arc::default(),
            run_limits,
            data_limit_bytes_max: DATA_LIMIT_BYTES_MAX as u32,
        };
        node.start_worker().await;
        node
    }

    /// Machines may ask for so many bytes of data.
    pub(crate) async fn start_with_data_limit(bytes: u32) -> Self {
        let mut node = Self::start().await;
        node.data_limit_bytes_max = bytes;
        node.stop_and_restart().await;
        node
    }

    /// The worker is gone in the middle of what it does, and another one takes over.
    pub(crate) async fn crash_and_restart(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.start_worker().await;
    }

    /// The worker is asked to stop, and does.
    pub(crate) async fn stop_worker(&mut self) {
        let worker = self.worker.take().expect("it runs");
        tokio::time::timeout(PATIENCE, worker.stop())
            .await
            .expect("a node that is asked to stop stops");
    }

    /// Another worker goes on where one was stopped.
    pub(crate) async fn start_again(&mut self) {
        self.start_worker().await;
    }

    /// Everything that is kept as an object.
    pub(crate) fn artifacts(&self) -> &Artifacts {
        &self.artifacts
    }

    /// What lasts.
    pub(crate) fn store(&self) -> &Memory {
        &self.store
    }

    /// The worker is asked to stop, as at the end of the process, and another one goes on.
    pub(crate) async fn stop_and_restart(&mut self) {
        self.stop_worker().await;
        self.start_worker().await;
    }

    pub(crate) fn ports(&self) -> Ports {
        self.worker.as_ref().expect("it runs").ports()
    }

    pub(crate) async fn put_object(&self, bucket: &Name, key: &str, content: impl Into<Bytes>) {
        let put = PutObject::default();
        let content = whole(content.into());
        let buckets = self.ports().buckets;
        buckets
            .put_object(AccountId::LOCAL, bucket, key, put, content)
            .await
            .unwrap();
    }

    pub(crate) async fn object(&self, bucket: &Name, key: &str) -> Bytes {
        let mut all = |object: &Object| Ok(0..object.size_bytes);
        let buckets = self.ports().buckets;
        let found = buckets.read_object(AccountId::LOCAL, bucket, key, &mut all);
        collect(found.await.unwrap().1).await.unwrap()
    }

    pub(crate) async fn put_machine(&self, name: &str, definition: &str) -> Result<()> {
        let put = self
            .ports()
            .machines
            .put(
                AccountId::LOCAL,
                PutMachine::new(name.parse().unwrap(), definition),
            )
            .await;
        put.map(drop)
    }

    pub(crate) async fn machine(&self, name: &str, definition: &str) {
        self.put_machine(name, definition).await.unwrap();
    }

    /// Deploys a function, which the scripted runner runs.
    pub(crate) async fn function(&self, name: &str, settings: FunctionSettings) {
        let put = PutFunction {
            name: name.parse().unwrap(),
            code: Bytes::from_static(b"scripted"),
            settings,
            create_only: false,
        };
        let functions = self.ports().functions;
        functions.put(AccountId::LOCAL, put).await.unwrap();
    }

    pub(crate) async fn start_named(
        &self,
        machine: &str,
        name: &str,
        input: Value,
    ) -> Result<(Execution, bool)> {
        self.start_execution(machine, Some(name), input).await
    }

    async fn start_execution(
        &self,
        machine: &str,
        name: Option<&str>,
        input: Value,
    ) -> Result<(Execution, bool)> {
        let start = StartExecution {
            version: None,
            name: name.map(|name| name.parse().unwrap()),
            input: Json::from(input),
            ..StartExecution::new(machine.parse().unwrap())
        };
        self.ports().executions.start(AccountId::LOCAL, start).await
    }

    /// Starts many with one request.
    pub(crate) async fn start_batch(
        &self,
        starts: Vec<StartExecution>,
    ) -> Vec<Result<(ExecutionSummary, bool)>> {
        let executions = self.ports().executions;
        executions.start_batch(AccountId::LOCAL, starts).await
    }

    /// Records that were committed, over all shards.
    pub(crate) async fn records(&self) -> u64 {
        let shards = self.store.store().leases.shards().await.unwrap();
        shards.iter().map(|shard| shard.last_lsn.0).sum()
    }

    /// Starts one without a name.
    pub(crate) async fn start_unnamed(&self, machine: &str, input: Value) -> Execution {
        self.start_execution(machine, None, input).await.unwrap().0
    }

    pub(crate) async fn stop(&self, id: ExecutionId) {
        self.ports()
            .executions
            .stop(AccountId::LOCAL, id, StopExecution::default())
            .await
            .unwrap();
    }

    pub(crate) async fn get(&self, id: ExecutionId) -> Execution {
        self.ports()
            .executions
            .get(AccountId::LOCAL, id)
            .await
            .unwrap()
    }

    pub(crate) async fn ended(&self, id: ExecutionId) -> Execution {
        self.until(|| async { !self.get(id).await.summary.status.is_open() })
            .await;
        self.get(id).await
    }

    /// The types of its events.
    pub(crate) async fn history(&self, id: ExecutionId) -> Vec<String> {
        let history = self
            .ports()
            .executions
            .history(AccountId::LOCAL, id, PageHistory::default())
            .await
            .unwrap();
        history.items.into_iter().map(|e| e.kind).collect()
    }

    /// The newest event's id.
    pub(crate) async fn history_length(&self, id: ExecutionId) -> u64 {
        let newest = PageHistory {
            limit: Some(1),
            reverse: true,
            next: None,
        };
        let executions = self.ports().executions;
        let history = executions.history(AccountId::LOCAL, id, newest).await;
        history.unwrap().items[0].id
    }

    pub(crate) async fn listed_ids(&self, machine: &str) -> Vec<ExecutionId> {
        let list = ListExecutions {
            machine: Some(machine.parse().unwrap()),
            ..ListExecutions::default()
        };
        let page = self
            .ports()
            .executions
            .list(AccountId::LOCAL, list)
            .await
            .unwrap();
        page.items.into_iter().map(|e| e.id).collect()
    }

    /// Waits until the list shows so many of this status.
    pub(crate) async fn listed(&self, machine: &str, status: ExecutionStatus, count: usize) {
        self.until(|| async {
            let list = ListExecutions {
                machine: Some(machine.parse().unwrap()),
                status: Some(status),
                ..ListExecutions::default()
            };
            self.ports()
                .executions
                .list(AccountId::LOCAL, list)
                .await
                .unwrap()
                .items
                .len()
                == count
        })
        .await;
    }

    /// A metric without labels, as it stands.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        let metrics = self.ports().node.metrics();
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.expect("there is such a metric").parse().unwrap()
    }

    /// Waits for a condition that must come.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, condition: impl Fn() -> F) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !condition().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.expect("the condition must come");
    }

    async fn start_worker(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let worker = runtime.spawn(Worker::start(Config {
            node: NodeId("a-node".into()),
            store: self.store.store(),
            artifacts: self.artifacts.clone(),
            runner: self.runner.clone(),
            clock: self.clock.clone(),
            chance: Arc::new(SystemChance),
            tasks_max: 4,
            log_days: 1,
            retention: steploom_worker::Retention::default(),
            run_limits: self.run_limits,
            data_limit_bytes_max: self.data_limit_bytes_max,
            secret_key: [9; 32],
            egress: Vec::new(),
            function_hosts: Vec::new(),
            peers: None,
        }));
        let worker = worker.await.unwrap().unwrap();
        worker.ready().await;
        self.worker = Some(worker);
        if let Some(before) = self.runtime.replace(runtime) {
            before.shutdown_background();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
