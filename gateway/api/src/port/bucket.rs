//! Buckets and objects.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// Buckets of an account and the objects in them.
#[async_trait]
pub trait Buckets: Send + Sync {
    /// Makes a bucket, if there is none of that name; the flag tells whether it was made now.
    async fn put_bucket(&self, account: AccountId, name: Name) -> Result<(wire::Bucket, bool)>;

    /// Buckets by name.
    async fn list_buckets(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::BucketPage>;

    /// Deletes an empty bucket.
    ///
    /// # Errors
    /// `NotFound` / `BucketNotFound`; `Conflict` / `BucketNotEmpty`.
    async fn delete_bucket(&self, account: AccountId, name: &Name) -> Result<()>;

    /// Puts an object, replacing what was there. When this returns it survives a crash; a reader
    /// sees the old object or the new one.
    ///
    /// # Errors
    /// `NotFound` / `BucketNotFound`; `Invalid` / `InvalidKey`.
    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        content_type: Option<String>,
        content: Bytes,
    ) -> Result<wire::BucketObject>;

    /// An object with its content; `NotFound` / `BucketNotFound` or `ObjectNotFound`.
    async fn get_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<(wire::BucketObject, Bytes)>;

    /// Deletes an object; there may be none.
    async fn delete_object(&self, account: AccountId, bucket: &Name, key: &str) -> Result<()>;

    /// Objects by key.
    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        list: wire::ListObjects,
    ) -> Result<wire::ObjectPage>;
}
