//! Asking other nodes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use steploom_api::port::EventStream;
use steploom_api::wire;
use steploom_store::lease::{Node, NodeId};
use steploom_types::{Error, Kind, Result, limits};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::call::execution::Follow;
use super::call::{Call, NodeCall, write};
use super::failure::Reply;
use super::head::{Head, Secret};
use super::{Peering, Received, Transport, Unreached};
use crate::Clock;
use crate::metrics::Metrics;

/// What an answer may take on its way, besides what is waited for.
const TRAVEL: Duration = Duration::from_secs(3);

/// Asks other nodes of the cluster; of a node that is alone, nobody.
pub(crate) struct Peers {
    me: NodeId,
    reach: Option<Reach>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    /// Room for requests under way, by node and whether they hang.
    room: Mutex<HashMap<(NodeId, bool), Arc<Semaphore>>>,
}

struct Reach {
    address: String,
    secret: Secret,
    transport: Arc<dyn Transport>,
}

/// Nobody knows whether it was done.
const PEER_LOST: &str = "NodeLost";
/// It was not done.
const PEER_AWAY: &str = "NodeAway";

/// Whether a node was asked and nobody knows whether it did.
pub(crate) fn is_lost(error: &Error) -> bool {
    error.code == PEER_LOST
}

/// Whether a node that was asked cannot have done anything.
pub(crate) fn is_away(error: &Error) -> bool {
    error.code == PEER_AWAY
}

impl Peers {
    pub(crate) fn new(
        me: NodeId,
        peering: Option<Peering>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self> {
        let reach = peering.map(|peering| {
            Ok::<_, Error>(Reach {
                secret: Secret::new(&peering.secret)?,
                address: peering.address,
                transport: peering.transport,
            })
        });
        Ok(Self {
            me,
            reach: reach.transpose()?,
            clock,
            metrics,
            room: Mutex::default(),
        })
    }

    /// This node as it announces itself.
    pub(crate) fn me(&self) -> Node {
        Node {
            id: self.me.clone(),
            address: self.reach.as_ref().map(|reach| reach.address.clone()),
        }
    }

    pub(super) fn secret(&self) -> Option<&Secret> {
        self.reach.as_ref().map(|reach| &reach.secret)
    }

    /// Asks the node that owns the call's slot.
    ///
    /// # Errors
    /// The owner's; `Unavailable` with [`is_away`] or [`is_lost`].
    pub(crate) async fn ask<C: Call>(&self, node: &Node, call: &C) -> Result<C::Answer> {
        self.send(node, C::NAME, call, (C::WAIT_MS, C::HANGS)).await
    }

    /// Asks a node.
    ///
    /// # Errors
    /// As [`Peers::ask`].
    pub(crate) async fn ask_node<C: NodeCall>(&self, node: &Node, call: &C) -> Result<C::Answer> {
        self.send(node, C::NAME, call, (C::WAIT_MS, C::HANGS)).await
    }

    /// Events of an execution that the node owns; the stream breaks off with an error when the node
    /// is lost.
    ///
    /// # Errors
    /// As [`Peers::ask`].
    pub(crate) async fn follow(&self, node: &Node, follow: &Follow) -> Result<EventStream> {
        let body = Bytes::from(write(follow)?);
        let wait = Duration::from_millis(limits::peer::WAIT_MS_MAX);
        let (_, received) = self.carry(node, Follow::NAME, body, (wait, false)).await?;
        let lines = match received {
            Received::Lines(lines) => lines,
            Received::Whole { .. } => return Err(lost(&node.id, "it answered at once")),
            Received::Refused(why) => return Err(refused(node, &why)),
        };
        let id = node.id.clone();
        let events = lines.map(move |line| {
            let line = line.map_err(|broken| lost(&id, &broken.why))?;
            let reply: Reply<Option<wire::Event>> =
                serde_json::from_slice(&line).map_err(|error| lost(&id, &error.to_string()))?;
            reply.result()
        });
        // The last line says that there are no more; a stream that ends without it was broken off.
        let id = node.id.clone();
        let broken = futures::stream::once(async move { Err(lost(&id, "it broke off")) });
        let events = events
            .chain(broken)
            .take_while(|event| {
                let more = !matches!(event, Ok(None));
                async move { more }
            })
            .filter_map(|event| async move { event.transpose() });
        Ok(Box::pin(events))
    }

    async fn send<Q: Serialize, A: DeserializeOwned>(
        &self,
        node: &Node,
        name: &str,
        call: &Q,
        (wait_ms, hangs): (u64, bool),
    ) -> Result<A> {
        let body = Bytes::from(write(call)?);
        let wait = Duration::from_millis(wait_ms);
        let timer = self.metrics.peer_seconds.start_timer();
        let carried = self.carry(node, name, body, (wait, hangs)).await;
        let outcome = match &carried {
            Ok((_, Received::Whole { .. })) => "answered",
            Ok(_) => "refused",
            Err(_) => "lost",
        };
        self.metrics
            .peer_calls
            .with_label_values(&[name, outcome])
            .inc();
        timer.observe_duration();
        let (head, received) = carried?;
        let (body, seal) = match received {
            Received::Whole { body, seal } => (body, seal),
            Received::Lines(_) => return Err(lost(&node.id, "it answered in lines")),
            Received::Refused(why) => return Err(refused(node, &why)),
        };
        let secret = self.secret().ok_or_else(alone)?;
        if !secret.is_answer(&seal, &head, &body) {
            return Err(lost(&node.id, "somebody else answered in its place"));
        }
        let reply: Reply<A> = serde_json::from_slice(&body).map_err(|error| {
            lost(
                &node.id,
                &format!("its answer to '{name}' cannot be read: {error}"),
            )
        })?;
        reply.result()
    }

    async fn carry(
        &self,
        node: &Node,
        name: &str,
        body: Bytes,
        (wait, hangs): (Duration, bool),
    ) -> Result<(Head, Received)> {
        let reach = self.reach.as_ref().ok_or_else(alone)?;
        let address = node.address.as_deref().ok_or_else(|| unreachable(node))?;
        let room = self.room(&node.id, hangs);
        // The semaphore is never closed.
        let _place = room.acquire().await;
        let head = Head::new(
            &reach.secret,
            name,
            (&self.me, &node.id),
            self.clock.now(),
            wait.as_millis() as u64,
            &body,
        );
        let text = head.text();
        let sent = reach.transport.send(address, &text, body);
        match timeout(wait + TRAVEL, sent).await {
            Ok(Ok(received)) => Ok((head, received)),
            Ok(Err(Unreached { maybe_done, why })) if maybe_done => Err(lost(&node.id, &why)),
            Ok(Err(unreached)) => Err(away(node, &unreached.why)),
            Err(_) => Err(lost(&node.id, "it does not answer in time")),
        }
    }

    fn room(&self, node: &NodeId, hangs: bool) -> Arc<Semaphore> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of) = room.get(&(node.clone(), hangs)) {
            return of.clone();
        }
        // Those of nodes that are gone are dropped when a new one comes.
        room.retain(|_, of| of.available_permits() < limits::peer::CALLS_MAX);
        let of = Arc::new(Semaphore::new(limits::peer::CALLS_MAX));
        room.insert((node.clone(), hangs), of.clone());
        of
    }
}

fn alone() -> Error {
    Error::new(
        Kind::Unavailable,
        PEER_AWAY,
        "this node does not talk to others; start it with --node-listen and --node-secret",
    )
    .with_retry_after(1)
}

fn unreachable(node: &Node) -> Error {
    let message = format!(
        "the node {} owns this and cannot be reached; start it with --node-listen and --node-secret",
        node.id.0
    );
    Error::new(Kind::Unavailable, PEER_AWAY, message).with_retry_after(1)
}

fn away(node: &Node, why: &str) -> Error {
    gone(&node.id, PEER_AWAY, why)
}

/// Nobody knows whether a node did what it was asked.
pub(crate) fn lost(node: &NodeId, why: &str) -> Error {
    gone(node, PEER_LOST, why)
}

fn gone(node: &NodeId, code: &'static str, why: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        code,
        "the node that owns this does not answer; ask again",
    )
    .with_retry_after(1)
    .with_detail(format!("node {}: {why}", node.0))
}

fn refused(node: &Node, why: &str) -> Error {
    tracing::warn!(node = node.id.0, why, "another node refused a request");
    away(node, why)
}
