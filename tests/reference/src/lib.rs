//! Random machines through two interpreters: ours, and one written apart from it.
//!
//! The other one ([`naive`]) evaluates a definition recursively, over the JSON as it stands: no facts, no
//! frames, no events, and not a line of ours. Both call the same [`function`]s, in virtual time. They must
//! end alike: the same status, output and error's name. Causes are for people and are not compared.

pub mod compare;
mod engine;
pub mod function;
mod generate;
pub mod lots;
pub mod naive;
