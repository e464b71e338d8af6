//! The pure interpreter of Amazon States Language: facts in, actions and events out.
//!
//! [`apply`] folds one [`Fact`] into a [`Run`] and says what to do next. It reads no clock, no
//! randomness and no network; the same facts give the same state, actions and events, byte for
//! byte. The worker makes facts durable before it applies them, and owns every side effect.
//!
//! An execution is a tree of frames: the machine's own scope at the root, below it one frame for
//! each branch of a `Parallel` and each iteration of a `Map` in flight. A fact finds its frame by
//! the action it answers, so its cost does not depend on how large the execution is.
//!
//! `apply.rs` is the hub; `drive.rs` moves frames through states; one file in `states/` for each
//! kind of state; `flow.rs`, `failure.rs`, `join.rs` and `context.rs` are what states share.

mod action;
mod apply;
mod chance;
mod context;
mod drive;
mod event;
mod exceeded;
mod fact;
mod failure;
mod flow;
mod frame;
mod join;
mod lambda;
mod number;
mod places;
pub mod reader;
mod redrive;
mod retry;
mod run;
pub mod service;
mod snapshot;
mod states;
mod terms;
pub mod token;
mod turn;
mod variables;
mod waits;

#[cfg(test)]
mod testkit;
#[cfg(test)]
#[expect(
    clippy::needless_raw_string_hashes,
    clippy::needless_pass_by_value,
    reason = "expect-test writes its snapshots with hashes; tables of json!() read better without &"
)]
mod tests;

pub use action::{Action, ActionId, Invoke, Piece, Read, ReadFrom, StartRange, Write, WriteTo};
pub use apply::{Defect, apply};
pub use event::{Detail, Event, EventSink, NoEvents};
pub use fact::{
    Fact, Failure, MapRunChange, NewVersion, PartialFailure, Range, Redriven, RunLimits, SEMANTICS,
    Started,
};
pub use lambda::hands_over;
pub use places::Places;
pub use redrive::{NotRedrivable, can_redrive};
pub use retry::{OUTCOME_UNKNOWN, matches as error_matches};
pub use run::{Outcome, Redrives, Run};
pub use states::map_run::{Counts, MapRunStatus, MapRunView};
pub use terms::{Claim, Terms};
pub use variables::Assigned;
