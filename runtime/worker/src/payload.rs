//! What is too large for facts, and belongs to one execution: objects under its own prefix, found by
//! the digest of their content, so that to write one again changes nothing.

use std::time::Duration;

use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_types::{Digest, Error, ExecutionId, Result};

use crate::effect::is_passing;

/// Between two tries where the objects' store does not answer.
const RETRY: Duration = Duration::from_millis(200);

/// The key of an execution's object.
pub(crate) fn key(owner: ExecutionId, digest: Digest) -> String {
    format!("payload/{owner}/{digest}")
}

/// Writes an object, for as long as the store is away.
///
/// # Errors
/// What the store refuses for good.
pub(crate) async fn put(
    artifacts: &Artifacts,
    owner: ExecutionId,
    digest: Digest,
    content: Bytes,
) -> Result<()> {
    let key = key(owner, digest);
    loop {
        match artifacts.put(&key, content.clone()).await {
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            other => return other,
        }
    }
}

/// Reads an object, for as long as the store is away.
///
/// # Errors
/// `Corrupt`: it is gone, or not what it was.
pub(crate) async fn get(
    artifacts: &Artifacts,
    owner: ExecutionId,
    digest: Digest,
) -> Result<Bytes> {
    let key = key(owner, digest);
    loop {
        match artifacts.get(&key).await {
            Ok(Some(content)) if Digest::of(&content) == digest => return Ok(content),
            Ok(found) => {
                let what = if found.is_some() { "damaged" } else { "gone" };
                let message = format!("the object {key} is {what}");
                return Err(Error::new(
                    steploom_types::Kind::Corrupt,
                    "PayloadCorrupt",
                    message,
                ));
            }
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            Err(error) => return Err(error),
        }
    }
}
