//! Stored facts, taken apart for the oracles of a simulation: what is in the journal and in the
//! projection is compared with what an execution is said to be.

use bytes::Bytes;
use steploom_machine::{Fact, Outcome};
use steploom_store::Error as StoreError;
use steploom_store::projection::Status;
use steploom_types::{ExecutionId, Result};

use crate::{codec, view};

/// The facts of a record of the journal, each with its execution, as they are stored.
///
/// # Errors
/// `Corrupt` when the bytes are no record.
pub fn facts_of_record(body: Bytes) -> Result<Vec<(ExecutionId, Bytes)>> {
    codec::split_record(body).map_err(|e| corrupt(&e))
}

/// The facts of a chunk of the projection, as they are stored.
///
/// # Errors
/// `Corrupt` when the bytes are no chunk.
pub fn facts_of_chunk(facts: Bytes) -> Result<Vec<Bytes>> {
    codec::split_chunk(facts).map_err(|e| corrupt(&e))
}

/// A stored fact.
///
/// # Errors
/// `Corrupt` when the bytes are no fact.
pub fn fact(stored: &Bytes) -> Result<Fact> {
    codec::decode(stored).map_err(|e| corrupt(&e))
}

/// How an execution with this outcome is stored.
pub fn status(outcome: Option<&Outcome>) -> Status {
    view::status(outcome)
}

fn corrupt(error: &codec::Error) -> steploom_types::Error {
    StoreError::Corrupt(error.to_string()).into()
}
