//! One seed: a world, its processes, its clients and its faults, and one thread that moves them all.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use steploom_artifacts::Artifacts;
use steploom_probe::{Bug, Mark};
use steploom_store::memory::Memory;
use steploom_types::Error;
use tokio::runtime::Runtime;

use crate::ask::Ask;
use crate::inject;
use crate::load::Load;
use crate::lots::Lots;
use crate::network::Message;
use crate::process::{Host, Process, State};
use crate::world::World;
use crate::{oracle, runner, setup};

/// Executions that clients start in a simulated hour. More come as children.
pub const STARTS_AN_HOUR: u64 = 1_000;

/// Faults that are sent in a simulated hour. A few of them meet nobody.
const FAULTS_AN_HOUR: u64 = 60;

/// How long everything may take to end once faults have stopped.
const SETTLE_MS_MAX: u64 = 12 * 3_600 * 1_000;

/// Between two looks whether everything has ended.
const SETTLE_LOOK_MS: u64 = 5_000;

/// Between which lengths steps are drawn while nothing is wrong: well below a lease's length, which the
/// processes must not miss in one another's steps.
const CALM_STEPS_MS: (u64, u64) = (50, 300);

/// The same once faults have stopped and little happens.
const LATE_STEPS_MS: (u64, u64) = (200, 900);

/// How long a fault is a thing of just now.
const EXCITED_MS: u64 = 3_000;

/// The longest step of the world.
const STEP_MS_MAX: u64 = 5_000;

/// What is to be simulated.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Which of all worlds.
    pub seed: u64,
    /// For how long faults and load go on.
    pub minutes: u64,
    /// A bug that is planted, to see it found.
    pub bug: Option<Bug>,
    /// Whether every event is kept as a line.
    pub is_traced: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// One number for all that happened, in order.
    pub hash: u64,
    /// What should not have happened; nothing, if all is well.
    pub violations: Vec<String>,
    /// Executions that were committed.
    pub executions: u64,
    /// How often each kind of fault came to pass.
    pub faults: BTreeMap<&'static str, u64>,
    /// How often each mark was passed.
    pub marks: BTreeMap<Mark, u64>,
    /// Milliseconds simulated, until everything had ended.
    pub simulated_ms: u64,
    /// What happened, for people.
    pub lines: Vec<String>,
}

/// Something that happens at a time that is known before.
#[derive(Debug)]
pub(crate) enum Event {
    /// A client wants something new.
    Want,
    /// A request is sent, again perhaps.
    Send(u64),
    /// A request that nobody has thought of before.
    New(Ask),
    Fault,
    Crash(usize),
    Boot(usize),
    /// The module of this function is put right.
    Heal(&'static str),
}

/// A world that moves.
pub(crate) struct Simulation {
    pub(crate) world: Arc<World>,
    pub(crate) host: Rc<Host>,
    pub(crate) processes: Vec<Process>,
    pub(crate) load: Load,
    /// Chance of what befalls the world.
    pub(crate) lots: Lots,
    pub(crate) now_ms: u64,
    pub(crate) shards: u16,
    agenda: BTreeMap<(u64, u64), Event>,
    number: u64,
    kinds: Vec<&'static inject::Kind>,
    /// Whether faults still come.
    is_stormy: bool,
    stays_dead: bool,
    /// Between which lengths steps are drawn soon after a fault.
    steps_ms: (u64, u64),
    /// Until when a fault is a thing of just now.
    excited_until_ms: u64,
    outside: Runtime,
    /// Tasks of a process that has nothing to do.
    pub(crate) idle_tasks: usize,
}

/// Runs one seed from its beginning to its end.
pub fn simulate(plan: Plan) -> Outcome {
    steploom_probe::take_marks();
    steploom_probe::plant(plan.bug);
    let mut simulation = Simulation::new(plan);
    simulation.prepare(plan);
    simulation.idle(plan.minutes * 60_000);
    // What is wrong already needs nothing more.
    if simulation.is_well() {
        simulation.settle();
        oracle::judge(&mut simulation);
    }
    let simulated_ms = simulation.now_ms;
    let world = simulation.world.clone();
    drop(simulation);
    steploom_probe::plant(None);
    let mut inner = world.lock();
    Outcome {
        hash: inner.trace.hash(),
        violations: std::mem::take(&mut inner.violations),
        executions: inner.model.facts.len() as u64,
        faults: std::mem::take(&mut inner.faults.met),
        marks: steploom_probe::take_marks(),
        simulated_ms,
        lines: inner.trace.take_lines(),
    }
}

impl Simulation {
    fn new(plan: Plan) -> Self {
        let world = Arc::new(World::new(plan.seed, plan.is_traced));
        let mut lots = Lots::of(plan.seed, "faults");
        let shards = *lots.pick(&[1, 2, 3, 5]);
        let memory = Memory::with_shards(world.leases.clone(), shards);
        let host = Rc::new(Host {
            world: world.clone(),
            store: memory.store(),
            artifacts: Arc::new(Artifacts::in_memory()),
        });
        let processes = *lots.pick(&[1, 1, 2, 3]);
        let steps_ms = *lots.pick(&[(5, 50), (20, 200), (50, 500)]);
        Self {
            load: Load::new(plan.seed),
            processes: (0..processes)
                .map(|number| Process::new(host.clone(), number, processes > 1))
                .collect(),
            kinds: inject::drawn(&mut lots),
            world,
            host,
            lots,
            now_ms: 0,
            shards,
            agenda: BTreeMap::new(),
            number: 0,
            is_stormy: true,
            stays_dead: false,
            steps_ms,
            excited_until_ms: 0,
            outside: tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime without input and output needs nothing of the system"),
            idle_tasks: 0,
        }
    }

    /// A first process, with nothing wrong, in which everything is set up; then the others.
    fn prepare(&mut self, plan: Plan) {
        self.processes[0].boot(0);
        while !self.processes[0].serves() {
            self.step(10);
        }
        let machines = setup::set_up(self);
        self.load.know(machines);
        self.step(2_000);
        self.idle_tasks = self.processes[0].tasks();
        for process in 1..self.processes.len() {
            self.processes[process].boot(self.now_ms);
        }
        let length_ms = plan.minutes * 60_000;
        for _ in 0..STARTS_AN_HOUR * plan.minutes / 60 {
            let at_ms = self.now_ms + self.lots.below(length_ms);
            self.later(at_ms, Event::Want);
        }
        for _ in 0..FAULTS_AN_HOUR * plan.minutes / 60 {
            let at_ms = self.now_ms + self.lots.below(length_ms);
            self.later(at_ms, Event::Fault);
        }
        for (at_ms, event) in Load::open_desks(self.now_ms) {
            self.later(at_ms, event);
        }
    }

    /// The world goes on for so long.
    pub(crate) fn idle(&mut self, length_ms: u64) {
        let end_ms = self.now_ms + length_ms;
        while self.now_ms < end_ms && self.is_well() {
            let step_ms = self.next_step().min(end_ms - self.now_ms);
            self.step(step_ms);
        }
    }

    fn is_well(&self) -> bool {
        self.world.lock().violations.is_empty()
    }

    /// Nothing is wrong any more: everything comes to its end.
    fn settle(&mut self) {
        self.is_stormy = false;
        let mut inner = self.world.lock();
        inner.faults.stop();
        inner.network.join();
        drop(inner);
        for function in runner::functions() {
            self.heal(function);
        }
        let end_ms = self.now_ms + SETTLE_MS_MAX;
        let mut look_ms = self.now_ms;
        let mut quiet = 0;
        while quiet < 2 && self.now_ms < end_ms && self.is_well() {
            let step_ms = self.next_step();
            self.step(step_ms);
            if self.now_ms >= look_ms {
                look_ms = self.now_ms + SETTLE_LOOK_MS;
                let is_quiet = self.is_quiet() && oracle::everything_has_ended(self);
                self.resume_paused();
                quiet = if is_quiet { quiet + 1 } else { 0 };
            }
        }
    }

    /// Whether clients neither wait for anything but work nor mean to ask for anything else.
    fn is_quiet(&self) -> bool {
        let is_planned = |event: &Event| match event {
            Event::New(ask) => !ask.is_poll(),
            Event::Send(request) => self.load.asked(*request).is_some_and(|ask| !ask.is_poll()),
            Event::Want | Event::Boot(_) => true,
            Event::Fault | Event::Crash(_) | Event::Heal(_) => false,
        };
        self.load.is_idle() && !self.agenda.values().any(is_planned)
    }

    /// A pause that was on its way for long may come after what was to end it.
    fn resume_paused(&mut self) {
        if self.load.is_idle() {
            for id in oracle::paused(self) {
                self.later(self.now_ms, Event::New(Ask::Resume(id)));
            }
        }
    }

    /// How far the world goes at once: to what happens next, and never far where processes meet.
    fn next_step(&mut self) -> u64 {
        let next = self.agenda.first_key_value();
        let until_next = next.map_or(STEP_MS_MAX, |((at_ms, _), _)| {
            at_ms.saturating_sub(self.now_ms)
        });
        let (shortest, longest) = match self.processes.len() {
            1 => (STEP_MS_MAX, STEP_MS_MAX),
            _ if self.now_ms < self.excited_until_ms => self.steps_ms,
            _ if self.is_stormy => CALM_STEPS_MS,
            _ => LATE_STEPS_MS,
        };
        let step_ms = self.lots.between(shortest, longest);
        let message = self.world.lock().network.next_ms();
        let until_message = message.map_or(STEP_MS_MAX, |at_ms| at_ms.saturating_sub(self.now_ms));
        step_ms.min(until_next).min(until_message).max(1)
    }

    /// The world goes on for so long: each process in turn, then what was due.
    pub(crate) fn step(&mut self, ms: u64) {
        let until_ms = self.now_ms + ms;
        let mut order: Vec<_> = (0..self.processes.len()).collect();
        self.lots.shuffle(&mut order);
        for process in order {
            let was_alive = self.processes[process].is_alive();
            let state = self.processes[process].run_until(until_ms);
            if was_alive && state == State::Dead {
                self.restart_later(process, until_ms);
            }
        }
        self.world.reach(until_ms);
        self.now_ms = until_ms;
        self.carry();
        self.happen();
        self.hear();
    }

    /// Hands over what has come over the network.
    fn carry(&mut self) {
        /// Until what lies before a process that is frozen is looked at again.
        const FROZEN_MS: u64 = 500;
        loop {
            let message = self.world.lock().network.take(self.now_ms);
            match message {
                None => return,
                Some(Message::Answer(back, answered)) => back.arrive(answered),
                Some(Message::Question(question)) if self.processes[question.to].is_frozen() => {
                    let at_ms = self.now_ms + FROZEN_MS;
                    let mut inner = self.world.lock();
                    inner.network.post_at(at_ms, Message::Question(question));
                }
                Some(Message::Question(question)) => {
                    if let Some(unheard) = self.processes[question.to].hear(question) {
                        unheard.back.refuse();
                    }
                }
            }
        }
    }

    /// Does what is due.
    fn happen(&mut self) {
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > self.now_ms {
                break;
            }
            match entry.remove() {
                Event::Want => {
                    let request = self.load.want();
                    self.send(request);
                }
                Event::Send(request) => self.send(request),
                Event::New(ask) => {
                    let request = self.load.request(ask);
                    self.send(request);
                }
                Event::Fault if self.is_stormy => {
                    let kind = inject::pick(&mut self.lots, &self.kinds);
                    inject::befall(self, kind);
                }
                Event::Fault => {}
                Event::Crash(process) => {
                    if self.is_stormy {
                        self.crash(process);
                    }
                }
                Event::Boot(process) => {
                    if !self.processes[process].is_alive() && !self.stays_dead {
                        self.excite();
                        let now_ms = self.now_ms;
                        self.processes[process].boot(now_ms);
                    }
                }
                Event::Heal(function) => self.heal(function),
            }
        }
    }

    /// Sends a request to some process that takes it, or tries again later.
    fn send(&mut self, request: u64) {
        let Some(ask) = self.load.asked(request) else {
            return;
        };
        let start = self.lots.below(self.processes.len() as u64) as usize;
        let process = &self.processes[start];
        if !process.ask(request, ask) {
            let again = self.now_ms + self.lots.between(100, 1_500);
            self.later(again, Event::Send(request));
        }
    }

    /// Clients hear their answers, and make up their minds.
    fn hear(&mut self) {
        loop {
            let reply = self.world.lock().replies.pop_front();
            let Some((request, reply)) = reply else { break };
            let mut plans = Vec::new();
            let mut inner = self.world.lock();
            self.load
                .hear(self.now_ms, request, reply, &mut inner, &mut plans);
            drop(inner);
            for (at_ms, event) in plans {
                self.later(at_ms, event);
            }
        }
        let tokens = std::mem::take(&mut self.world.lock().tokens);
        for token in tokens {
            for (at_ms, event) in self.load.handed_over(self.now_ms, &token) {
                self.later(at_ms, event);
            }
        }
    }

    pub(crate) fn later(&mut self, at_ms: u64, event: Event) {
        self.number += 1;
        self.agenda.insert((at_ms, self.number), event);
    }

    /// Something is wrong: the world goes on in small steps for a while.
    pub(crate) fn excite(&mut self) {
        self.excited_until_ms = self.now_ms + EXCITED_MS;
    }

    pub(crate) fn any_process(&mut self) -> usize {
        self.lots.below(self.processes.len() as u64) as usize
    }

    pub(crate) fn crash(&mut self, process: usize) {
        if self.processes[process].is_alive() {
            self.processes[process].crash();
            self.restart_later(process, self.now_ms);
        }
    }

    fn restart_later(&mut self, process: usize, now_ms: u64) {
        self.excite();
        let at_ms = now_ms + inject::restart_delay(&mut self.lots);
        self.later(at_ms, Event::Boot(process));
    }

    /// Processes that die are not started again.
    pub(crate) fn stay_dead(&mut self) {
        self.stays_dead = true;
    }

    fn heal(&self, function: &str) {
        let artifacts = self.host.artifacts.clone();
        let module = runner::module(function);
        self.outside(async move { artifacts.put_module(&module).await.map(drop) });
    }

    /// Does something from outside of all processes, which nothing holds up.
    pub(crate) fn outside<T, E: Into<Error>>(&self, work: impl Future<Output = Result<T, E>>) -> T {
        match self.outside.block_on(work) {
            Ok(done) => done,
            Err(error) => panic!("the world itself failed: {}", error.into()),
        }
    }
}
