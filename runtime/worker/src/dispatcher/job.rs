//! An attempt that runs a function, from its execution's owner to a permit: it waits for one of its
//! function, where that has a limit, then for one of this node. Only then it becomes a task.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steploom_machine::{Fact, Invoke, Started};
use tokio::task::{AbortHandle, JoinHandle};

use super::{Queue, Right, Target, Waiter};
use crate::effect::{self, Answers};
use crate::fair::Place;
use crate::registry::Function;
use crate::shared::Shared;

/// What waits in the queues.
pub(crate) struct Job {
    shared: Arc<Shared>,
    started: Arc<Started>,
    invoke: Box<Invoke>,
    answers: Answers,
    target: Target,
    function: Arc<Function>,
    /// That of its machine.
    weight: u32,
    /// The function's permit, if it needs one, once it has it.
    of_function: Option<Right>,
    gate: Gate,
    stage: Arc<Mutex<Stage>>,
}

/// Whose permit comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Function,
    Node,
}

/// Where a job is. Its lock is taken before a queue's, never after.
enum Stage {
    /// Its function is being looked up, or it is about to wait.
    Begins,
    Waits(Queue, Place),
    Runs(AbortHandle),
    GivenUp,
}

/// The owner's hold on a job.
pub(crate) struct Ticket(Arc<Mutex<Stage>>);

impl Ticket {
    /// Gives the job up, wherever it is.
    pub(crate) fn abort(&self) {
        let stage = std::mem::replace(&mut *lock(&self.0), Stage::GivenUp);
        match stage {
            // Dropped outside of all locks, with the permit that it may hold.
            Stage::Waits(queue, place) => drop(queue.take_out(&place)),
            Stage::Runs(task) => task.abort(),
            Stage::Begins | Stage::GivenUp => {}
        }
    }
}

/// What runs for an attempt.
pub(crate) enum Work {
    /// A task of the runtime.
    Task(JoinHandle<()>),
    /// The same, and what it asks others beside itself: ended, it still has to hear their answer.
    Asking(JoinHandle<()>, Asking),
    /// A function's call that may be waiting for a permit.
    Job(Ticket),
}

impl Work {
    /// Ends it.
    pub(crate) fn abort(&self) {
        match self {
            Self::Task(task) | Self::Asking(task, _) => task.abort(),
            Self::Job(ticket) => ticket.abort(),
        }
    }

    /// Waits until it is gone, after it was ended, and has nothing under way.
    pub(crate) async fn gone(self) {
        // It was aborted: an error is what is wanted.
        match self {
            Self::Task(task) => drop(task.await),
            Self::Asking(task, asking) => {
                let _ = task.await;
                drop(asking.lock().await);
            }
            Self::Job(_) => {}
        }
    }
}

/// Held while something is asked of another owner, which may come to it later than anything that is said
/// meanwhile.
pub(crate) type Asking = Arc<tokio::sync::Mutex<()>>;

/// Begins an attempt at a task that runs a function.
pub(crate) fn begin(
    shared: &Arc<Shared>,
    started: Arc<Started>,
    invoke: Box<Invoke>,
    answers: Answers,
) -> Work {
    shared.metrics.task(&invoke.resource);
    let target = match Target::of(&invoke.resource, &invoke.input) {
        Ok(target) => target,
        Err(failure) => {
            let refused = (shared.clone(), Err((failure, None)));
            let answer =
                async move { effect::answer(&refused.0, &invoke, refused.1, &answers).await };
            return Work::Task(tokio::spawn(answer));
        }
    };
    let known = shared.registry.known(
        started.account,
        &target.function.name,
        target.function.qualifier.as_deref(),
    );
    let stage = Arc::new(Mutex::new(Stage::Begins));
    let ticket = Ticket(stage.clone());
    let weight = shared
        .registry
        .known_weight(started.account, &started.machine);
    let looked = Looked {
        shared: shared.clone(),
        started,
        invoke,
        answers,
        target,
        stage,
    };
    if let (Some(function), Some(weight)) = (known, weight) {
        looked.found(function, weight);
    } else {
        let stage = looked.stage.clone();
        let task = tokio::spawn(looked.look_up());
        let mut stage = lock(&stage);
        // It may have gone on already.
        if matches!(*stage, Stage::Begins) {
            *stage = Stage::Runs(task.abort_handle());
        }
    }
    Work::Job(ticket)
}

/// A job whose function is not known yet.
struct Looked {
    shared: Arc<Shared>,
    started: Arc<Started>,
    invoke: Box<Invoke>,
    answers: Answers,
    target: Target,
    stage: Arc<Mutex<Stage>>,
}

impl Looked {
    async fn look_up(self) {
        let found = self
            .shared
            .dispatcher
            .look_up(&self.started, &self.invoke, &self.target);
        let found = found.await;
        let (account, machine) = (self.started.account, &self.started.machine);
        let weight = self.shared.registry.weight(account, machine).await;
        match found {
            Ok(function) => self.found(function, weight),
            Err(failure) => {
                let answer = Err((failure, None));
                effect::answer(&self.shared, &self.invoke, answer, &self.answers).await;
            }
        }
    }

    fn found(self, function: Arc<Function>, weight: u32) {
        if function.at_most_once && !self.invoke.is_dispatched {
            return self.ask_first();
        }
        let dispatcher = &self.shared.dispatcher;
        let (gate, queue) = match dispatcher.gate(self.started.account, &function) {
            Some(queue) => (Gate::Function, queue),
            None => (Gate::Node, dispatcher.permits.clone()),
        };
        let job = Box::new(Job {
            shared: self.shared,
            started: self.started,
            invoke: self.invoke,
            answers: self.answers,
            target: self.target,
            function,
            weight,
            of_function: None,
            gate,
            stage: self.stage,
        });
        let stage = job.stage.clone();
        job.wait(&queue, lock(&stage));
    }

    /// The function is called once at the most, and that it is about to be called is no fact yet: the
    /// owner makes the attempt again once it is.
    fn ask_first(self) {
        let fact = Fact::Dispatched {
            at: self.shared.clock.now(),
            action: self.invoke.action,
        };
        let (answers, runtime) = (self.answers, self.shared.dispatcher.runtime.clone());
        runtime.spawn(async move { answers.send(fact).await });
    }
}

impl Job {
    /// Goes into a queue, or on at once.
    fn wait(self: Box<Self>, queue: &Queue, mut stage: MutexGuard<'_, Stage>) {
        if matches!(*stage, Stage::GivenUp) {
            return;
        }
        let (flow, priority) = super::place_of(&self.started);
        match queue.push(flow, self.weight, priority, Waiter::Job(self)) {
            Ok((permit, Waiter::Job(job))) => job.admitted(permit, stage),
            Ok((_, Waiter::Turn(_))) => unreachable!("what was put there comes back"),
            Err(place) => *stage = Stage::Waits(queue.clone(), place),
        }
    }

    fn admitted(mut self: Box<Self>, permit: Right, mut stage: MutexGuard<'_, Stage>) {
        let dispatcher = &self.shared.dispatcher;
        if self.gate == Gate::Function {
            let queue = dispatcher.permits.clone();
            self.gate = Gate::Node;
            self.of_function = Some(permit);
            return self.wait(&queue, stage);
        }
        let runtime = dispatcher.runtime.clone();
        let task = runtime.spawn(self.run(permit));
        *stage = Stage::Runs(task.abort_handle());
    }

    async fn run(mut self: Box<Self>, permit: Right) {
        let answer =
            self.shared
                .dispatcher
                .call(&self.started, &self.invoke, &self.target, &self.function);
        let answer = answer.await;
        // Others need not wait for the answer to be taken.
        drop((permit, self.of_function.take()));
        effect::answer(&self.shared, &self.invoke, answer, &self.answers).await;
    }

    /// Its turn has come.
    pub(super) fn go(self: Box<Self>, permit: Right) {
        let stage = self.stage.clone();
        let stage = lock(&stage);
        if matches!(*stage, Stage::GivenUp) {
            return;
        }
        self.admitted(permit, stage);
    }
}

fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}
