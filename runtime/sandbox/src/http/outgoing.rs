//! The door through which a guest's own requests leave. Where they may go, the call's
//! [`Outbound`] says; how many they are and how much they carry is counted here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response, Uri};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use steploom_call::{NotSent, Outbound};
use steploom_types::limits::function as limits;
use tokio::time::{Instant, Sleep, sleep, timeout};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::{BoxError, PIECE_BYTES_MAX, PIECES_MAX};
use crate::streams::{Lines, Shared, printable};

/// Refusals of one guest that its log explains.
const EXPLAINED_MAX: u64 = 10;
/// How long a guest waits at the most where it does not say how long.
const WAIT_MAX: Duration = Duration::from_mins(15);

/// What a guest's requests use up.
#[derive(Debug, Default)]
struct Used {
    requests: AtomicU64,
    sent_bytes: AtomicU64,
    received_bytes: AtomicU64,
    explained: AtomicU64,
}

/// The door of one guest.
#[derive(Debug)]
pub(crate) struct Outgoing {
    outbound: Option<Arc<dyn Outbound>>,
    logs: Shared<Lines>,
    used: Arc<Used>,
}

type Answered = Result<(Response<WasiBody>, Worker), Error>;
/// What goes on behind an answer: nothing of ours.
type Worker = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl Outgoing {
    pub(crate) fn new(outbound: Option<Arc<dyn Outbound>>, logs: Shared<Lines>) -> Self {
        Self {
            outbound,
            logs,
            used: Arc::default(),
        }
    }

    /// What the request may be made with, if it may be made.
    fn admit(&self, request: &Request<WasiBody>) -> Result<Arc<dyn Outbound>, Error> {
        let Some(outbound) = &self.outbound else {
            let place = place(request.uri());
            self.explain(format!(
                "a request to {place} is refused: the function may call no host; its owner can allow it: steploom deploy --allow-host {place}"
            ));
            return Err(Error::HttpRequestDenied);
        };
        let before = self.used.requests.fetch_add(1, Ordering::Relaxed);
        if before >= u64::from(limits::OUTBOUND_REQUESTS_MAX) {
            self.explain(format!(
                "a request is refused: one invocation may make {}",
                limits::OUTBOUND_REQUESTS_MAX
            ));
            return Err(Error::ConnectionLimitReached);
        }
        Ok(Arc::clone(outbound))
    }

    fn explain(&self, message: String) {
        explain(&self.used, &self.logs, message);
    }
}

/// Where a request goes, as a list of hosts says it.
fn place(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", Authority::as_str);
    let place = match uri.scheme_str() {
        None | Some("https") => authority.to_owned(),
        Some(scheme) => format!("{scheme}://{authority}"),
    };
    printable(place.as_bytes())
}

fn explain(used: &Used, logs: &Shared<Lines>, message: String) {
    if used.explained.fetch_add(1, Ordering::Relaxed) < EXPLAINED_MAX {
        logs.lock().platform(message);
    }
}

impl WasiHttpHooks for Outgoing {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answered> + Send> {
        let outbound = match self.admit(&request) {
            Ok(outbound) => outbound,
            Err(error) => return Box::new(std::future::ready(Err(error))),
        };
        let options = options.unwrap_or_default();
        let (used, logs) = (Arc::clone(&self.used), self.logs.clone());
        Box::new(async move {
            let request = request.map(|body| {
                let sent = Counted::new(body, Arc::clone(&used), Way::Out, None);
                sent.map_err(BoxError::from).boxed_unsync()
            });
            let wait = match (options.connect_timeout, options.first_byte_timeout) {
                (Some(connect), Some(head)) => connect.saturating_add(head),
                _ => WAIT_MAX,
            };
            let answered = timeout(wait.min(WAIT_MAX), outbound.send(request)).await;
            let answered = answered.unwrap_or(Err(NotSent::TimedOut));
            let response = answered.map_err(|why| told(why, &used, &logs))?;
            let between = options.between_bytes_timeout;
            let response = response.map(|body| {
                let body = body.map_err(|_| Error::ConnectionTerminated);
                Counted::new(body.boxed_unsync(), used, Way::In, between).boxed_unsync()
            });
            let nothing: Worker = Box::new(std::future::ready(Ok(())));
            Ok((response, nothing))
        })
    }

    fn p2_outgoing_body_buffer_chunks(&mut self) -> usize {
        PIECES_MAX
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        PIECE_BYTES_MAX
    }
}

/// Why there is no answer, as the guest learns it; what its owner can change goes to the log.
fn told(why: NotSent, used: &Used, logs: &Shared<Lines>) -> Error {
    match why {
        NotSent::Denied(message) => {
            explain(used, logs, message);
            Error::HttpRequestDenied
        }
        NotSent::AddressDenied(message) => {
            explain(used, logs, message);
            Error::DestinationIpProhibited
        }
        NotSent::Misconfigured(message) => {
            explain(used, logs, message);
            Error::ConfigurationError
        }
        NotSent::NotFound => Error::DestinationNotFound,
        NotSent::Refused => Error::ConnectionRefused,
        NotSent::TimedOut => Error::ConnectionTimeout,
        NotSent::Insecure => Error::TlsCertificateError,
        NotSent::Broken => Error::HttpProtocolError,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

/// A body whose bytes are counted, and whose pieces come in time.
struct Counted {
    inner: WasiBody,
    used: Arc<Used>,
    way: Way,
    between: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl Counted {
    fn new(inner: WasiBody, used: Arc<Used>, way: Way, between: Option<Duration>) -> Self {
        let between = between.map(|wait| wait.min(WAIT_MAX));
        Self {
            inner,
            used,
            way,
            between: between.map(|wait| (wait, Box::pin(sleep(wait)))),
        }
    }

    fn count(&self, frame: &Frame<Bytes>) -> Result<(), Error> {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        let (counter, error) = match self.way {
            Way::Out => (
                &self.used.sent_bytes,
                Error::HttpRequestBodySize(Some(limits::OUTBOUND_BYTES_MAX)),
            ),
            Way::In => (
                &self.used.received_bytes,
                Error::HttpResponseBodySize(Some(limits::OUTBOUND_BYTES_MAX)),
            ),
        };
        let before = counter.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > limits::OUTBOUND_BYTES_MAX {
            return Err(error);
        }
        Ok(())
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some((wait, sleep)) = &mut this.between {
                    sleep.as_mut().reset(Instant::now() + *wait);
                }
                Poll::Ready(Some(this.count(&frame).map(|()| frame)))
            }
            Poll::Pending => {
                if let Some((_, sleep)) = &mut this.between {
                    ready!(sleep.as_mut().poll(context));
                    return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
                }
                Poll::Pending
            }
            ended @ Poll::Ready(_) => ended,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
