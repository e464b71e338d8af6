//! A request's body: decoded, and checked against everything that its head and trailers say of it. Nothing
//! is known to be right before the end, so what is put must be put only then: an error is the last
//! item of the stream.

mod check;
pub(crate) mod chunked;

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use http_body::Frame;
use http_body_util::StreamBody;
use s3s::Body;
use steploom_types::{Error, Result, limits};

use check::Check;
pub(crate) use check::Sums;
use chunked::{ChunkSeal, Decoder, incomplete};

/// What a body is said to be instead of its digest when it is encoded.
const STREAMING: &str = "STREAMING-";

const SHA256: &str = "x-amz-content-sha256";
const DECODED_LENGTH: &str = "x-amz-decoded-content-length";
const TRAILER: &str = "x-amz-trailer";

type Failure = Box<dyn StdError + Send + Sync>;

/// A body that is to be read.
pub(crate) struct Incoming {
    body: BoxStream<'static, Result<Bytes, Failure>>,
    decoder: Option<Decoder>,
    check: Check,
    sums: Sums,
    length: Option<u64>,
}

/// Whether the body is an object's content, or a part's: everything else is small.
pub(crate) fn is_content(head: &Parts) -> bool {
    let mut path = head.uri.path().trim_start_matches('/').splitn(2, '/');
    let has_key = path.nth(1).is_some_and(|key| !key.is_empty());
    head.method == Method::PUT && has_key
}

impl Incoming {
    /// Takes out of the head what it says of the body as it is sent.
    ///
    /// # Errors
    /// A length, a digest or a checksum that is none; a content that is too large.
    pub(crate) fn new(
        head: &mut Parts,
        body: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
        seal: Option<Box<dyn ChunkSeal>>,
    ) -> Result<Self> {
        let said = text(&head.headers, SHA256)?.unwrap_or_default();
        let is_chunked = said.starts_with(STREAMING);
        let decoded = number(&head.headers, DECODED_LENGTH)?;
        let length = if is_chunked {
            decoded
        } else {
            number(&head.headers, CONTENT_LENGTH.as_str())?
        };
        let bytes_max = if is_content(head) {
            limits::object::PUT_BYTES_MAX
        } else {
            limits::object::XML_BYTES_MAX as u64
        };
        if length.is_some_and(|length| length > bytes_max) {
            return Err(too_large(bytes_max));
        }
        let check = Check::new(head, length)?;
        for name in [SHA256, DECODED_LENGTH, TRAILER] {
            head.headers.remove(name);
        }
        let sums = Sums::default();
        head.extensions.insert(sums.clone());
        Ok(Self {
            body: body.boxed(),
            decoder: is_chunked.then(|| Decoder::new(seal)),
            check,
            sums,
            length,
        })
    }

    /// The whole of a small body.
    pub(crate) async fn collect(self, head: &mut Parts) -> Result<Bytes> {
        let mut all = BytesMut::new();
        let mut content = self.content();
        while let Some(bytes) = content.try_next().await? {
            if all.len() + bytes.len() > limits::object::XML_BYTES_MAX {
                return Err(too_large(limits::object::XML_BYTES_MAX as u64));
            }
            all.extend_from_slice(&bytes);
        }
        set_length(&mut head.headers, Some(all.len() as u64));
        Ok(all.freeze())
    }

    /// A content as it comes.
    pub(crate) fn stream(self, head: &mut Parts) -> Body {
        set_length(&mut head.headers, self.length);
        let content = self.content().map_ok(Frame::data);
        Body::http_body_unsync(StreamBody::new(content))
    }

    fn content(self) -> Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>> {
        let reading = Reading {
            incoming: Some(self),
            ready: VecDeque::new(),
        };
        stream::try_unfold(reading, Reading::next).boxed()
    }
}

struct Reading {
    /// None once the body is over and right.
    incoming: Option<Incoming>,
    ready: VecDeque<Bytes>,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Ok(Some((bytes, self)));
            }
            let Some(mut incoming) = self.incoming.take() else {
                return Ok(None);
            };
            let Some(bytes) = incoming.body.try_next().await.map_err(broken)? else {
                let trailers = match incoming.decoder.take() {
                    Some(decoder) => decoder.finish()?,
                    None => Vec::new(),
                };
                incoming.sums.set(incoming.check.finish(&trailers)?);
                return Ok(None);
            };
            let before = self.ready.len();
            match &mut incoming.decoder {
                Some(decoder) => decoder.feed(bytes, &mut self.ready)?,
                None => self.ready.push_back(bytes),
            }
            for bytes in self.ready.iter().skip(before) {
                incoming.check.update(bytes)?;
            }
            self.incoming = Some(incoming);
        }
    }
}

fn set_length(headers: &mut HeaderMap, length: Option<u64>) {
    headers.remove(TRANSFER_ENCODING);
    match length {
        Some(length) => headers.insert(CONTENT_LENGTH, HeaderValue::from(length)),
        None => headers.remove(CONTENT_LENGTH),
    };
}

/// An error of ours stays; else the connection ended.
fn broken(failure: Failure) -> Error {
    match failure.downcast::<Error>() {
        Ok(error) => *error,
        Err(failure) => {
            // axum wraps what a stream gave.
            let source = failure.source().and_then(|e| e.downcast_ref::<Error>());
            let source = source.cloned();
            source.unwrap_or_else(|| incomplete().with_detail(failure))
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let value = headers.get(name).map(HeaderValue::to_str);
    value.transpose().map_err(|_| invalid(name))
}

fn number(headers: &HeaderMap, name: &str) -> Result<Option<u64>> {
    let text = text(headers, name)?.map(str::parse);
    text.transpose().map_err(|_| invalid(name))
}

fn invalid(name: &str) -> Error {
    Error::invalid("InvalidArgument", format!("the header {name} is wrong"))
}

fn too_large(bytes_max: u64) -> Error {
    let message = format!("the body may have {bytes_max} bytes at the most");
    Error::invalid("ObjectTooLarge", message)
}

#[cfg(test)]
mod tests;
