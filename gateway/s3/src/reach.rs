//! What a request reaches, for who asks whether its caller may.

use http::{Method, Request};
use s3s::dto::CopySource;

use crate::strip;

/// What a request reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The bucket that it names; it lists buckets if there is none.
    pub bucket: Option<String>,
    /// Whether it may change something.
    pub is_write: bool,
    /// The bucket that it copies from.
    pub source: Option<String>,
}

impl Reach {
    /// Of a request that has not been looked at. A source that cannot be read is none: the copy fails
    /// for the same reason.
    pub fn of<B>(request: &Request<B>) -> Self {
        let path = decoded(&strip::path(request.uri(), request.headers()));
        let bucket = path
            .strip_prefix('/')
            .and_then(|path| path.split('/').next());
        let bucket = bucket
            .filter(|bucket| !bucket.is_empty())
            .map(str::to_owned);
        let source = request.headers().get("x-amz-copy-source");
        let source = source.and_then(|source| CopySource::parse(source.to_str().ok()?).ok());
        let source = source.and_then(|source| match source {
            CopySource::Bucket { bucket, .. } => Some(bucket.into()),
            CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => None,
        });
        Self {
            bucket,
            is_write: !matches!(*request.method(), Method::GET | Method::HEAD),
            source,
        }
    }
}

/// A path without its escapes, as s3s takes it apart.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let escaped = more.get(..2).filter(|_| *first == b'%');
        let escaped = escaped.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
