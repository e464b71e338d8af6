//! Stored facts, taken apart for the oracles of a simulation: what is in the journal and in the
//! projection is compared with what an execution is said to be.

use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_machine::{Fact, Outcome};
use steploom_store::Error as StoreError;
use steploom_store::projection::Status;
use steploom_types::{ExecutionId, Json, Result};

use crate::{codec, payload, view};

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

/// A stored fact, with `null` in the place of payloads that are objects.
///
/// # Errors
/// `Corrupt` when the bytes are no fact.
pub fn glance(stored: &Bytes) -> Result<Fact> {
    codec::glance(stored).map_err(|e| corrupt(&e))
}

/// A stored fact of an execution.
///
/// # Errors
/// `Corrupt` when the bytes are no fact, or an object that it names is not what was written.
pub async fn fact(artifacts: &Artifacts, id: ExecutionId, stored: &Bytes) -> Result<Fact> {
    Ok(payload::fact(artifacts, id, stored).await?.0)
}

/// A payload as a row has it.
///
/// # Errors
/// `Corrupt` when it is not what was written.
pub async fn payload(artifacts: &Artifacts, id: ExecutionId, stored: &[u8]) -> Result<Json> {
    payload::of_row(artifacts, id, stored).await
}

/// How an execution with this outcome is stored.
pub fn status(outcome: Option<&Outcome>) -> Status {
    view::status(outcome)
}

fn corrupt(error: &codec::Error) -> steploom_types::Error {
    StoreError::Corrupt(error.to_string()).into()
}
