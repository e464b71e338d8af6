//! Buckets and the objects in them: a file an endpoint.

use std::str::FromStr;

use steploom_api::port::Object;
use steploom_api::wire;
use steploom_types::{Error, limits};

pub(crate) mod delete;
pub(crate) mod delete_object;
pub(crate) mod get_object;
pub(crate) mod list;
pub(crate) mod list_objects;
pub(crate) mod put;
pub(crate) mod put_object;

/// An object's key; a slash in it is written `%2F`.
pub(crate) struct Key(pub(crate) String);

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if (1..=limits::OBJECT_KEY_BYTES_MAX).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        let most = limits::OBJECT_KEY_BYTES_MAX;
        Err(Error::invalid(
            "InvalidKey",
            format!("an object's key has 1 to {most} bytes"),
        ))
    }
}

/// An object as the native API shows it.
fn shown(object: Object) -> wire::BucketObject {
    wire::BucketObject {
        key: object.key,
        size_bytes: object.size_bytes,
        etag: object.etag,
        content_type: object.about.content_type.unwrap_or_default(),
        modified_at: object.modified_at,
    }
}
