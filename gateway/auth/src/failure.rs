//! Why a request is refused: our codes, and what AWS's services call the same.
//!
//! A code is stable and has a reason of its own, so that whoever renders an error in AWS's shapes
//! ([`aws`]) loses nothing. Messages are AWS's where AWS has one. Nothing a caller sent is repeated
//! but what was checked to be harmless.

use steploom_types::{Error, Kind};

use crate::scope::Need;
use crate::sigv4::{AmzTime, SKEW_SECONDS_MAX};

/// There is neither a signature nor a token.
pub const MISSING: &str = "MissingAuthenticationToken";
/// What is meant as a signature lacks something.
pub const INCOMPLETE: &str = "IncompleteSignature";
/// A presigned query lacks something.
pub const BAD_QUERY: &str = "InvalidPresignedQuery";
/// The signature is another than the request's.
pub const MISMATCH: &str = "SignatureDoesNotMatch";
/// It was made too long ago.
pub const EXPIRED: &str = "SignatureExpired";
/// It was made in the future.
pub const NOT_YET: &str = "SignatureNotYetCurrent";
/// The time of a presigned request is over.
pub const PRESIGNED_EXPIRED: &str = "PresignedExpired";
/// There is no such access key, or it was revoked.
pub const UNKNOWN_KEY: &str = "InvalidAccessKeyId";
/// A key or token whose time is over.
pub const EXPIRED_TOKEN: &str = "ExpiredToken";
/// A bearer token that is none of ours, or a session's token.
pub const INVALID_TOKEN: &str = "InvalidToken";
/// A header that steers services is not signed.
pub const NOT_SIGNED: &str = "HeadersNotSigned";
/// What `x-amz-content-sha256` says cannot be.
pub const BAD_SHA256: &str = "InvalidContentSha256";
/// The body is not the one that was signed.
pub const SHA256_MISMATCH: &str = "ContentSha256Mismatch";
/// A body in chunks is not one.
pub const BAD_CHUNK: &str = "InvalidChunk";
/// The caller is known, and may not do this.
pub const ACCESS_DENIED: &str = "AccessDenied";

/// Codes of callers who are not known: HTTP has 401 for them.
const UNKNOWN_CALLER: [&str; 13] = [
    MISSING,
    INCOMPLETE,
    BAD_QUERY,
    MISMATCH,
    EXPIRED,
    NOT_YET,
    PRESIGNED_EXPIRED,
    UNKNOWN_KEY,
    EXPIRED_TOKEN,
    INVALID_TOKEN,
    NOT_SIGNED,
    BAD_SHA256,
    SHA256_MISMATCH,
];

/// Whether an error means that nobody knows who called.
pub fn is_unauthenticated(error: &Error) -> bool {
    UNKNOWN_CALLER.contains(&error.code)
}

/// How a service of AWS words its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Step Functions, Lambda, Scheduler and all that speak JSON.
    Json,
    /// S3.
    S3,
}

/// What AWS calls an error of this crate: status and code. `None` for errors that are not of this
/// crate.
pub fn aws(error: &Error, wording: Wording) -> Option<(u16, &'static str)> {
    let (json, s3) = match error.code {
        MISSING => (
            (403, "MissingAuthenticationTokenException"),
            (403, "AccessDenied"),
        ),
        INCOMPLETE => (
            (400, "IncompleteSignatureException"),
            (400, "AuthorizationHeaderMalformed"),
        ),
        BAD_QUERY => (
            (400, "IncompleteSignatureException"),
            (400, "AuthorizationQueryParametersError"),
        ),
        MISMATCH => (
            (403, "InvalidSignatureException"),
            (403, "SignatureDoesNotMatch"),
        ),
        EXPIRED | NOT_YET => (
            (403, "InvalidSignatureException"),
            (403, "RequestTimeTooSkewed"),
        ),
        PRESIGNED_EXPIRED | NOT_SIGNED => {
            ((403, "InvalidSignatureException"), (403, "AccessDenied"))
        }
        UNKNOWN_KEY => (
            (403, "UnrecognizedClientException"),
            (403, "InvalidAccessKeyId"),
        ),
        EXPIRED_TOKEN => ((403, "ExpiredTokenException"), (400, "ExpiredToken")),
        INVALID_TOKEN => ((403, "UnrecognizedClientException"), (400, "InvalidToken")),
        BAD_SHA256 => ((403, "InvalidSignatureException"), (400, "InvalidArgument")),
        SHA256_MISMATCH => (
            (403, "InvalidSignatureException"),
            (400, "XAmzContentSHA256Mismatch"),
        ),
        BAD_CHUNK => ((400, "ValidationException"), (400, "IncompleteBody")),
        ACCESS_DENIED => ((403, "AccessDeniedException"), (403, "AccessDenied")),
        _ => return None,
    };
    Some(match wording {
        Wording::Json => json,
        Wording::S3 => s3,
    })
}

fn denied(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Denied, code, message)
}

/// See [`MISSING`].
pub(crate) fn missing() -> Error {
    denied(
        MISSING,
        "Missing Authentication Token: send 'Authorization: Bearer TOKEN' with an API key, or sign the request with an access key; the operator makes keys with 'steploom key create'",
    )
}

/// See [`INVALID_TOKEN`].
pub(crate) fn unknown_authorization() -> Error {
    denied(
        INVALID_TOKEN,
        "the header Authorization must be one, and either 'Bearer TOKEN' or an AWS4-HMAC-SHA256 signature",
    )
}

/// See [`INVALID_TOKEN`].
pub(crate) fn unknown_token() -> Error {
    denied(
        INVALID_TOKEN,
        "the bearer token is none of a key that there is; it may be mistyped, or its key revoked",
    )
}

/// See [`INVALID_TOKEN`].
pub(crate) fn token(why: &str) -> Error {
    denied(INVALID_TOKEN, format!("the bearer token is refused: {why}"))
}

/// See [`UNKNOWN_KEY`].
pub(crate) fn unknown_key() -> Error {
    denied(
        UNKNOWN_KEY,
        "The security token included in the request is invalid.",
    )
}

/// See [`EXPIRED_TOKEN`].
pub(crate) fn expired_key() -> Error {
    denied(
        EXPIRED_TOKEN,
        "The security token included in the request is expired",
    )
}

/// See [`ACCESS_DENIED`].
pub(crate) fn denied_scope(need: Need, name: Option<&str>) -> Error {
    let name = name.map_or_else(String::new, |name| format!(":{}", name.escape_debug()));
    denied(
        ACCESS_DENIED,
        format!("the key may not do this: it lacks the scope '{need}{name}'"),
    )
}

/// See [`ACCESS_DENIED`].
pub(crate) fn not_the_operator() -> Error {
    denied(
        ACCESS_DENIED,
        "this is for keys of the operator's account 000000000000 alone",
    )
}

/// See [`INCOMPLETE`].
pub(crate) fn incomplete(what: &str) -> Error {
    denied(INCOMPLETE, what)
}

/// See [`BAD_QUERY`].
pub(crate) fn query(what: &str) -> Error {
    denied(BAD_QUERY, what)
}

/// See [`MISMATCH`]: it is one, but for another request than this could be.
pub(crate) fn signature(what: String) -> Error {
    denied(MISMATCH, what)
}

/// See [`MISMATCH`].
pub(crate) fn mismatch() -> Error {
    denied(
        MISMATCH,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    )
}

/// See [`MISMATCH`].
pub(crate) fn chunk_mismatch() -> Error {
    denied(
        MISMATCH,
        "The signature of a chunk of the body does not match the chunk. Check your AWS Secret Access Key and signing method.",
    )
}

/// See [`EXPIRED`].
pub(crate) fn expired(at: AmzTime, now: AmzTime) -> Error {
    denied(
        EXPIRED,
        format!(
            "Signature expired: {at} is now earlier than {} ({now} - 15 min.)",
            now.plus_seconds(-SKEW_SECONDS_MAX)
        ),
    )
}

/// See [`NOT_YET`].
pub(crate) fn not_yet_current(at: AmzTime, now: AmzTime) -> Error {
    denied(
        NOT_YET,
        format!(
            "Signature not yet current: {at} is still later than {} ({now} + 15 min.)",
            now.plus_seconds(SKEW_SECONDS_MAX)
        ),
    )
}

/// See [`PRESIGNED_EXPIRED`].
pub(crate) fn presigned_expired() -> Error {
    denied(PRESIGNED_EXPIRED, "Request has expired")
}

/// See [`INVALID_TOKEN`].
pub(crate) fn session_token() -> Error {
    denied(
        INVALID_TOKEN,
        "There are no temporary credentials here: sign with a key of 'steploom key create' and without X-Amz-Security-Token.",
    )
}

/// See [`NOT_SIGNED`]. The name is that of a header, which is harmless.
pub(crate) fn headers_not_signed(name: &str) -> Error {
    denied(
        NOT_SIGNED,
        format!("There were headers present in the request which were not signed: {name}"),
    )
}

/// See [`BAD_SHA256`].
pub(crate) fn content_sha256(what: &str) -> Error {
    denied(BAD_SHA256, what)
}

/// See [`SHA256_MISMATCH`].
pub(crate) fn sha256_mismatch() -> Error {
    denied(
        SHA256_MISMATCH,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
}

/// See [`INCOMPLETE`].
pub(crate) fn bad_header(name: &str) -> Error {
    denied(INCOMPLETE, format!("the header {name} is wrong."))
}

/// See [`BAD_CHUNK`].
pub(crate) fn chunk(what: &str) -> Error {
    Error::invalid(BAD_CHUNK, format!("the body in chunks is wrong: {what}"))
}
