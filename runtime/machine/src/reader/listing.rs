//! Items of a listing: the objects of a bucket themselves.

use serde_json::{Value, json};
use steploom_types::Timestamp;

/// One object as an item, as `s3:listObjectsV2` has it for a distributed `Map`. `etag` is in its
/// quotes.
pub fn item(key: &str, size: u64, etag: &str, last_modified: Timestamp) -> Value {
    json!({
        "Etag": etag,
        "Key": key,
        "LastModified": last_modified.as_millis() / 1000,
        "Size": size,
        "StorageClass": "STANDARD",
    })
}
