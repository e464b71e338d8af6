//! object_store's errors as ours: what the caller must do, with the cause for the log alone.

use steploom_types::{Error, Kind};

/// The error of a call that did not find its object missing.
pub(crate) fn of(verb: &str, key: &str, cause: object_store::Error) -> Error {
    let (kind, code, message) = match &cause {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => (
            Kind::Unavailable,
            "StorageDenied",
            format!("object storage does not let this node {verb} '{key}'"),
        ),
        object_store::Error::InvalidPath { .. } => (
            Kind::Invalid,
            "InvalidKey",
            format!("'{key}' is not an object's key"),
        ),
        _ => (
            Kind::Unavailable,
            "StorageUnavailable",
            format!("object storage cannot {verb} '{key}' right now"),
        ),
    };
    Error::new(kind, code, message).with_detail(cause)
}

#[cfg(test)]
mod tests;
