//! What is too large for facts and rows, and belongs to one execution: objects under its own prefix,
//! found by the digest of their content, so that to write one again changes nothing.
//!
//! A large payload is an object before its fact is committed, and the fact names it
//! ([`Reference`]). Whoever reads facts and rows gets the payload itself: [`fact`], [`execution`].

mod reference;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use steploom_api::wire;
use steploom_artifacts::Artifacts;
use steploom_machine::Fact;
use steploom_store::projection::Row;
use steploom_types::{Digest, Error, ExecutionId, Json, Result};

use crate::effect::is_passing;
use crate::past::corrupt;
use crate::{codec, view};

pub(crate) use reference::{Kept, Reference, is_large};

/// Between two tries where the objects' store does not answer.
const RETRY: Duration = Duration::from_millis(200);

/// Where objects of executions lie.
pub(crate) const ROOT: &str = "payload";

/// Where the objects of an execution lie.
pub(crate) fn folder(owner: ExecutionId) -> String {
    format!("{ROOT}/{owner}")
}

/// The key of an execution's object.
pub(crate) fn key(owner: ExecutionId, digest: Digest) -> String {
    format!("{ROOT}/{owner}/{digest}")
}

/// The execution whose object has this key.
pub(crate) fn owner(key: &str) -> Option<ExecutionId> {
    key.split('/').nth(1)?.parse().ok()
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
    loop {
        match find(artifacts, owner, digest).await {
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            other => return other,
        }
    }
}

/// Reads an object.
///
/// # Errors
/// `Corrupt`: it is gone, or not what it was. `Unavailable`: ask again later.
async fn find(artifacts: &Artifacts, owner: ExecutionId, digest: Digest) -> Result<Bytes> {
    let key = key(owner, digest);
    let found = artifacts.get(&key).await?;
    let what = match found {
        Some(content) if Digest::of(&content) == digest => return Ok(content),
        Some(_) => "damaged",
        None => "gone",
    };
    Err(Error::new(
        steploom_types::Kind::Corrupt,
        "PayloadCorrupt",
        format!("the object {key} is {what}"),
    ))
}

/// Makes those of an execution's payloads that are large objects; which they are.
///
/// # Errors
/// `Unavailable`: ask again later.
pub(crate) async fn keep(
    artifacts: &Artifacts,
    owner: ExecutionId,
    payloads: impl Iterator<Item = &Json>,
) -> Result<Kept> {
    keep_all(
        artifacts,
        owner,
        payloads.filter(|payload| is_large(payload)),
    )
    .await
}

/// Makes these objects of an execution, whether they are large or not.
///
/// # Errors
/// `Unavailable`: ask again later.
pub(crate) async fn keep_all(
    artifacts: &Artifacts,
    owner: ExecutionId,
    payloads: impl Iterator<Item = &Json>,
) -> Result<Kept> {
    let mut kept = Kept::default();
    for payload in payloads {
        let text = Bytes::copy_from_slice(payload.text().as_bytes());
        let digest = payload.digest();
        artifacts.put(&key(owner, digest), text).await?;
        kept.insert(digest);
    }
    Ok(kept)
}

/// The same for what a fact carries, for as long as the store is away.
pub(crate) async fn keep_of(artifacts: &Artifacts, owner: ExecutionId, fact: &Fact) -> Kept {
    loop {
        match keep(artifacts, owner, fact.payloads()).await {
            Ok(kept) => return kept,
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            // It stays a part of the fact.
            Err(error) => {
                tracing::error!(execution = %owner, %error, "a payload cannot be written");
                return Kept::default();
            }
        }
    }
}

/// Makes what is large in a row an object, if the store answers; else it stays in the row.
pub(crate) async fn keep_in_row(artifacts: &Artifacts, row: &mut Row) -> Kept {
    let owner = row.id;
    let mut kept = Kept::default();
    for text in [Some(&mut row.input), row.output.as_mut()]
        .into_iter()
        .flatten()
    {
        if text.len() <= steploom_types::limits::INLINE_BYTES_MAX {
            continue;
        }
        let reference = Reference {
            digest: Digest::of(text),
            bytes: text.len() as u64,
        };
        let key = key(owner, reference.digest);
        match artifacts.put(&key, text.clone()).await {
            Ok(()) => {
                *text = reference.to_string().into();
                kept.insert(reference.digest);
            }
            Err(error) => tracing::warn!(%error, key, "a payload stays in its row"),
        }
    }
    kept
}

/// A payload that an object holds.
///
/// # Errors
/// As [`find`].
pub(crate) async fn load(
    artifacts: &Artifacts,
    owner: ExecutionId,
    digest: Digest,
) -> Result<Json> {
    let content = find(artifacts, owner, digest).await?;
    let text = String::from_utf8(content.into()).map_err(|e| corrupt(owner, &e))?;
    match Json::of_text(text.as_str()) {
        Some(json) => Ok(json),
        None => Json::parse(&text).map_err(|e| corrupt(owner, &e)),
    }
}

/// A payload as a row has it.
pub(crate) async fn of_row(
    artifacts: &Artifacts,
    owner: ExecutionId,
    stored: &[u8],
) -> Result<Json> {
    let text = std::str::from_utf8(stored).map_err(|e| corrupt(owner, &e))?;
    match Reference::parse(text) {
        Some(reference) => load(artifacts, owner, reference.digest).await,
        None => Json::parse(text).map_err(|e| corrupt(owner, &e)),
    }
}

/// An execution of the projection or the archive.
///
/// # Errors
/// `Corrupt` when its input or output is not what was written. `Unavailable`: ask again later.
pub(crate) async fn execution(artifacts: &Artifacts, row: Row) -> Result<wire::Execution> {
    let input = of_row(artifacts, row.id, &row.input).await?;
    let output = match &row.output {
        Some(output) => Some(of_row(artifacts, row.id, output).await?),
        None => None,
    };
    Ok(view::execution_of_row(row, input, output))
}

/// A stored fact with its payloads, and which of them are objects.
///
/// # Errors
/// `Corrupt` when it, or an object that it names, is not what was written. `Unavailable`: ask again
/// later.
pub(crate) async fn fact(
    artifacts: &Artifacts,
    owner: ExecutionId,
    encoded: &[u8],
) -> Result<(Fact, Kept)> {
    let read = codec::read(encoded).map_err(|e| corrupt(owner, &e))?;
    let mut found = BTreeMap::new();
    let mut kept = Kept::default();
    for Reference { digest, .. } in read.references() {
        found.insert(digest, load(artifacts, owner, digest).await?);
        kept.insert(digest);
    }
    let fact = read
        .fact(&|reference| found.get(&reference.digest).cloned())
        .map_err(|e| corrupt(owner, &e))?;
    Ok((fact, kept))
}
