//! Objects of a bucket: bytes under a key, up to 16 MiB here. Each call needs the grant `objects=BUCKET`.

use serde::Deserialize;
use serde_json::json;

use crate::platform::{ask, ask_only};
use crate::{Error, Keys};

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Its bytes.
    pub body: Vec<u8>,
    /// What they are, if somebody said so: `image/png`.
    pub content_type: Option<String>,
}

/// Reads an object; one that is not there is an error.
pub fn read(bucket: &str, key: &str) -> Result<Object, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        content_type: Option<String>,
    }
    let (head, body) = ask::<Head>(json!({"op": "read", "bucket": bucket, "key": key}), b"")?;
    Ok(Object {
        body,
        content_type: head.content_type,
    })
}

/// Writes an object; one that is there is replaced.
pub fn write(
    bucket: &str,
    key: &str,
    body: impl AsRef<[u8]>,
    content_type: Option<&str>,
) -> Result<(), Error> {
    let line = json!({"op": "write", "bucket": bucket, "key": key, "contentType": content_type});
    ask_only(line, body.as_ref())
}

/// Removes an object; there may be none.
pub fn remove(bucket: &str, key: &str) -> Result<(), Error> {
    ask_only(json!({"op": "remove", "bucket": bucket, "key": key}), b"")
}

/// The keys that begin with `prefix`, a page of them: from the first one or, for the next page, behind `after`.
pub fn list(bucket: &str, prefix: &str, after: Option<&str>) -> Result<Keys, Error> {
    let line = json!({"op": "list", "bucket": bucket, "prefix": prefix, "after": after});
    Ok(ask(line, b"")?.0)
}
