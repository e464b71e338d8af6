//! What each kind of state does: one file a kind.

pub(crate) mod choice;
mod condition;
pub(crate) mod fail;
pub(crate) mod graph;
pub(crate) mod map;
pub(crate) mod map_order;
pub(crate) mod map_run;
pub(crate) mod parallel;
pub(crate) mod pass;
pub(crate) mod succeed;
pub(crate) mod task;
pub(crate) mod wait;
