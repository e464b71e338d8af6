//! Ranges of map runs, as the owners of both sides keep them.

use steploom_machine::{ActionId, Fact, MapRunChange, StartRange};
use steploom_types::{AccountId, ExecutionId};
use tokio::sync::{oneshot, watch};

use super::attempt::{Attempt, Heard};
use super::batch::After;
use super::owned::Owned;
use crate::effect::Answers;
use crate::effect::range::{self, Order};
use crate::mailbox::ranges::Watched;
use crate::payload::Kept;

/// Who waits for more failed items of a range than it knows of, or for its end.
pub(super) struct Watcher {
    seen: u64,
    reply: oneshot::Sender<Option<Watched>>,
}

impl Watcher {
    /// Whether it still waits.
    pub(super) fn is_there(&self) -> bool {
        !self.reply.is_closed()
    }
}

impl Owned {
    /// Begins a range, or goes on listening to one that a former owner began.
    pub(super) fn begin_range(&mut self, id: ExecutionId, ask: StartRange) {
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        let order = Order {
            window: ask.window,
            version: ask.version,
            is_stopped: ask.is_stopped,
        };
        let (sender, orders) = watch::channel(order);
        let (shared, started, action) = (self.shared.clone(), hot.started().clone(), ask.action);
        let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
        let work = range::run(shared, started, ask, orders, answers);
        let attempt = Attempt::of_range(tokio::spawn(work), sender);
        hot.running.insert(action, attempt);
    }

    /// The parent wants something else of a range.
    pub(super) fn order_range(
        &mut self,
        id: ExecutionId,
        action: ActionId,
        change: impl FnOnce(&mut Order),
    ) {
        let hot = self.hot.get(&id);
        if let Some(attempt) = hot.and_then(|hot| hot.running.get(&action)) {
            attempt.order(change);
        }
    }

    /// Somebody wants to know what becomes of a range.
    pub(super) fn watch(
        &mut self,
        account: AccountId,
        id: ExecutionId,
        seen: u64,
        reply: oneshot::Sender<Option<Watched>>,
    ) {
        let Some(hot) = self.find_mut(account, id) else {
            let _ = reply.send(None);
            return;
        };
        // Those that nobody waits for any more were replaced by newer ones.
        hot.watchers.retain(|watcher| !watcher.reply.is_closed());
        hot.watchers.push(Watcher { seen, reply });
        hot.tell_watchers();
    }

    /// Somebody wants a map run to go on otherwise. A version of 0 is that of the newest change.
    pub(super) fn change_map_run(
        &mut self,
        account: AccountId,
        id: ExecutionId,
        map_run: u64,
        mut change: MapRunChange,
        reply: oneshot::Sender<Heard>,
    ) {
        let at = self.shared.clock.now();
        let Some(hot) = self.find_mut(account, id) else {
            let _ = reply.send(Heard::Absent);
            return;
        };
        if !hot.is_open() {
            let _ = reply.send(Heard::Over);
            return;
        }
        if change.version == 0 {
            change.version = hot.next_change(map_run);
        }
        let fact = Fact::MapRunChanged {
            at,
            map_run,
            change,
        };
        self.push_then(id, (fact, Kept::default()), After::Heard(reply));
    }
}

impl super::hot::Hot {
    /// Tells those whose wait is over.
    pub(super) fn tell_watchers(&mut self) {
        if self.watchers.is_empty() {
            return;
        }
        let is_open = self.is_open();
        let failed = self
            .run()
            .range_counts()
            .map_or(0, |(counts, _)| counts.failures());
        for watcher in std::mem::take(&mut self.watchers) {
            let watched = if !is_open {
                Watched::Ended(Box::new(self.execution()))
            } else if failed > watcher.seen {
                Watched::Failed(failed)
            } else {
                self.watchers.push(watcher);
                continue;
            };
            let _ = watcher.reply.send(Some(watched));
        }
    }
}
