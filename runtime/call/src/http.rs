//! HTTP to a function and from it: bodies come piece by piece, both ways.

use std::error;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use steploom_types::Error;
use tokio::sync::oneshot;

use crate::{Failure, Finished};

/// A body that comes piece by piece. An error is where it breaks off.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn error::Error + Send + Sync>>;

/// A call by HTTP whose head is there, or which failed before.
#[derive(Debug)]
pub struct Served {
    /// The answer. Its body breaks off with an error when the function fails in the middle of it;
    /// dropping the body before its end stops the function.
    pub response: Result<http::Response<Body>, Failure>,
    /// How the call ended, once it has: the function may go on after its answer. An error is the
    /// host's own.
    pub ended: oneshot::Receiver<Result<Finished, Error>>,
}

/// Where the requests go that a function makes itself, by its own rules.
#[async_trait]
pub trait Outbound: Send + Sync + fmt::Debug {
    /// Makes a request and waits for the head of its answer. Dropping the future gives it up.
    ///
    /// # Errors
    /// [`NotSent`] says why there is no answer.
    async fn send(&self, request: http::Request<Body>) -> Result<http::Response<Body>, NotSent>;
}

/// Why a function's own request got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The function may not reach that host; the text says who can change that.
    Denied(String),
    /// The host's addresses may not be reached from here; the text says who can change that.
    AddressDenied(String),
    /// The host's name leads nowhere.
    NotFound,
    /// Nobody answers there.
    Refused,
    /// It took longer than the function or the platform waits.
    TimedOut,
    /// The connection is not secure, such as by a wrong certificate.
    Insecure,
    /// The other side broke the rules of HTTP, or the connection broke.
    Broken,
    /// The platform cannot make the request; the text says what is to be done.
    Misconfigured(String),
}
