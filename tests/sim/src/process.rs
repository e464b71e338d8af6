//! One simulated process: a runtime of its own with time of its own, in which the real worker runs.
//!
//! To run a process is to run its runtime up to a time of the world; to freeze it is not to run it; to
//! kill it is to drop its runtime, with every task wherever it waits.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use steploom_api::Ports;
use steploom_api::port::Peers;
use steploom_artifacts::Artifacts;
use steploom_store::Store;
use steploom_store::lease::NodeId;
use steploom_worker::{Config, RunLimits, Worker};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::ask::{Ask, Exchange};
use crate::gate::Gate;
use crate::lots::{Draws, Lots};
use crate::network::{self, Question};
use crate::runner::Sandbox;
use crate::store::gated;
use crate::time::Clock;
use crate::world::World;

/// Tasks of executions that run at once in a process: few, so that some wait.
const TASKS_MAX: usize = 16;

/// Items of a range: few, so that distributed maps are spread.
const RANGE_ITEMS: u32 = 4;

/// What all lives of all processes are made of.
pub(crate) struct Host {
    pub(crate) world: Arc<World>,
    pub(crate) store: Store,
    pub(crate) artifacts: Arc<Artifacts>,
}

/// A process, alive or dead.
pub(crate) struct Process {
    host: Rc<Host>,
    number: usize,
    /// Whether it is one of several.
    has_others: bool,
    lots: Lots,
    life: Option<Life>,
    /// Until when it is frozen.
    frozen_until: Option<u64>,
}

struct Life {
    runtime: Runtime,
    gate: Arc<Gate>,
    /// When the runtime's time began.
    born: Instant,
    born_ms: u64,
    /// The worker, once it has begun; gone again once it is asked to stop.
    worker: Rc<RefCell<Option<Worker>>>,
    /// What it answers other processes with, until it has stopped.
    peers: Option<Arc<dyn Peers>>,
    starting: Option<oneshot::Receiver<Worker>>,
    stopping: Option<oneshot::Receiver<()>>,
}

/// How a life went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Alive,
    /// It died, just now or before.
    Dead,
}

impl Process {
    pub(crate) fn new(host: Rc<Host>, number: usize, has_others: bool) -> Self {
        let lots = Lots::of(host.world.seed, &format!("process {number}"));
        Self {
            host,
            number,
            has_others,
            lots,
            life: None,
            frozen_until: None,
        }
    }

    /// Starts the process.
    pub(crate) fn boot(&mut self, now_ms: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without input and output needs nothing of the system");
        let (clock, born) = {
            let _within = runtime.enter();
            let clock = Clock::new(now_ms, self.host.world.jumps.clone());
            (Arc::new(clock), Instant::now())
        };
        let world = self.host.world.clone();
        let gate = Arc::new(Gate::new(world, self.number, clock.clone()));
        let config = self.config(&gate, clock);
        let (sender, starting) = oneshot::channel();
        let dying = gate.clone();
        runtime.spawn(async move {
            match Worker::start(config).await {
                Ok(worker) => drop(sender.send(worker)),
                // As the real program does: it says why and ends.
                Err(_) => dying.kill(),
            }
        });
        self.host.world.lock().event("boot", &[self.number as u64]);
        self.life = Some(Life {
            runtime,
            gate,
            born,
            born_ms: now_ms,
            worker: Rc::default(),
            peers: None,
            starting: Some(starting),
            stopping: None,
        });
        self.frozen_until = None;
    }

    fn config(&mut self, gate: &Arc<Gate>, clock: Arc<Clock>) -> Config {
        Config {
            node: NodeId(format!("node-{}", self.number)),
            store: gated(gate.clone(), self.host.store.clone()),
            artifacts: self.host.artifacts.clone(),
            runner: Arc::new(Sandbox {
                gate: gate.clone(),
                artifacts: self.host.artifacts.clone(),
            }),
            clock,
            chance: Arc::new(Draws::new(&mut self.lots)),
            tasks_max: TASKS_MAX,
            log_days: 1,
            retention: steploom_worker::Retention::default(),
            data_limit_bytes_max: steploom_types::limits::DATA_LIMIT_BYTES_MAX as u32,
            run_limits: RunLimits {
                // Evaluations are measured by the computer's own clock, which is not simulated.
                evaluation_ms_max: 600_000,
                range_items: RANGE_ITEMS,
                ..RunLimits::default()
            },
            secret_key: [7; 32],
            egress: Vec::new(),
            function_hosts: Vec::new(),
            peers: self.has_others.then(|| network::peering(gate)),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.life.is_some()
    }

    /// Whether it takes requests.
    pub(crate) fn serves(&self) -> bool {
        let life = self.life.as_ref();
        life.is_some_and(|life| life.worker.borrow().is_some()) && self.frozen_until.is_none()
    }

    /// Runs until then, if it is alive and not frozen.
    pub(crate) fn run_until(&mut self, until_ms: u64) -> State {
        if self.frozen_until.is_some_and(|until| until > until_ms) {
            return State::Alive;
        }
        let thawed = self.frozen_until.take();
        let Some(life) = &mut self.life else {
            return State::Dead;
        };
        if let Some(thawed) = thawed {
            life.catch_up(thawed);
        }
        life.run_until(until_ms);
        if life.gate.is_dead() || life.has_stopped() {
            self.crash();
            return State::Dead;
        }
        State::Alive
    }

    /// The process is gone, with all that it was doing.
    pub(crate) fn crash(&mut self) {
        if let Some(life) = self.life.take() {
            life.gate.kill();
            drop(life);
            let mut inner = self.host.world.lock();
            inner.event("gone", &[self.number as u64]);
            inner.mourn();
        }
    }

    /// Nothing of it runs until then, and it does not know.
    pub(crate) fn freeze(&mut self, until_ms: u64) {
        if self.life.is_some() {
            self.frozen_until = Some(until_ms);
        }
    }

    /// Asks it to stop in good order; it is dead once it has.
    pub(crate) fn stop(&mut self) {
        if let Some(life) = &mut self.life
            && let Some(worker) = life.worker.borrow_mut().take()
        {
            let (sender, stopping) = oneshot::channel();
            life.stopping = Some(stopping);
            life.runtime.spawn(async move {
                worker.stop().await;
                // Whoever asked may be gone: then this process is as well.
                let _ = sender.send(());
            });
        }
    }

    /// Hands a request to the process; false if nobody is there to take it.
    pub(crate) fn ask(&self, request: u64, ask: Ask) -> bool {
        let Some(life) = self.life.as_ref().filter(|_| self.serves()) else {
            return false;
        };
        let Some(ports) = life.ports() else {
            return false;
        };
        let exchange = Exchange::new(life.gate.clone(), request);
        life.runtime.spawn(exchange.run(ports, ask));
        true
    }

    /// Hands the process a question of another one, or gives it back if nobody listens there.
    pub(crate) fn hear(&self, question: Question) -> Option<Question> {
        let peers = self.life.as_ref().and_then(|life| life.peers.clone());
        let (Some(life), Some(peers)) = (&self.life, peers) else {
            return Some(question);
        };
        life.runtime.spawn(question.answer(peers));
        None
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen_until.is_some()
    }

    /// Runs something in the process, with its ports; false if nobody is there.
    pub(crate) fn run<F: Future<Output = ()> + Send + 'static>(
        &self,
        work: impl FnOnce(Ports) -> F,
    ) -> bool {
        let ports = self.life.as_ref().and_then(Life::ports);
        let (Some(life), Some(ports)) = (&self.life, ports) else {
            return false;
        };
        life.runtime.spawn(work(ports));
        true
    }

    /// Tasks of the runtime: what the worker always has, and what it is doing.
    pub(crate) fn tasks(&self) -> usize {
        let life = self.life.as_ref();
        life.map_or(0, |life| life.runtime.metrics().num_alive_tasks())
    }

    /// What it measures, as text.
    pub(crate) fn metrics(&self) -> String {
        let ports = self.life.as_ref().and_then(Life::ports);
        ports.map_or_else(String::new, |ports| ports.node.metrics())
    }
}

impl Life {
    fn ports(&self) -> Option<Ports> {
        self.worker.borrow().as_ref().map(Worker::ports)
    }

    /// The world went on while this stood still: all of its timers are overdue.
    fn catch_up(&mut self, now_ms: u64) {
        let local_ms = self.born_ms + self.elapsed().as_millis() as u64;
        let behind = Duration::from_millis(now_ms.saturating_sub(local_ms));
        self.runtime.block_on(tokio::time::advance(behind));
    }

    fn elapsed(&self) -> Duration {
        let _within = self.runtime.enter();
        self.born.elapsed()
    }

    fn run_until(&mut self, until_ms: u64) {
        let until = self.born + Duration::from_millis(until_ms.saturating_sub(self.born_ms));
        let gate = self.gate.clone();
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = gate.died() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        });
        if let Some(starting) = &mut self.starting
            && let Ok(worker) = starting.try_recv()
        {
            self.peers = Some(worker.peers());
            *self.worker.borrow_mut() = Some(worker);
            self.starting = None;
        }
    }

    fn has_stopped(&mut self) -> bool {
        let stopping = self.stopping.as_mut();
        stopping.is_some_and(|stopping| stopping.try_recv().is_ok())
    }
}
