//! Contents in the host's memory, on behalf of a guest: what it writes until that is finished, and what it has not read
//! yet. How much that is in all is bounded.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use steploom_call::Unanswered;
use steploom_types::limits::function::ASK_OBJECT_BYTES_MAX;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::{Told, told};
use crate::streams::Shared;

/// Bytes that a guest may write at once.
const WRITE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of the least room that a content is given.
const GROW_BYTES_MIN: usize = 4 * 1024;
/// Bytes that one guest holds: an object that it reads, and one that it writes.
const HELD_BYTES_MAX: usize = 2 * ASK_OBJECT_BYTES_MAX;

/// How many bytes are held for a guest; clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room(Arc<AtomicUsize>);

/// Bytes that count as long as this is there.
#[derive(Debug)]
pub(super) struct Held {
    room: Room,
    bytes: usize,
}

/// A content to be read, as a whole or as a stream.
#[derive(Debug)]
pub(super) struct Content {
    bytes: Bytes,
    _held: Held,
}

/// A content that is written; clones are the same one.
#[derive(Clone)]
pub(super) struct Body(Shared<Written>);

struct Written {
    content: Vec<u8>,
    held: Held,
    /// Why it cannot be put any more.
    refused: Option<String>,
    is_closed: bool,
}

impl Held {
    pub(super) fn nothing(room: &Room) -> Self {
        Self {
            room: room.clone(),
            bytes: 0,
        }
    }

    /// Counts more bytes.
    ///
    /// # Errors
    /// The guest has no room for them; nothing is counted then.
    pub(super) fn grow(&mut self, bytes: usize) -> Told<()> {
        let add = |held: usize| {
            let sum = held.checked_add(bytes)?;
            (sum <= HELD_BYTES_MAX).then_some(sum)
        };
        let added = self
            .room
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        if added.is_err() {
            let why = format!(
                "what a function reads and writes of objects at once may have {HELD_BYTES_MAX} bytes at the most; be done with one before the next"
            );
            return Err(told(&Unanswered::new("RequestTooLarge", why)));
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Counts nothing any more.
    pub(super) fn release(&mut self) {
        let bytes = mem::take(&mut self.bytes);
        self.room.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

impl Content {
    /// # Errors
    /// The guest has no room for it.
    pub(super) fn new(bytes: Bytes, room: &Room) -> Told<Self> {
        let mut held = Held::nothing(room);
        held.grow(bytes.len())?;
        Ok(Self { bytes, _held: held })
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

#[async_trait]
impl Pollable for Content {
    async fn ready(&mut self) {}
}

impl InputStream for Content {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.bytes.is_empty() {
            return Err(StreamError::Closed);
        }
        Ok(self.bytes.split_to(size.min(self.bytes.len())))
    }
}

impl Body {
    pub(super) fn new(room: &Room) -> Self {
        Self(Shared::new(Written {
            content: Vec::new(),
            held: Held::nothing(room),
            refused: None,
            is_closed: false,
        }))
    }

    /// Closes it, and gives all that was written.
    ///
    /// # Errors
    /// It is more than an object may have, or than a guest has room for.
    pub(super) fn finish(&self) -> Told<Content> {
        let mut written = self.0.lock();
        written.is_closed = true;
        if let Some(why) = written.refused.take() {
            return Err(why);
        }
        let nothing = Held::nothing(&written.held.room);
        Ok(Content {
            bytes: mem::take(&mut written.content).into(),
            _held: mem::replace(&mut written.held, nothing),
        })
    }
}

impl Written {
    fn write(&mut self, bytes: &[u8]) -> Told<()> {
        let size = self.content.len() + bytes.len();
        if size > ASK_OBJECT_BYTES_MAX {
            let why = format!("an object may have {ASK_OBJECT_BYTES_MAX} bytes at the most");
            return Err(told(&Unanswered::new("RequestTooLarge", why)));
        }
        let had = self.content.capacity();
        if size > had {
            // What counts is what is taken of the memory.
            let room = (2 * had)
                .max(GROW_BYTES_MIN)
                .clamp(size, ASK_OBJECT_BYTES_MAX);
            self.held.grow(room - had)?;
            self.content.reserve_exact(room - self.content.len());
        }
        self.content.extend_from_slice(bytes);
        Ok(())
    }
}

#[async_trait]
impl Pollable for Body {
    async fn ready(&mut self) {}
}

impl OutputStream for Body {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut written = self.0.lock();
        if written.is_closed {
            return Err(StreamError::Closed);
        }
        written.write(&bytes).map_err(|why| {
            let error = wasmtime::format_err!("{why}");
            written.is_closed = true;
            written.content = Vec::new();
            written.held.release();
            written.refused = Some(why);
            StreamError::LastOperationFailed(error)
        })
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.0.lock().is_closed {
            return Err(StreamError::Closed);
        }
        Ok(WRITE_BYTES_MAX)
    }
}
