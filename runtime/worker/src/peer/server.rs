//! Answering other nodes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use steploom_api::port::{PeerAnswer, Peers as PeersPort};
use steploom_api::wire;
use steploom_types::{Error, Kind, Result, limits};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::call::execution::Follow;
use super::call::{self, write};
use super::failure::Reply;
use super::head::{Head, Secret};
use crate::port::Port;

/// After who asked has given up, for certain: what is refused here is taken as not done there.
const WAY_BACK: Duration = Duration::from_secs(10);

/// The node side of this process.
pub(crate) struct Server {
    port: Arc<Port>,
    room: Arc<Semaphore>,
}

impl Server {
    pub(crate) fn new(port: Arc<Port>) -> Self {
        Self {
            port,
            room: Arc::new(Semaphore::new(limits::peer::ANSWERS_MAX)),
        }
    }

    fn secret(&self) -> Result<&Secret> {
        let alone = || {
            Error::new(
                Kind::Denied,
                "NotANode",
                "this node does not talk to others",
            )
        };
        self.port.shared().peers.secret().ok_or_else(alone)
    }

    fn open(&self, head: &str) -> Result<Head> {
        let shared = self.port.shared();
        Head::open(head, self.secret()?, &shared.node, shared.clock.now())
    }

    async fn follow(&self, body: &[u8]) -> Result<PeerAnswer> {
        let follow: Follow = serde_json::from_slice(body)
            .map_err(|error| Error::invalid("BadPeerCall", error.to_string()))?;
        let events = self
            .port
            .events_here(follow.account, follow.id, follow.after)
            .await;
        Ok(PeerAnswer::Lines(match events {
            Ok(events) => Box::pin(lines(events)),
            Err(error) => Box::pin(stream::iter([line(Err(error))])),
        }))
    }
}

#[async_trait]
impl PeersPort for Server {
    fn admit(&self, head: &str) -> Result<()> {
        self.open(head).map(drop)
    }

    async fn answer(&self, head: &str, body: Bytes) -> Result<PeerAnswer> {
        let head = self.open(head)?;
        if !head.is_of(&body) {
            return Err(Error::new(
                Kind::Denied,
                "NotANode",
                "the body is not the one that was sealed",
            ));
        }
        let Ok(_room) = self.room.clone().try_acquire_owned() else {
            return Err(Error::new(
                Kind::Exhausted,
                "NodeBusy",
                format!(
                    "{} requests of other nodes are being worked on; ask again",
                    limits::peer::ANSWERS_MAX
                ),
            )
            .with_retry_after(1));
        };
        if head.call == Follow::NAME {
            return self.follow(&body).await;
        }
        let patience = Duration::from_millis(head.wait_ms) + WAY_BACK;
        // Who asked has given up by then.
        let answered = timeout(patience, call::answer(&self.port, &head.call, &body)).await;
        let body = answered.map_err(|_| late())??;
        let seal = self.secret()?.seal_answer(&head, &body);
        Ok(PeerAnswer::Whole {
            body: body.into(),
            seal,
        })
    }
}

fn late() -> Error {
    let message = "the answer took longer than it was waited for";
    Error::new(Kind::Unavailable, "TooLate", message)
}

/// Events, and a last line that says that there are no more.
fn lines(
    events: impl Stream<Item = Result<wire::Event>> + Send,
) -> impl Stream<Item = Bytes> + Send {
    events
        .map(|event| line(event.map(Some)))
        .chain(stream::iter([line(Ok(None))]))
}

fn line(event: Result<Option<wire::Event>>) -> Bytes {
    let mut line = write(Reply::of(event)).unwrap_or_default();
    line.push(b'\n');
    line.into()
}
