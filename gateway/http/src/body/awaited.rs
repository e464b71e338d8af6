//! Bodies that a client holds back until it is told to go on (`Expect: 100-continue`).
//!
//! Whoever answers such a request without having asked for its body has to say whether the body is
//! still read (RFC 9110, section 10.1.1). It is not: what comes next on the connection could be the
//! body or a new request, and nothing tells one from the other. So the connection ends there.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderValue, Version};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// Whether the body of a request that holds it back was asked for.
pub(crate) struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Watches over a request's body, if that is held back.
    pub(crate) fn watch(request: &mut Request) -> Option<Self> {
        let is_held = request.version() < Version::HTTP_2
            && request.headers().contains_key(EXPECT)
            && !request.body().is_end_stream();
        is_held.then(|| {
            let asked = Arc::new(AtomicBool::new(false));
            let body = std::mem::take(request.body_mut());
            *request.body_mut() = Body::new(Watched {
                body,
                asked: Arc::clone(&asked),
            });
            Self(asked)
        })
    }

    /// Has the answer end the connection if nobody asked for the body.
    pub(crate) fn settle(self, response: &mut Response) {
        if !self.0.load(Ordering::Relaxed) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
    }
}

struct Watched {
    body: Body,
    asked: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.asked.store(true, Ordering::Relaxed);
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
