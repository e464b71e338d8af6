//! The body of a guest's answer on its way out: bounded, cut where the guest fails, and a sign to the
//! guest when nobody reads it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty};
use steploom_call::Body;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

use super::BoxError;
use super::exchange::{Line, Stop};

/// The answer as it goes out.
pub(super) fn of(
    response: Response<HyperOutgoingBody>,
    line: &Arc<Line>,
    is_head: bool,
    bytes_max: u64,
) -> Response<Body> {
    let (head, inner) = response.into_parts();
    let length = head.headers.get(CONTENT_LENGTH);
    let declared = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let never_sent = is_head
        || head.status.is_informational()
        || head.status == StatusCode::NO_CONTENT
        || head.status == StatusCode::NOT_MODIFIED;
    let answer = Answer {
        inner,
        line: Arc::clone(line),
        bytes_left: bytes_max,
        declared_left: declared,
        is_over: false,
    };
    if never_sent {
        // The guest may write one all the same; it is read for its sake.
        tokio::spawn(drain(answer));
        return Response::from_parts(head, Empty::new().map_err(BoxError::from).boxed_unsync());
    }
    Response::from_parts(head, answer.boxed_unsync())
}

async fn drain(mut answer: Answer) {
    while let Some(Ok(_)) = answer.frame().await {}
}

struct Answer {
    inner: HyperOutgoingBody,
    line: Arc<Line>,
    bytes_left: u64,
    /// Bytes that are still to come, if the head said how many.
    declared_left: Option<u64>,
    is_over: bool,
}

impl Answer {
    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), BoxError> {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        self.declared_left = self
            .declared_left
            .map(|declared| declared.saturating_sub(bytes));
        let Some(left) = self.bytes_left.checked_sub(bytes) else {
            self.line.stop(Stop::TooLarge);
            return Err("the function's answer is larger than its limit".into());
        };
        self.bytes_left = left;
        Ok(())
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        let next = ready!(Pin::new(&mut this.inner).poll_frame(context));
        let next = match next {
            // It ends in the same way when its writer is gone.
            None if this.line.is_broken() => Some(Err("the function failed".into())),
            None => None,
            Some(Ok(frame)) => Some(this.count(&frame).map(|()| frame)),
            Some(Err(error)) => Some(Err(error.into())),
        };
        this.is_over = !matches!(next, Some(Ok(_)));
        if this.is_over {
            this.line.end_reading();
        }
        Poll::Ready(next)
    }

    fn size_hint(&self) -> SizeHint {
        self.declared_left
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // Of a body whose length is known nobody asks for the end.
        if !self.is_over && self.declared_left != Some(0) {
            self.line.stop(Stop::Gone);
        }
        self.line.end_reading();
    }
}
