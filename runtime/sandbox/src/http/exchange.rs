//! One request and its answer: what the guest's task and whoever reads the answer tell each other.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use http::{Method, Request, Response};
use steploom_call::Body;
use tokio::sync::{oneshot, watch};
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

use super::answer;

/// What a guest is given of a request: the request, and where its answer goes.
pub(crate) struct Exchange {
    pub(crate) request: Request<Body>,
    pub(crate) door: Door,
}

/// Where the head of the answer goes.
pub(crate) struct Door {
    answer: oneshot::Sender<Response<Body>>,
    line: Arc<Line>,
    /// Whether the answer to this request never has a body, whatever the guest writes.
    is_head: bool,
    output_bytes_max: u64,
}

/// Between the guest's task and whoever reads its answer.
#[derive(Debug)]
pub(crate) struct Line {
    stop: watch::Sender<Option<Stop>>,
    said: OnceLock<Said>,
    is_broken: AtomicBool,
    /// Whether nobody reads the answer any more, all of it or not.
    is_read: watch::Sender<bool>,
}

/// Why a guest is not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nobody reads the answer any more.
    Gone,
    /// The answer's body is over its limit.
    TooLarge,
}

/// How a guest began its answer.
#[derive(Debug)]
pub(crate) enum Said {
    /// By a head of this status.
    Head(u16),
    /// By an error instead of an answer.
    Error(String),
}

impl Exchange {
    /// An exchange, and where its answer comes out.
    pub(crate) fn new(
        request: Request<Body>,
        output_bytes_max: u64,
    ) -> (Self, oneshot::Receiver<Response<Body>>) {
        let (answer, answered) = oneshot::channel();
        let door = Door {
            answer,
            line: Arc::new(Line {
                stop: watch::Sender::new(None),
                said: OnceLock::new(),
                is_broken: AtomicBool::new(false),
                is_read: watch::Sender::new(false),
            }),
            is_head: request.method() == Method::HEAD,
            output_bytes_max,
        };
        (Self { request, door }, answered)
    }

    pub(crate) fn line(&self) -> Arc<Line> {
        Arc::clone(&self.door.line)
    }
}

impl Door {
    /// Takes what the guest says, which it may say once.
    pub(crate) fn take(self, said: Result<Response<HyperOutgoingBody>, ErrorCode>) {
        let response = match said {
            Ok(response) => response,
            Err(code) => {
                // Nothing was said before: the guest has one way to say it.
                let _ = self.line.said.set(Said::Error(format!("{code:?}")));
                return;
            }
        };
        let _ = self.line.said.set(Said::Head(response.status().as_u16()));
        let response = answer::of(response, &self.line, self.is_head, self.output_bytes_max);
        // Who has gone away meanwhile drops the body, which stops the guest.
        let _ = self.answer.send(response);
    }
}

impl Line {
    /// The guest is not wanted any more.
    pub(crate) fn stop(&self, why: Stop) {
        self.stop.send_if_modified(|stop| {
            let is_first = stop.is_none();
            *stop = stop.or(Some(why));
            is_first
        });
    }

    /// The guest failed: whatever it has not said will not come.
    pub(crate) fn break_off(&self) {
        self.is_broken.store(true, Ordering::Release);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    pub(super) fn end_reading(&self) {
        self.is_read.send_replace(true);
    }

    /// Waits until nobody reads the answer any more; gives why it was not read to its end.
    pub(crate) async fn read(&self) -> Option<Stop> {
        // An error means that no sender is left, but `self` holds one.
        let _ = self.is_read.subscribe().wait_for(|is_read| *is_read).await;
        *self.stop.borrow()
    }

    /// How the guest began its answer, if it did.
    pub(crate) fn said(&self) -> Option<&Said> {
        self.said.get()
    }

    /// Lets the guest run until it is not wanted any more.
    pub(crate) async fn run<T>(&self, guest: impl Future<Output = T>) -> Result<T, Stop> {
        let mut stop = self.stop.subscribe();
        let stopped = async {
            // The sender is in `self`, which outlives the wait.
            let found = stop.wait_for(Option::is_some).await;
            found.ok().and_then(|why| *why).unwrap_or(Stop::Gone)
        };
        tokio::select! {
            biased;
            why = stopped => Err(why),
            ended = guest => Ok(ended),
        }
    }

    /// Stops the guest when it is dropped.
    pub(crate) fn guard(self: &Arc<Self>) -> Guard {
        Guard(Some(Arc::clone(self)))
    }
}

/// Somebody who waits for the answer.
pub(crate) struct Guard(Option<Arc<Line>>);

impl Guard {
    /// There is an answer: from now on its body says whether somebody waits.
    pub(crate) fn let_go(mut self) {
        self.0 = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            line.stop(Stop::Gone);
        }
    }
}
