//! Which executions wait for a worker of an activity, and which workers wait for a task.
//!
//! Nothing here is stored: an offer only says where to ask. The owner of the execution decides whether
//! the task is still to be had, and makes it a fact that it was taken, so a task is given away once.
//! Whoever owns an execution offers its tasks again when it takes over.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use steploom_machine::ActionId;
use steploom_types::{AccountId, Error, ExecutionId, Json, Kind, Name, Result, limits};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::shard::Command;
use crate::shards::Shards;

/// A task that a worker of an activity is given.
#[derive(Clone, Debug)]
pub(crate) struct ActivityTask {
    pub(crate) token: String,
    pub(crate) input: Json,
}

#[derive(Default)]
pub(crate) struct Activities {
    queues: Mutex<HashMap<(AccountId, Name), Arc<Queue>>>,
}

#[derive(Default)]
struct Queue {
    /// Tasks that may be had, the oldest first.
    offers: Mutex<VecDeque<(ExecutionId, ActionId)>>,
    came: Notify,
    pollers: AtomicUsize,
}

impl Activities {
    /// A task of an execution is to be had.
    pub(crate) fn offer(
        &self,
        account: AccountId,
        activity: &Name,
        id: ExecutionId,
        action: ActionId,
    ) {
        let queue = self.queue(account, activity);
        lock(&queue.offers).push_back((id, action));
        queue.came.notify_one();
    }

    /// Waits until a task of the activity is given to this worker; `None` if none came in time.
    ///
    /// # Errors
    /// `Exhausted` when too many workers wait for this activity.
    pub(crate) async fn take(
        &self,
        shards: &Shards,
        (account, activity): (AccountId, &Name),
        worker: Option<&str>,
        wait: Duration,
    ) -> Result<Option<ActivityTask>> {
        let queue = self.queue(account, activity);
        let _waiting = Poller::enter(&queue)?;
        let deadline = Instant::now() + wait;
        loop {
            let came = queue.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            while let Some((id, action)) = queue.next() {
                if let Some(task) = ask(shards, id, action, worker).await {
                    return Ok(Some(task));
                }
            }
            if timeout_at(deadline, came).await.is_err() {
                return Ok(None);
            }
        }
    }

    fn queue(&self, account: AccountId, activity: &Name) -> Arc<Queue> {
        let mut queues = lock(&self.queues);
        // Those of activities that nobody offers or wants are dropped, now and then.
        if queues.len().is_power_of_two() {
            queues
                .retain(|_, queue| Arc::strong_count(queue) > 1 || !lock(&queue.offers).is_empty());
        }
        queues
            .entry((account, activity.clone()))
            .or_default()
            .clone()
    }
}

/// Asks the execution's owner for the task; `None` if it is no longer to be had.
async fn ask(
    shards: &Shards,
    id: ExecutionId,
    action: ActionId,
    worker: Option<&str>,
) -> Option<ActivityTask> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    let take = Command::Take {
        id,
        action,
        worker: worker.map(str::to_owned),
        reply,
    };
    shards.of_slot(id.slot()).send(take).await.ok()?;
    answer.await.ok().flatten()
}

impl Queue {
    fn next(&self) -> Option<(ExecutionId, ActionId)> {
        lock(&self.offers).pop_front()
    }
}

/// A worker that waits, counted.
struct Poller<'a>(&'a Queue);

impl<'a> Poller<'a> {
    fn enter(queue: &'a Queue) -> Result<Self> {
        let before = queue.pollers.fetch_add(1, Ordering::Relaxed);
        let poller = Self(queue);
        if before < limits::ACTIVITY_POLLERS_MAX {
            return Ok(poller);
        }
        Err(Error::new(
            Kind::Exhausted,
            "TooManyPollers",
            format!(
                "{} workers wait for this activity; try again when fewer do",
                limits::ACTIVITY_POLLERS_MAX
            ),
        )
        .with_retry_after(1))
    }
}

impl Drop for Poller<'_> {
    fn drop(&mut self) {
        self.0.pollers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
