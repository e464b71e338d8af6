//! Contents of objects: written as a stream in pieces of a bounded size, read as a stream of them.
//!
//! A content of one piece is that piece. One of more has a list of its pieces, which lies where the
//! row says that the content is.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use steploom_api::port::Content;
use steploom_artifacts::Artifacts;
use steploom_store::Error as StoreError;
use steploom_types::limits::object::{PIECE_BYTES, PIECES_MAX};
use steploom_types::{AccountId, Error, ExecutionId, Kind, Name, Result};
use tokio::runtime::Handle;

use crate::shared::Shared;

/// Pieces that are deleted at once.
const DELETED_AT_ONCE: usize = 16;

/// A piece of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPiece {
    /// Where it lies.
    pub(crate) blob: String,
    /// Bytes of it.
    pub(crate) bytes: u64,
}

/// Where a content lies: what a row says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) blob: String,
    pub(crate) size_bytes: u64,
    /// How many pieces it has; 0 if it is not listed in pieces.
    pub(crate) pieces: u32,
}

/// A content that was written and that no row names yet. Unless it is released it is deleted.
pub(super) struct Written {
    pub(super) place: Place,
    pub(super) md5: [u8; 16],
    pub(super) crc32: u32,
    blobs: Blobs,
}

impl Written {
    /// A row is about to name it: from now on it stays, whatever becomes of its writer. Where all of it
    /// lies, for who learns that no row does.
    pub(super) fn release(&mut self) -> Vec<String> {
        std::mem::take(&mut self.blobs.names)
    }
}

/// What was written so far.
struct Blobs {
    artifacts: Arc<Artifacts>,
    names: Vec<String>,
}

impl Drop for Blobs {
    fn drop(&mut self) {
        let names = std::mem::take(&mut self.names);
        if names.is_empty() {
            return;
        }
        // Without a runtime the process ends, and they stay as after a crash.
        if let Ok(runtime) = Handle::try_current() {
            let artifacts = Arc::clone(&self.artifacts);
            runtime.spawn(async move { delete_all(&artifacts, names).await });
        }
    }
}

/// A name that no content has had.
pub(super) fn new_blob(shared: &Shared, account: AccountId, bucket: &Name) -> String {
    format!("buckets/{account}/{bucket}/{}", new_id(shared))
}

/// An id that nothing has had.
pub(super) fn new_id(shared: &Shared) -> ExecutionId {
    let chance = &shared.chance;
    ExecutionId::new(chance.slot(), shared.clock.now(), chance.draw())
}

pub(super) fn crc32_text(crc32: u32) -> String {
    STANDARD.encode(crc32.to_be_bytes())
}

pub(super) fn crc32_of(text: &str) -> Option<u32> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Writes a content durably, of at most `bytes_max`.
pub(super) async fn write(
    shared: &Shared,
    account: AccountId,
    bucket: &Name,
    mut content: Content,
    bytes_max: u64,
) -> Result<Written> {
    let artifacts = &shared.artifacts;
    let mut writer = Writer {
        shared,
        account,
        bucket,
        gathered: Gathered::default(),
        pieces: Vec::new(),
        blobs: Blobs {
            artifacts: Arc::clone(artifacts),
            names: Vec::new(),
        },
    };
    let (mut md5, mut crc32) = (Md5::new(), crc32fast::Hasher::new());
    let mut size_bytes = 0;
    while let Some(mut chunk) = content.try_next().await? {
        size_bytes += chunk.len() as u64;
        if size_bytes > bytes_max {
            return Err(too_large(bytes_max));
        }
        md5.update(&chunk);
        crc32.update(&chunk);
        while !chunk.is_empty() {
            if writer.gathered.bytes == PIECE_BYTES {
                writer.flush().await?;
            }
            let room = PIECE_BYTES - writer.gathered.bytes;
            writer.gathered.push(chunk.split_to(room.min(chunk.len())));
        }
    }
    let (blob, pieces) = writer.finish().await?;
    Ok(Written {
        place: Place {
            blob,
            size_bytes,
            pieces,
        },
        md5: md5.finalize().into(),
        crc32: crc32.finalize(),
        blobs: writer.blobs,
    })
}

/// The next piece, while it comes.
#[derive(Default)]
struct Gathered {
    chunks: Vec<Bytes>,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, chunk: Bytes) {
        self.bytes += chunk.len();
        self.chunks.push(chunk);
    }

    /// One that came in one chunk is not copied.
    fn take(&mut self) -> Bytes {
        let Self { mut chunks, bytes } = std::mem::take(self);
        if chunks.len() < 2 {
            return chunks.pop().unwrap_or_default();
        }
        let mut all = BytesMut::with_capacity(bytes);
        for chunk in chunks {
            all.extend_from_slice(&chunk);
        }
        all.freeze()
    }
}

struct Writer<'a> {
    shared: &'a Shared,
    account: AccountId,
    bucket: &'a Name,
    gathered: Gathered,
    pieces: Vec<StoredPiece>,
    blobs: Blobs,
}

impl Writer<'_> {
    async fn put(&mut self, content: Bytes) -> Result<String> {
        let blob = new_blob(self.shared, self.account, self.bucket);
        // Before it is written, so that half a write is deleted too.
        self.blobs.names.push(blob.clone());
        self.shared.artifacts.put(&blob, content).await?;
        Ok(blob)
    }

    async fn flush(&mut self) -> Result<()> {
        if self.pieces.len() == PIECES_MAX {
            return Err(too_large((PIECES_MAX * PIECE_BYTES) as u64));
        }
        let bytes = self.gathered.bytes as u64;
        let content = self.gathered.take();
        let blob = self.put(content).await?;
        self.pieces.push(StoredPiece { blob, bytes });
        Ok(())
    }

    /// Where the content lies, and how many pieces are listed there.
    async fn finish(&mut self) -> Result<(String, u32)> {
        if self.pieces.is_empty() {
            let content = self.gathered.take();
            return Ok((self.put(content).await?, 0));
        }
        if self.gathered.bytes > 0 {
            self.flush().await?;
        }
        let list = list_text(&self.pieces)?;
        Ok((self.put(list).await?, self.pieces.len() as u32))
    }
}

/// Writes the list of pieces that are there already, as a content.
pub(super) async fn write_list(
    shared: &Shared,
    account: AccountId,
    bucket: &Name,
    pieces: &[StoredPiece],
) -> Result<Place> {
    if pieces.len() > PIECES_MAX {
        return Err(too_large((PIECES_MAX * PIECE_BYTES) as u64));
    }
    let blob = new_blob(shared, account, bucket);
    shared.artifacts.put(&blob, list_text(pieces)?).await?;
    Ok(Place {
        blob,
        size_bytes: pieces.iter().map(|piece| piece.bytes).sum(),
        pieces: pieces.len() as u32,
    })
}

fn list_text(pieces: &[StoredPiece]) -> Result<Bytes> {
    serde_json::to_vec(pieces)
        .map(Bytes::from)
        .map_err(Error::internal)
}

fn too_large(bytes_max: u64) -> Error {
    Error::invalid(
        "ObjectTooLarge",
        format!("a content of more than {bytes_max} bytes cannot be put"),
    )
}

/// The pieces of a content; `None` if it is not there any more.
pub(crate) async fn pieces(
    artifacts: &Artifacts,
    place: &Place,
) -> Result<Option<Vec<StoredPiece>>> {
    if place.pieces == 0 {
        return Ok(Some(vec![StoredPiece {
            blob: place.blob.clone(),
            bytes: place.size_bytes,
        }]));
    }
    let Some(text) = artifacts.get(&place.blob).await? else {
        return Ok(None);
    };
    let corrupt = |why: String| StoreError::Corrupt(format!("the list '{}': {why}", place.blob));
    let pieces: Vec<StoredPiece> =
        serde_json::from_slice(&text).map_err(|why| corrupt(why.to_string()))?;
    let bytes: u64 = pieces.iter().map(|piece| piece.bytes).sum();
    if bytes != place.size_bytes {
        return Err(corrupt(format!("its pieces have {bytes} bytes")).into());
    }
    Ok(Some(pieces))
}

/// Bytes of a content, out of its pieces; `None` if it is not there any more. What is there is known
/// when this returns for the first piece; one of the others may be missing later, as an error.
pub(crate) async fn read(
    artifacts: &Arc<Artifacts>,
    pieces: &[StoredPiece],
    range: Range<u64>,
) -> Result<Option<Content>> {
    let mut wanted = cut(pieces, range).into_iter();
    let Some((blob, range)) = wanted.next() else {
        return Ok(Some(stream::empty().boxed()));
    };
    let Some(first) = artifacts.stream(&blob, range).await? else {
        return Ok(None);
    };
    let artifacts = Arc::clone(artifacts);
    let rest = stream::iter(wanted)
        .then(move |(blob, range)| {
            let artifacts = Arc::clone(&artifacts);
            async move {
                let next = artifacts.stream(&blob, range).await?;
                next.ok_or_else(changed)
            }
        })
        .try_flatten();
    Ok(Some(first.chain(rest).boxed()))
}

fn changed() -> Error {
    Error::new(
        Kind::Unavailable,
        "ObjectChanged",
        "the object was replaced while it was read; read it again",
    )
}

/// Which bytes of which pieces make a range.
fn cut(pieces: &[StoredPiece], range: Range<u64>) -> Vec<(String, Range<u64>)> {
    let mut cut = Vec::new();
    let mut begin = 0;
    for piece in pieces {
        let end = begin + piece.bytes;
        let (from, to) = (range.start.max(begin), range.end.min(end));
        if from < to {
            cut.push((piece.blob.clone(), from - begin..to - begin));
        }
        begin = end;
    }
    cut
}

/// Deletes a content that no row names any more. What cannot be deleted takes room and nothing else.
pub(super) async fn delete(artifacts: &Artifacts, place: &Place) {
    let mut blobs = vec![place.blob.clone()];
    if place.pieces > 0 {
        match pieces(artifacts, place).await {
            Ok(listed) => {
                let listed = listed.unwrap_or_default();
                blobs.extend(listed.into_iter().map(|piece| piece.blob));
            }
            Err(error) => {
                let blob = &place.blob;
                tracing::warn!(%error, blob, "the pieces of a content that is no longer named stay");
            }
        }
    }
    // The list goes last, so that a crash leaves something to be found by.
    blobs.reverse();
    delete_all(artifacts, blobs).await;
}

pub(super) async fn delete_all(artifacts: &Artifacts, blobs: Vec<String>) {
    let each = |blob: String| async move {
        if let Err(error) = artifacts.delete(&blob).await {
            tracing::warn!(%error, blob, "a content that is no longer named stays");
        }
    };
    stream::iter(blobs)
        .for_each_concurrent(DELETED_AT_ONCE, each)
        .await;
}

#[cfg(test)]
mod tests;
