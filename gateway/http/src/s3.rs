//! The wire of S3 beside the native API: which requests speak it, and what they may hold.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use steploom_auth::failure::{self, Wording};
use steploom_auth::sigv4::ChunkVerifier;
use steploom_auth::{Admitted, Area, Authenticator as _, Caller, Need, RequestHead, Verb};
use steploom_s3::{ChunkSeal, Reach};
use steploom_types::{AccountId, Error, Result, limits};

use crate::app::App;
use crate::body::{self, Signed, paced};
use crate::failure::{Answer, Failure};

/// What the service is called in the scope of a credential.
const SCOPE: &str = "/s3/aws4_request";

/// The header in which clients look for a request's id.
const AMZ_REQUEST_ID: &str = "x-amz-request-id";

/// Whether a request is signed for S3, in its header or its query, be it as long ago.
pub(crate) fn is_signed_for(request: &Request) -> bool {
    is_version_2(request) || has_scope(request)
}

/// Whether it is signed as only S3 ever took it, and as boto3 signs links unless told otherwise.
fn is_version_2(request: &Request) -> bool {
    let header = request.headers().get(AUTHORIZATION);
    let query = request.uri().query().unwrap_or_default();
    let has = |name| query.split('&').any(|pair| pair.starts_with(name));
    header.is_some_and(|header| header.as_bytes().starts_with(b"AWS "))
        || (has("AWSAccessKeyId=") && has("Signature="))
}

fn has_scope(request: &Request) -> bool {
    let header = request.headers().get(AUTHORIZATION);
    let header = header.and_then(|header| header.to_str().ok());
    if header.is_some_and(|header| header.contains(SCOPE)) {
        return true;
    }
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|pair| {
        let credential = pair.strip_prefix("X-Amz-Credential=");
        credential.is_some_and(|text| text.replace("%2F", "/").ends_with(SCOPE))
    })
}

/// Finds out who calls and whether they may reach what they want to: buckets are objects' area, by
/// their names.
pub(crate) async fn admit(app: &App, request: &mut Request) -> Answer<Caller> {
    let head = RequestHead {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
    };
    let admitted = app.guard.authenticate(head).await;
    let Admitted { caller, proof } = admitted.map_err(|error| {
        if is_version_2(request) {
            return unsupported();
        }
        error
    })?;
    body::prove(app, request, proof).await?;
    let reach = Reach::of(request);
    let verb = if reach.is_write {
        Verb::Write
    } else {
        Verb::Read
    };
    caller.require(objects(verb), reach.bucket.as_deref())?;
    if reach.source.is_some() {
        caller.require(objects(Verb::Read), reach.source.as_deref())?;
    }
    Ok(caller)
}

fn unsupported() -> Error {
    let message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
    Error::invalid("InvalidRequest", message)
}

fn objects(verb: Verb) -> Need {
    Need {
        area: Area::Objects,
        verb,
    }
}

/// What a caller is told who may not.
pub(crate) fn refuse(failure: Failure, id: &HeaderValue) -> Response {
    let mut response = steploom_s3::refusal(worded(*failure.error)).map(Body::new);
    response.headers_mut().insert(AMZ_REQUEST_ID, id.clone());
    response
}

/// What is wrong with a signature, in S3's words.
fn worded(mut error: Error) -> Error {
    if let Some((_, code)) = failure::aws(&error, Wording::S3) {
        error.code = code;
    }
    error
}

/// The signatures of a body's chunks, as the key of its head makes them.
struct Seal(ChunkVerifier);

impl ChunkSeal for Seal {
    fn data(&mut self, bytes: &[u8]) {
        self.0.data(bytes);
    }

    fn chunk(&mut self, signature: Option<&str>) -> Result<()> {
        self.0.chunk(signature).map_err(worded)
    }

    fn trailers(&mut self, lines: &str, signature: Option<&str>) -> Result<()> {
        self.0.trailers(lines, signature).map_err(worded)
    }
}

/// Answers a request whose caller is known. A body is passed on as it comes; what is held of it at
/// once counts against the memory for bodies.
pub(crate) async fn answer(
    app: &App,
    account: AccountId,
    request: Request,
    id: &HeaderValue,
) -> Response {
    let size = request.body().size_hint();
    let bytes = size.upper().unwrap_or(u64::MAX);
    let bytes = bytes.min(limits::object::PIECE_BYTES as u64) as usize;
    // A copy has no body, and holds as much.
    let bytes = match *request.method() {
        Method::PUT => limits::object::PIECE_BYTES,
        _ => bytes,
    };
    let mut request = request;
    let signed = request.extensions_mut().remove::<Signed>();
    let seal = signed.and_then(Signed::into_verifier);
    let seal = seal.map(|verifier| Box::new(Seal(verifier)) as Box<dyn ChunkSeal>);
    let answer = match app.bodies.hold(bytes) {
        Ok(_held) => {
            let limits = app.config.limits.clone();
            let request = request.map(|body| paced(limits, body));
            app.s3.answer(account, request, seal).await
        }
        Err(error) => steploom_s3::refusal(error),
    };
    let mut response = answer.map(Body::new);
    response.headers_mut().insert(AMZ_REQUEST_ID, id.clone());
    response
}
