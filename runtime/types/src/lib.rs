//! Ids, names, limits, errors and time: the words that every other crate shares.
//!
//! Nothing here reads a clock, a file, the environment or a random number: whoever needs one
//! passes it in. A type in this crate is a checked value: once you hold a [`Name`] it is a valid
//! name.

pub mod account;
pub mod arn;
pub mod audit;
pub mod digest;
pub mod error;
pub mod grant;
pub mod id;
pub mod json;
pub mod key;
pub mod limits;
pub mod name;
pub mod time;

pub use account::AccountId;
pub use digest::Digest;
pub use error::{Error, Kind};
pub use grant::{Callee, Grant};
pub use id::{ExecutionId, IdText, ShardId, Slot};
pub use json::Json;
pub use name::{MachineName, Name};
pub use time::Timestamp;

/// A result whose error is fit for a border: see [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
