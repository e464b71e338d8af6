//! Who makes a change: carried beside the calls that make it, from the edge to the store, so that
//! no signature between them has to name it.
//!
//! The edge wraps a request's work in [`within`]; the store asks [`current`] in the transaction that
//! writes a change and its audit record. Work that is handed to another task loses it: such a change
//! counts as the platform's own, which is [`PLATFORM`].

use std::sync::Arc;

/// What an audit record names where nobody called: the platform itself.
pub const PLATFORM: &str = "steploom";

/// Who makes a change, and by which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A key's id, `jwt:` and a subject, or a word such as `anonymous`.
    pub who: Arc<str>,
    /// The request's id; empty where there is none.
    pub request_id: Arc<str>,
}

tokio::task_local! {
    static CURRENT: Actor;
}

/// Does `work` in the name of `actor`.
pub fn within<F: Future>(actor: Actor, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(actor, work)
}

/// Who makes the changes of this task; `None` where nobody called.
pub fn current() -> Option<Actor> {
    CURRENT.try_with(Clone::clone).ok()
}
