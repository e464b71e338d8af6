//! An answer that may break off: what came before goes out before the connection ends.
//!
//! A server that meets an error in a body drops what it has not written yet. Here the error waits
//! for one turn, in which that is written.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use steploom_api::port;

type Error = Box<dyn std::error::Error + Send + Sync>;

pub(super) struct Flushed {
    inner: port::Body,
    error: Option<Error>,
}

/// The body as it goes out.
pub(super) fn flushed(inner: port::Body) -> Body {
    Body::new(Flushed { inner, error: None })
}

impl HttpBody for Flushed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Err(error))) => {
                self.error = Some(error);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            next => next,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
