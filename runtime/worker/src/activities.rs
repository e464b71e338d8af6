//! Which executions wait for a worker of an activity, and which workers wait for a task.
//!
//! An offer only says where to ask. The owner of the execution decides whether the task is still to
//! be had, and makes it a fact that it was taken, so a task is given away once. Here is a window:
//! tasks are offered when they are submitted, and when their execution comes to memory; those of
//! executions that left it are in the projection, which is asked when the window is empty.
//!
//! Each node has the offers of its own executions. One that has offers and no worker that waits says so
//! to the others, and those with workers come for the tasks, one at a time and from one node at a time:
//! so no task is given to a worker that has one already.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steploom_machine::ActionId;
use steploom_store::lease::NodeId;
use steploom_types::{AccountId, Error, ExecutionId, Json, Kind, Name, Result, limits};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::peer::call::{Call, activity};
use crate::port::Port;
use crate::shards;
use crate::shared::Shared;

/// A task that a worker of an activity is given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ActivityTask {
    pub(crate) token: String,
    pub(crate) input: Json,
}

/// Tasks of one activity that are kept here. Those beyond are found in the projection.
const OFFERS_MAX: usize = 4_096;

/// Tasks that the projection is asked for at once.
const PAGE: u32 = 512;

/// While workers wait and the window is empty, the projection is asked again after this long: a
/// worker that was promised a task may have died, and a window that overflowed let tasks go.
const ASK_AGAIN: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Activities {
    queues: Mutex<HashMap<(AccountId, Name), Arc<Queue>>>,
}

#[derive(Default)]
struct Queue {
    window: Mutex<Window>,
    came: Notify,
    pollers: AtomicUsize,
    /// Other nodes that may have some.
    elsewhere: Mutex<BTreeSet<NodeId>>,
    /// Counts what was offered, and whether others are being told.
    offered: AtomicU64,
    is_telling: AtomicBool,
}

type Place = (ExecutionId, ActionId);

/// Before all tasks: actions are counted from 1.
fn first() -> Place {
    (ExecutionId::from_bytes([0; 16]), ActionId(0))
}

struct Window {
    /// Tasks that may be had, the oldest first; those that are not in `offered` are gone.
    order: VecDeque<Place>,
    offered: HashSet<Place>,
    /// After which task the projection is asked next; the least there can be, at first.
    after: Place,
    /// When it may be asked again; `None`: now.
    ask_at: Option<Instant>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            order: VecDeque::new(),
            offered: HashSet::new(),
            after: first(),
            ask_at: None,
        }
    }
}

impl Window {
    /// Whether there was room, or it is there already.
    fn offer(&mut self, place: Place) -> bool {
        if self.offered.contains(&place) {
            return true;
        }
        if self.offered.len() >= OFFERS_MAX {
            self.ask_at = None;
            return false;
        }
        self.offered.insert(place);
        self.order.push_back(place);
        true
    }

    fn next(&mut self) -> Option<Place> {
        while let Some(place) = self.order.pop_front() {
            if self.offered.remove(&place) {
                return Some(place);
            }
        }
        None
    }

    /// Somebody has this one. Its place in the order stays until it is met.
    fn withdraw(&mut self, place: Place) {
        self.offered.remove(&place);
        if self.order.len() > 2 * OFFERS_MAX {
            let Self { order, offered, .. } = self;
            order.retain(|place| offered.contains(place));
        }
    }

    /// After which task the projection is to be asked, if it is time to.
    fn ask(&mut self, now: Instant) -> Option<Place> {
        if self.ask_at.is_some_and(|at| at > now) {
            return None;
        }
        // One worker asks for all.
        self.ask_at = Some(now + ASK_AGAIN);
        Some(self.after)
    }

    /// What the projection has.
    fn learn(&mut self, found: Vec<Place>) {
        let is_end = found.len() < PAGE as usize;
        let next = found.last().copied().filter(|_| !is_end);
        self.after = next.unwrap_or_else(first);
        if !is_end {
            self.ask_at = None;
        }
        for place in found {
            self.offer(place);
        }
    }
}

impl Activities {
    /// A task of an execution is to be had.
    pub(crate) fn offer(
        &self,
        shared: &Arc<Shared>,
        (account, activity): (AccountId, &Name),
        (id, action): (ExecutionId, ActionId),
    ) {
        let queue = self.queue(account, activity);
        if lock(&queue.window).offer((id, action)) {
            queue.came.notify_one();
        }
        queue.offered.fetch_add(1, Ordering::SeqCst);
        let has_pollers = queue.pollers.load(Ordering::SeqCst) > 0;
        if !has_pollers && !queue.is_telling.swap(true, Ordering::SeqCst) {
            let activity = activity.clone();
            tokio::spawn(tell_others(shared.clone(), account, activity, queue));
        }
    }

    /// Another node has tasks of the activity.
    pub(crate) fn offered_at(&self, account: AccountId, activity: &Name, node: NodeId) {
        let queue = self.queue(account, activity);
        if queue.pollers.load(Ordering::SeqCst) > 0 {
            lock(&queue.elsewhere).insert(node);
            queue.came.notify_one();
        }
    }

    /// A task is not to be had any more.
    pub(crate) fn withdraw(
        &self,
        account: AccountId,
        activity: &Name,
        id: ExecutionId,
        action: ActionId,
    ) {
        let queue = self.queue(account, activity);
        lock(&queue.window).withdraw((id, action));
    }

    /// Gives the oldest task that this node has to a worker; `None` if there is none.
    pub(crate) async fn take_now(
        &self,
        port: &Port,
        (account, activity): (AccountId, &Name),
        worker: Option<&str>,
    ) -> Option<ActivityTask> {
        let queue = self.queue(account, activity);
        loop {
            while let Some((id, action)) = queue.next() {
                if let Some(task) = ask(port, id, action, worker).await {
                    return Some(task);
                }
            }
            if !queue.refill(port, account, activity).await {
                return None;
            }
        }
    }

    /// Waits until a task of the activity is given to this worker; `None` if none came in time.
    ///
    /// # Errors
    /// `Exhausted` when too many workers wait for this activity.
    pub(crate) async fn take(
        &self,
        port: &Port,
        of: (AccountId, &Name),
        worker: Option<&str>,
        wait: Duration,
    ) -> Result<Option<ActivityTask>> {
        let queue = self.queue(of.0, of.1);
        let _waiting = Poller::enter(&queue)?;
        let deadline = Instant::now() + wait;
        let mut ask_again = Instant::now();
        loop {
            let came = queue.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            if let Some(task) = self.take_now(port, of, worker).await {
                return Ok(Some(task));
            }
            if Instant::now() >= ask_again {
                let others = port.shards().others();
                lock(&queue.elsewhere).extend(others.into_iter().map(|node| node.id));
                ask_again = Instant::now() + ASK_AGAIN;
            }
            if let Some(task) = queue.take_elsewhere(port, of, worker).await {
                return Ok(Some(task));
            }
            if timeout_at(deadline.min(ask_again), came).await.is_err()
                && Instant::now() >= deadline
            {
                return Ok(None);
            }
        }
    }

    fn queue(&self, account: AccountId, activity: &Name) -> Arc<Queue> {
        let mut queues = lock(&self.queues);
        // Those of activities that nobody offers or wants are dropped, now and then.
        if queues.len().is_power_of_two() {
            queues.retain(|_, queue| {
                Arc::strong_count(queue) > 1 || !lock(&queue.window).offered.is_empty()
            });
        }
        queues
            .entry((account, activity.clone()))
            .or_default()
            .clone()
    }
}

/// Asks the execution's owner for the task; `None` if it is no longer to be had.
async fn ask(
    port: &Port,
    id: ExecutionId,
    action: ActionId,
    worker: Option<&str>,
) -> Option<ActivityTask> {
    let take = activity::TakeTask {
        id,
        action: action.0,
        worker: worker.map(str::to_owned),
    };
    match port.shards().place(id.slot()) {
        shards::Place::Here(_) => take.run(port).await.ok().flatten(),
        // What the projection has may be another node's.
        shards::Place::There(node) => port.shared().peers.ask(&node, &take).await.ok().flatten(),
        shards::Place::Nobody => None,
    }
}

/// Says to the other nodes that there are tasks here, until they have heard of the newest.
async fn tell_others(shared: Arc<Shared>, account: AccountId, activity: Name, queue: Arc<Queue>) {
    let shards = shared.shards().await;
    loop {
        let told = queue.offered.load(Ordering::SeqCst);
        let offered = activity::Offered {
            account,
            activity: activity.clone(),
            at: shared.node.0.clone(),
        };
        shared.tell_others(&shards, offered).await;
        queue.is_telling.store(false, Ordering::SeqCst);
        let is_newest = queue.offered.load(Ordering::SeqCst) == told;
        if is_newest || queue.is_telling.swap(true, Ordering::SeqCst) {
            return;
        }
    }
}

impl Queue {
    fn next(&self) -> Option<Place> {
        lock(&self.window).next()
    }

    /// Asks the projection for tasks, if it is time to; whether there are any.
    async fn refill(&self, port: &Port, account: AccountId, activity: &Name) -> bool {
        let Some(after) = lock(&self.window).ask(Instant::now()) else {
            return false;
        };
        let after = Some((after.0, after.1.0));
        let projection = &port.shared().store.projection;
        let found = projection
            .offers(account, activity, (0, u16::MAX), after, PAGE)
            .await;
        match found {
            Ok(found) => {
                let is_some = !found.is_empty();
                let found = found.into_iter().map(|(id, action)| (id, ActionId(action)));
                lock(&self.window).learn(found.collect());
                is_some
            }
            Err(error) => {
                tracing::warn!(%error, "tasks of an activity cannot be read; trying again");
                false
            }
        }
    }

    /// Asks the nodes that may have tasks, one after the other.
    async fn take_elsewhere(
        &self,
        port: &Port,
        (account, activity): (AccountId, &Name),
        worker: Option<&str>,
    ) -> Option<ActivityTask> {
        loop {
            let id = lock(&self.elsewhere).pop_first()?;
            let Some(node) = port.shards().other(&id) else {
                continue;
            };
            let take = activity::Take {
                account,
                activity: activity.clone(),
                worker: worker.map(str::to_owned),
            };
            match port.shared().peers.ask_node(&node, &take).await {
                Ok(Some(task)) => {
                    // It may have more, for the next worker.
                    lock(&self.elsewhere).insert(id);
                    self.came.notify_one();
                    return Some(task);
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "a node was not asked for tasks"),
            }
        }
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
