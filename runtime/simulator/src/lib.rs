//! Runs machines in virtual time against a scripted world: what `steploom machine simulate` and the
//! conformance tests stand on.
//!
//! A [`World`] has functions that behave as they are told, answers to give in their place
//! ([`mock`]), other machines, activities and objects. [`Simulation`] is a worker in miniature: it
//! hands facts to [`steploom_machine::apply`], does what the actions say within the world, and moves
//! its clock to whatever is due next. It reads no real clock, file or network, and the same world
//! and input give the same [`Report`].

mod behaviour;
mod history;
pub mod mock;
mod report;
mod service;
mod simulation;
mod spaced;
mod test_state;
mod world;

pub use behaviour::Behaviour;
pub use report::{Halt, Report, Statistics, Status};
pub use simulation::{Bounds, Error, Simulation, Start};
pub use test_state::{Level, Refused, Request, Tested, test_state};
pub use world::{CallFunction, Callee, World};

#[cfg(test)]
mod tests;
