//! Function URLs: what a function is told of a request, and the answer that it makes, in the format that AWS calls 2.0.

mod answer;
mod cors;
mod event;

use bytes::Bytes;
use steploom_types::{AccountId, Timestamp};

pub use answer::{answer, refusal};
pub use cors::{SAID_OF_ORIGINS, is_preflight, preflight, with_cors};
pub use event::event;

/// A request to a function's address, as it came: nothing of it is trusted.
pub struct UrlRequest<'a> {
    /// The address's id.
    pub id: &'a str,
    /// Who calls, where that is asked.
    pub caller: Option<(AccountId, &'a str)>,
    /// Such as `POST`.
    pub method: &'a str,
    /// The path behind the address, still percent-encoded.
    pub path: &'a str,
    /// What follows the `?`, still percent-encoded.
    pub query: &'a str,
    /// Such as `HTTP/1.1`.
    pub protocol: &'a str,
    /// To which host it was addressed.
    pub host: &'a str,
    /// From where it came.
    pub source: &'a str,
    /// Names of headers in lower case, and values.
    pub headers: &'a [(String, String)],
    /// When it came.
    pub at: Timestamp,
    /// Its id.
    pub request_id: &'a str,
    /// The body.
    pub body: Bytes,
}

impl UrlRequest<'_> {
    /// The first value of a header.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests;
