//! Who calls: the [`Caller`] behind a request, and what a listener without keys may answer.
//!
//! The HTTP front asks an [`Authenticator`] before it routes anything and takes the account from its
//! answer, nowhere else. The one that exists, [`Access`], is for a listener without keys: everybody
//! who reaches it is the local account, so it is bound to the loopback interface
//! ([`check_listen`]) and refuses what a web page could send there (DNS rebinding).

mod access;
pub mod failure;
mod listen;
pub mod sigv4;

use http::{HeaderMap, Method, Uri};
use steploom_types::{AccountId, Result};

pub use access::Access;
pub use listen::check_listen;

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account that the request reads and writes.
    pub account: AccountId,
}

/// What of a request tells who sent it. All of it is untrusted.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target; it carries the authority in HTTP/2 and in the absolute form of HTTP/1.1.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// Turns a request's head into its caller. Called once for every request, before routing, so it must
/// be quick and must not block.
pub trait Authenticator: Send + Sync {
    /// The caller.
    ///
    /// # Errors
    /// `Denied` with what to do about it; the request goes no further.
    fn authenticate(&self, head: RequestHead<'_>) -> Result<Caller>;
}
