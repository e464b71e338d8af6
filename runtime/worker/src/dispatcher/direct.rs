//! An attempt that runs a function in the task of whoever makes it. It waits for its permits there, in
//! the same queues as all others.

use steploom_machine::{Invoke, Started};
use tokio::sync::oneshot;

use super::{Dispatcher, Queue, Right, Target, Waiter};
use crate::effect::Answer;
use crate::express::Try;
use crate::fair::Place;

impl Dispatcher {
    /// Makes one attempt at a task that runs a function, once its turn has come. Dropping the future
    /// gives it up, wherever it is.
    pub(crate) async fn attempt(&self, started: &Started, invoke: &Invoke, tried: Try) -> Answer {
        let unmade = |failure| (failure, None);
        let target = Target::of(&invoke.resource, &invoke.input).map_err(unmade)?;
        let function = self
            .look_up(started, invoke, &target)
            .await
            .map_err(unmade)?;
        if tried == Try::Again && (invoke.at_most_once || function.at_most_once) {
            return Err((super::outcome_unknown(), None));
        }
        let account = started.account;
        let weight = self.registry.weight(account, &started.machine).await;
        let gate = self.gate(account, &function);
        let _of_function = match &gate {
            Some(gate) => Some(turn(gate, started, weight).await),
            None => None,
        };
        let _of_node = turn(&self.permits, started, weight).await;
        self.call(started, invoke, &target, &function).await
    }
}

/// Waits for a permit.
async fn turn(queue: &Queue, started: &Started, weight: u32) -> Right {
    let (flow, priority) = super::place_of(started);
    let flow = match queue.take(flow, weight) {
        Ok(permit) => return permit,
        Err(flow) => flow,
    };
    let (turn, came) = oneshot::channel();
    match queue.push(flow, weight, priority, Waiter::Turn(turn)) {
        Ok((permit, _)) => permit,
        Err(place) => {
            let _waiting = Waiting { queue, place };
            let permit = came.await;
            permit.unwrap_or_else(|_| unreachable!("it is in the queue until its turn has come"))
        }
    }
}

/// Somebody who waits for a permit; dropped, they leave the queue.
struct Waiting<'a> {
    queue: &'a Queue,
    place: Place,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // One whose turn has come is not there any more.
        drop(self.queue.take_out(&self.place));
    }
}
