//! Errors of ours in S3's words.

use std::error::Error as StdError;

use http::StatusCode;
use s3s::{S3Error, S3ErrorCode, s3_error};
use steploom_types::{Error, Kind};

/// An error of the port, or of a body.
pub(crate) fn of(error: Error) -> S3Error {
    match error.code {
        "BucketNotFound" => s3_error!(NoSuchBucket, "The specified bucket does not exist"),
        "ObjectNotFound" => s3_error!(NoSuchKey, "The specified key does not exist."),
        "UploadNotFound" => s3_error!(
            NoSuchUpload,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
        ),
        "BucketNotEmpty" => s3_error!(
            BucketNotEmpty,
            "The bucket you tried to delete is not empty"
        ),
        "InvalidKey" => s3_error!(KeyTooLongError, "Your key is too long"),
        "PreconditionFailed" => s3_error!(
            PreconditionFailed,
            "At least one of the pre-conditions you specified did not hold"
        ),
        "InvalidPart" => S3Error::with_message(S3ErrorCode::InvalidPart, error.message),
        "InvalidPartOrder" => s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ),
        "PartTooSmall" => s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ),
        "ObjectTooLarge" => s3_error!(
            EntityTooLarge,
            "Your proposed upload exceeds the maximum allowed size"
        ),
        "MetadataTooLarge" => S3Error::with_message(S3ErrorCode::MetadataTooLarge, error.message),
        "BadDigest" => S3Error::with_message(S3ErrorCode::BadDigest, error.message),
        "InvalidDigest" => S3Error::with_message(S3ErrorCode::InvalidDigest, error.message),
        "IncompleteBody" => S3Error::with_message(S3ErrorCode::IncompleteBody, error.message),
        "InvalidRange" => s3_error!(InvalidRange, "The requested range is not satisfiable"),
        "NotModified" => {
            let mut error = S3Error::new(S3ErrorCode::Custom("NotModified".into()));
            error.set_status_code(StatusCode::NOT_MODIFIED);
            error
        }
        "BodyTooSlow" => S3Error::with_message(S3ErrorCode::RequestTimeout, error.message),
        "InvalidPartNumber" | "InvalidArgument" => {
            S3Error::with_message(S3ErrorCode::InvalidArgument, error.message)
        }
        "XAmzContentSHA256Mismatch" | "MalformedTrailerError" => {
            custom(error.code, StatusCode::BAD_REQUEST, error.message)
        }
        _ => of_kind(error),
    }
}

fn of_kind(error: Error) -> S3Error {
    match error.kind {
        Kind::Invalid | Kind::Conflict | Kind::NotFound => {
            worded(error, S3ErrorCode::InvalidRequest)
        }
        Kind::Denied => worded(error, S3ErrorCode::AccessDenied),
        Kind::Exhausted => S3Error::with_message(S3ErrorCode::SlowDown, error.message),
        Kind::Fenced | Kind::Unavailable => {
            tracing::warn!(%error, "a request of S3 cannot be answered now");
            S3Error::with_message(S3ErrorCode::ServiceUnavailable, error.message)
        }
        Kind::Corrupt | Kind::Internal => internal(&error),
    }
}

/// Whoever checks signatures has S3's own words for what is wrong with one.
fn worded(error: Error, otherwise: S3ErrorCode) -> S3Error {
    let code = S3ErrorCode::from_bytes(error.code.as_bytes());
    let code = code.filter(|code| !matches!(code, S3ErrorCode::Custom(_)));
    S3Error::with_message(code.unwrap_or(otherwise), error.message)
}

fn custom(code: &'static str, status: StatusCode, message: String) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// A failure of ours: the log says what.
pub(crate) fn internal(error: &dyn std::fmt::Display) -> S3Error {
    tracing::error!(%error, "a request of S3 failed");
    s3_error!(
        InternalError,
        "We encountered an internal error. Please try again."
    )
}

/// What a body gave that went through s3s.
pub(super) fn of_body(error: Box<dyn StdError + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => {
            let message = "the body could not be read";
            Error::invalid("IncompleteBody", message).with_detail(error)
        }
    }
}
