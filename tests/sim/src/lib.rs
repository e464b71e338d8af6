//! The real worker in a simulated world: one thread, virtual time, chance from a seed.
//!
//! A [`Plan`] names a world by its seed; [`simulate`] runs it. In it, one to three processes run the
//! worker as it is on one store; clients start executions of random machines, use tokens and work for an
//! activity; a subset of all faults befalls them ([`inject`]); then faults stop, everything comes to its
//! end, and the oracles ([`oracle`]) look at what is stored. [`campaign`] runs many seeds, each twice.

mod ask;
pub mod campaign;
mod definition;
mod fault;
mod gate;
mod inject;
mod load;
mod lots;
mod model;
mod network;
mod oracle;
mod process;
mod runner;
mod setup;
mod simulation;
mod store;
mod time;
mod trace;
mod world;

pub use simulation::{Outcome, Plan, STARTS_AN_HOUR, simulate};
