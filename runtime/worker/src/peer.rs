//! Several processes on one store: what one node asks of another.
//!
//! Every call that concerns an execution belongs to the owner of its shard. A [`Call`] says to which
//! slot it goes and what the owner does; [`Port::ask`](crate::port::Port::ask) does it here where the
//! shard is here, and sends it to its owner where it is not. Who takes part in a call that goes
//! further than one step would ask in circles: a node that is not the owner says so, and whoever
//! asked looks who is.
//!
//! A request is a head and a body: see [`head`]. How they travel is a [`Transport`]'s, so that tests
//! and simulations need no network.

pub(crate) mod call;
mod client;
mod ends;
pub(crate) mod failure;
mod head;
mod http;
mod server;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use steploom_api::port::PeerAnswer;

pub(crate) use client::{Peers, is_away, is_lost, lost};
pub(crate) use ends::Ends;
pub use head::shared_key;
pub use http::HttpTransport;
pub(crate) use server::Server;

/// How a node takes part in a cluster.
#[derive(Clone)]
pub struct Peering {
    /// Where other nodes reach this one.
    pub address: String,
    /// What all nodes of the cluster share, [`steploom_types::limits::peer::SECRET_BYTES_MIN`] bytes
    /// at the least.
    pub secret: Vec<u8>,
    /// How requests travel.
    pub transport: Arc<dyn Transport>,
}

/// Why a request got no answer.
#[derive(Clone, Debug)]
pub struct Unreached {
    /// Whether it may have been done all the same.
    pub maybe_done: bool,
    /// For the log.
    pub why: String,
}

/// Lines of an answer; it is broken off where an item is an error.
pub type Lines = Pin<Box<dyn Stream<Item = Result<Bytes, Unreached>> + Send>>;

/// Carries requests to other nodes.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request to the node at an address and gives what it answers, whole or line by line.
    /// To drop the future is to want no answer; what was asked may be done or not.
    async fn send(&self, address: &str, head: &str, body: Bytes) -> Result<Received, Unreached>;
}

/// What came back.
pub enum Received {
    /// All of it, with its seal.
    Whole {
        /// The answer.
        body: Bytes,
        /// Its seal.
        seal: String,
    },
    /// Line by line.
    Lines(Lines),
    /// The other node did not take the request.
    Refused(String),
}

impl From<PeerAnswer> for Received {
    fn from(answer: PeerAnswer) -> Self {
        use futures::StreamExt;
        match answer {
            PeerAnswer::Whole { body, seal } => Self::Whole { body, seal },
            PeerAnswer::Lines(lines) => Self::Lines(Box::pin(lines.map(Ok))),
        }
    }
}
