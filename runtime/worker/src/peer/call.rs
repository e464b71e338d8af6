//! What can be asked of a shard's owner or of a node, wherever it is: a file for each kind of thing.
//!
//! A call is a value that says where it goes and what is done there. To add one, write its type with
//! [`Call`] in a file of [`call`](self), and its line in [`calls!`]. What comes from another node is
//! read with serde; a field that is new needs a default, so that nodes of two releases understand one
//! another while they are exchanged.

pub(crate) mod activity;
pub(crate) mod ends;
pub(crate) mod execution;
pub(crate) mod limit;
pub(crate) mod map_run;
pub(crate) mod node;
pub(crate) mod range;
pub(crate) mod shard;
pub(crate) mod start;
pub(crate) mod task;

use std::future::Future;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use steploom_machine::Fact;
use steploom_types::{Error, Kind, Result, Slot};

use super::failure::Reply;
use crate::codec;
use crate::payload::Kept;
use crate::port::Port;

/// Something that is asked of the owner of a slot.
pub(crate) trait Call: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What it is called between nodes: never another thing's again.
    const NAME: &'static str;

    /// Milliseconds that the owner may take.
    const WAIT_MS: u64 = 10_000;

    /// Whether it waits for something to happen, for most of that time. Such calls have room of their
    /// own, so that they do not keep others waiting.
    const HANGS: bool = false;

    /// What the owner answers.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// The slot whose owner is asked.
    fn slot(&self) -> Slot;

    /// Whether it may be said again where nobody knows if it was done: because twice is as good as
    /// once, which nearly everything should see to.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// Does it, at the owner. Must not ask other nodes; reaches the owner by
    /// [`Shards::of_slot`](crate::shards::Shards::of_slot), whose error says that it is elsewhere.
    fn run(&self, port: &Port) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// Something that is asked of a node, whatever it owns. Always repeatable.
pub(crate) trait NodeCall: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// As [`Call::NAME`].
    const NAME: &'static str;

    /// As [`Call::WAIT_MS`].
    const WAIT_MS: u64 = 5_000;

    /// As [`Call::HANGS`].
    const HANGS: bool = false;

    /// What the node answers.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Does it, there.
    fn run(&self, port: &Port) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// Makes the table of everything that other nodes may ask.
macro_rules! calls {
    (owner: $($of:ident::$call:ident),* $(,)?; node: $($of_node:ident::$node_call:ident),* $(,)?) => {
        /// Does what a node asks for; the answer as it travels.
        ///
        /// # Errors
        /// `Invalid` / `UnknownPeerCall` or `BadPeerCall`.
        pub(super) async fn answer(port: &Port, name: &str, body: &[u8]) -> Result<Vec<u8>> {
            match name {
                $(<$of::$call as Call>::NAME => {
                    let call: $of::$call = read(name, body)?;
                    let answer = Box::pin(Call::run(&call, port));
                    write(Reply::of(answer.await))
                })*
                $(<$of_node::$node_call as NodeCall>::NAME => {
                    let call: $of_node::$node_call = read(name, body)?;
                    let answer = Box::pin(NodeCall::run(&call, port));
                    write(Reply::of(answer.await))
                })*
                _ => Err(Error::invalid(
                    "UnknownPeerCall",
                    format!(
                        "this node does not know the call '{}'; run the same release on all nodes",
                        name.escape_debug()
                    ),
                )),
            }
        }
    };
}

calls! {
    owner:
        execution::Read,
        execution::ReadByName,
        execution::History,
        execution::Stop,
        execution::Control,
        execution::Release,
        activity::TakeTask,
        execution::StopChild,
        limit::Letters,
        limit::TakeTickets,
        limit::UseTickets,
        range::StartRange,
        range::Watch,
        range::ChangeMapRun,
        map_run::List,
        map_run::CountRange,
        shard::Split,
        start::Start,
        start::StartAll,
        task::Tell;
    node:
        activity::Take,
        activity::Offered,
        ends::Ended,
        node::Look,
        node::Forget,
}

/// A fact within a call, in the bytes of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Encoded(pub(crate) Fact);

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(codec::encode(&self.0, &Kept::default())))
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        codec::decode(&bytes).map(Self).map_err(D::Error::custom)
    }
}

fn read<T: DeserializeOwned>(name: &str, body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| {
        let message =
            format!("the call '{name}' cannot be read: {error}; run the same release on all nodes");
        Error::invalid("BadPeerCall", message)
    })
}

pub(super) fn write<T: Serialize>(value: T) -> Result<Vec<u8>> {
    serde_json::to_vec(&value).map_err(Error::internal)
}

/// This node does not own the slot: nothing was done, and who does is to be asked.
pub(crate) fn not_owner() -> Error {
    Error::new(
        Kind::Fenced,
        NOT_OWNER,
        "the shard is moving from one node to another; ask again",
    )
    .with_retry_after(1)
}

/// Whether nothing was done because the owner is another node.
pub(crate) fn is_not_owner(error: &Error) -> bool {
    error.code == NOT_OWNER
}

const NOT_OWNER: &str = "NotOwner";
