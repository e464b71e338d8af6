//! What one node of a cluster asks of another.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use steploom_types::Result;

/// Where a node takes requests of others, below its address.
pub const PEER_PATH: &str = "/peer";

/// The header with a request's head.
pub const PEER_HEAD: &str = "steploom-peer";

/// The header with an answer's seal; an answer without one comes line by line.
pub const PEER_SEAL: &str = "steploom-peer-seal";

/// What a node answers.
pub enum PeerAnswer {
    /// All of it, with its seal: the asking node knows by it who answered.
    Whole {
        /// The answer.
        body: Bytes,
        /// Its seal.
        seal: String,
    },
    /// Line by line, for as long as it takes. To drop it is to want no more.
    Lines(Pin<Box<dyn Stream<Item = Bytes> + Send>>),
}

/// The node side of a process: what other nodes reach over the node listener, and nobody else.
///
/// The gateway only carries. What a head and a body mean, and whether they come from a node, is for
/// the implementation to say; both are untrusted until it has.
#[async_trait]
pub trait Peers: Send + Sync {
    /// Whether a request with this head is to be read at all: it was sealed by a node of this
    /// cluster, for this one, and lately.
    ///
    /// # Errors
    /// `Denied` / `NotANode`, or `Invalid` / `PeerVersion` for a head of another release.
    fn admit(&self, head: &str) -> Result<()>;

    /// Does what was asked. An error of what was asked is in the answer; an error here says that the
    /// request was none.
    ///
    /// # Errors
    /// Those of [`Peers::admit`]; `Exhausted` / `NodeBusy` when too much is being done for others.
    async fn answer(&self, head: &str, body: Bytes) -> Result<PeerAnswer>;
}
