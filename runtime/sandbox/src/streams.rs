//! The guest's standard streams: logs that are cut at their limit and say so, and a result that
//! fails at its limit. Neither ever makes the guest wait.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

mod lines;

pub(crate) use lines::{Lines, printable};

/// Bytes that a guest may hand over in one write.
const WRITE_BYTES_MAX: usize = 64 * 1024;

/// Where a guest's writes go; clones go to the same place.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    /// Lines of the log.
    Log(Shared<Lines>),
    /// The result of a command.
    Output(Shared<Output>),
}

/// Something that streams write to and the invocation reads when the guest is gone.
#[derive(Debug)]
pub(crate) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self(Arc::new(Mutex::new(inner)))
    }

    /// A writer that panicked left whole lines behind: what it holds can be used.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of a result, up to a limit.
#[derive(Debug)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    bytes_max: u64,
    /// Whether more was written than the limit lets through.
    pub(crate) overflowed: bool,
}

impl Output {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            bytes: Vec::new(),
            bytes_max,
            overflowed: false,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.bytes.len() as u64 + bytes.len() as u64 > self.bytes_max {
            self.overflowed = true;
            return Err(io::Error::other("the result is over its limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl Sink {
    fn take(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Log(lines) => {
                lines.lock().write(bytes);
                Ok(())
            }
            Self::Output(output) => output.lock().write(bytes),
        }
    }
}

impl IsTerminal for Sink {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Sink {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl OutputStream for Sink {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        // A result that is too large cannot become right any more: the guest ends here.
        self.take(&bytes).map_err(|e| StreamError::Trap(e.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

#[async_trait]
impl Pollable for Sink {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Sink {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.take(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
