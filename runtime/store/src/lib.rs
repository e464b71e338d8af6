//! What must last: the journal, the projection behind it, the catalog, schedules and the leases.
//!
//! This crate has the traits, the in-memory implementation of them ([`memory`]) and the one suite
//! of tests that every implementation passes ([`contract`]). It knows bytes and rows; what a fact
//! is, and how it is written, is the worker's.
//!
//! A commit is durable when its future is ready: on disk, flushed. Dropping such a future leaves
//! the commit done or not done, never half done.

pub mod audit;
pub mod catalog;
mod clock;
pub mod contract;
mod error;
pub mod frame;
pub mod journal;
pub mod key;
pub mod keyvalue;
pub mod lease;
pub mod memory;
pub mod projection;
pub mod schedule;

use std::sync::Arc;

pub use audit::Audit;
pub use catalog::Catalog;
pub use clock::Clock;
pub use error::{Error, Result};
pub use journal::Journal;
pub use key::Keys;
pub use keyvalue::KeyValues;
pub use lease::Leases;
pub use projection::Projection;
pub use schedule::Schedules;

/// The parts of one database, as the worker takes them.
#[derive(Clone)]
pub struct Store {
    /// The log of every shard.
    pub journal: Arc<dyn Journal>,
    /// Rows of executions, behind the journal.
    pub projection: Arc<dyn Projection>,
    /// Functions, machines and their versions.
    pub catalog: Arc<dyn Catalog>,
    /// Keys by which callers prove who they are.
    pub keys: Arc<dyn Keys>,
    /// Who changed what in the catalog and the keys.
    pub audit: Arc<dyn Audit>,
    /// Who owns which shard.
    pub leases: Arc<dyn Leases>,
    /// Schedules.
    pub schedules: Arc<dyn Schedules>,
    /// What functions keep by key.
    pub keyvalues: Arc<dyn KeyValues>,
}
