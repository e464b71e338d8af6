//! Waiting for the ends of executions that other nodes own: many wait in one request.
//!
//! Those that come within a moment become a group, and a group is one request that hangs at the other
//! node. A group that is small is begun anew together with those that come later, so that the requests
//! under way are few, however many wait.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use steploom_store::lease::{Node, NodeId};
use steploom_types::{AccountId, ExecutionId, Result};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::Peers;
use super::call::ends::{End, Ended};
use crate::shard::moved;

/// How long those that come are waited for.
const GATHER: Duration = Duration::from_millis(10);

/// Executions in one group.
const GROUP_MAX: usize = 1_000;

/// After which a node for whose executions nobody waits is forgotten.
const IDLE: Duration = Duration::from_mins(1);

/// Who waits for the ends of executions elsewhere.
#[derive(Default)]
pub(crate) struct Ends(Mutex<HashMap<NodeId, mpsc::UnboundedSender<Waiting>>>);

struct Waiting {
    account: AccountId,
    id: ExecutionId,
    reply: oneshot::Sender<Result<End>>,
}

impl Ends {
    /// Waits for the end of an execution that `node` owns, as long as that takes.
    ///
    /// # Errors
    /// When the node is lost: who owns it then is to be asked.
    pub(crate) async fn ended(
        &self,
        peers: &Arc<Peers>,
        node: &Node,
        (account, id): (AccountId, ExecutionId),
    ) -> Result<End> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { account, id, reply };
        // One that has ended just now drops it, which answers.
        let _ = self.of(peers, node).send(waiting);
        answer.await.map_err(|_| moved())?
    }

    fn of(&self, peers: &Arc<Peers>, node: &Node) -> mpsc::UnboundedSender<Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of) = all.get(&node.id).filter(|of| !of.is_closed()) {
            return of.clone();
        }
        all.retain(|_, of| !of.is_closed());
        let (sender, inbox) = mpsc::unbounded_channel();
        all.insert(node.id.clone(), sender.clone());
        let attendant = Attendant {
            peers: peers.clone(),
            node: node.clone(),
            groups: BTreeMap::new(),
            requests: JoinSet::new(),
            next: 0,
        };
        tokio::spawn(attendant.run(inbox));
        sender
    }
}

/// What a request was answered.
type Told = Result<Vec<(usize, End)>>;

struct Attendant {
    peers: Arc<Peers>,
    node: Node,
    groups: BTreeMap<u64, (Vec<Waiting>, AbortHandle)>,
    requests: JoinSet<(u64, Told)>,
    next: u64,
}

impl Attendant {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Waiting>) {
        let mut fresh = Vec::new();
        loop {
            let idle = self.groups.is_empty();
            tokio::select! {
                biased;
                Some(done) = self.requests.join_next() => {
                    // One that was given up for a larger group has nothing to say.
                    if let Ok((number, told)) = done {
                        self.tell(number, told, &mut fresh);
                    }
                }
                come = timeout(IDLE, inbox.recv_many(&mut fresh, GROUP_MAX)) => match come {
                    Err(_) if idle => return,
                    Ok(0) => return,
                    _ => {
                        sleep(GATHER).await;
                        while fresh.len() < GROUP_MAX && let Ok(more) = inbox.try_recv() {
                            fresh.push(more);
                        }
                    }
                },
            }
            fresh.retain(|waiting| !waiting.reply.is_closed());
            if !fresh.is_empty() {
                self.begin(&mut fresh);
            }
        }
    }

    /// A request was answered: who waited for that is told, the others wait on.
    fn tell(&mut self, number: u64, told: Told, rest: &mut Vec<Waiting>) {
        let Some((group, _)) = self.groups.remove(&number) else {
            return;
        };
        let mut ends: HashMap<usize, End> = match told {
            Ok(told) => told.into_iter().collect(),
            Err(error) => {
                for waiting in group {
                    let _ = waiting.reply.send(Err(error.clone()));
                }
                return;
            }
        };
        for (place, waiting) in group.into_iter().enumerate() {
            match ends.remove(&place) {
                // Who has gone away does not miss it.
                Some(end) => drop(waiting.reply.send(Ok(end))),
                None => rest.push(waiting),
            }
        }
    }

    fn begin(&mut self, fresh: &mut Vec<Waiting>) {
        let small = |of: &(Vec<Waiting>, AbortHandle)| of.0.len() < GROUP_MAX / 2;
        let merged: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, of)| small(of))
            .map(|(number, _)| *number)
            .collect();
        for number in merged {
            if let Some((group, request)) = self.groups.remove(&number) {
                request.abort();
                fresh.extend(group);
            }
        }
        while !fresh.is_empty() {
            let group = fresh.split_off(fresh.len().saturating_sub(GROUP_MAX));
            let of = group.iter().map(|waiting| (waiting.account, waiting.id));
            let call = Ended { of: of.collect() };
            let (peers, node, number) = (self.peers.clone(), self.node.clone(), self.next);
            self.next += 1;
            let request = self.requests.spawn(async move {
                let told = peers.ask_node(&node, &call).await;
                (number, told)
            });
            self.groups.insert(number, (group, request));
        }
    }
}
