//! The wire of S3 over the platform's own buckets: what `aws s3` and boto3 speak.
//!
//! [`S3`] answers requests whose caller is known: signatures are checked before, by whoever calls it.
//! Routes, XML and headers are the crate s3s's; here is what its operations do (`ops`, a file a
//! group), how bodies are read and checked (`incoming`), and what a request must not ask for
//! (`refuse`). It knows the port [`Buckets`] and nothing behind it.

mod incoming;
mod names;
mod ops;
mod reach;
mod refuse;
mod said;
mod strip;

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use http_body_util::BodyExt as _;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Error};
use steploom_api::port::Buckets;
use steploom_types::{AccountId, Error, limits};

pub use incoming::chunked::ChunkSeal;
pub use reach::Reach;

/// The account that a request is for.
#[derive(Clone, Copy)]
struct Account(AccountId);

/// An S3 over buckets. Clones share everything.
#[derive(Clone)]
pub struct S3 {
    service: S3Service,
}

impl S3 {
    /// An S3 over these buckets.
    pub fn new(buckets: Arc<dyn Buckets>) -> Self {
        let mut builder = S3ServiceBuilder::new(ops::Store { buckets });
        builder.set_validation(names::Known);
        let mut config = S3Config::default();
        config.xml_max_body_size = limits::object::XML_BYTES_MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self {
            service: builder.build(),
        }
    }

    /// Answers a request of an account. The caller has checked the signature of its head, in a header
    /// or in the query, which is not looked at here. A body in chunks that are signed is checked by
    /// `seal`; without one its chunks' signatures are passed over. Whatever else the head says of the
    /// body (length, MD5, SHA-256, checksums, trailers) is checked here.
    ///
    /// The body's error may be a [`steploom_types::Error`], which becomes the answer. May be dropped: what
    /// is put by then is there or not, and never in part.
    pub async fn answer<B>(
        &self,
        account: AccountId,
        request: Request<B>,
        seal: Option<Box<dyn ChunkSeal>>,
    ) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match self.prepare(account, request, seal).await {
            Ok(request) => match self.service.call(request).await {
                Ok(response) => response,
                Err(error) => failed(ops::error::internal(&format!("{error:?}"))),
            },
            Err(error) => failed(error),
        }
    }

    async fn prepare<B>(
        &self,
        account: AccountId,
        request: Request<B>,
        seal: Option<Box<dyn ChunkSeal>>,
    ) -> Result<Request<Body>, S3Error>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut head, body) = request.into_parts();
        strip::signature(&mut head);
        strip::host(&mut head);
        strip::conditions(&mut head.headers);
        refuse::check(account, &head)?;
        let body = body.map_err(Into::into).into_data_stream();
        let incoming = incoming::Incoming::new(&mut head, body, seal).map_err(ops::error::of)?;
        head.extensions.insert(Account(account));
        let body = if incoming::is_content(&head) {
            incoming.stream(&mut head)
        } else {
            Body::from(incoming.collect(&mut head).await.map_err(ops::error::of)?)
        };
        Ok(Request::from_parts(head, body))
    }
}

/// An error as S3 shows it, for requests that do not come as far as [`S3::answer`]. Its code stays if
/// S3 has it, such as `SignatureDoesNotMatch`.
pub fn refusal(error: Error) -> Response<Body> {
    failed(ops::error::of(error))
}

fn failed(error: S3Error) -> Response<Body> {
    error.to_http_response().unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
