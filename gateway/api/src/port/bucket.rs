//! Buckets and objects.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use steploom_types::{AccountId, Name, Result, Timestamp};

use crate::wire;

/// A content as it comes: the whole of it, or an error as the last item.
pub type Content = BoxStream<'static, Result<Bytes>>;

/// A content that is there already.
pub fn whole(content: Bytes) -> Content {
    stream::iter([Ok(content)]).boxed()
}

/// All of a content; the caller knows that it is not too large.
///
/// # Errors
/// The content's own.
pub async fn collect(mut content: Content) -> Result<Bytes> {
    let Some(first) = content.try_next().await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = content.try_next().await? else {
        return Ok(first);
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while let Some(next) = content.try_next().await? {
        all.extend_from_slice(&next);
    }
    Ok(all.freeze())
}

/// What a writer says of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What its content is; `binary/octet-stream` if nobody says it.
    pub content_type: Option<String>,
    /// Names and values of the writer's own, at most
    /// [`METADATA_BYTES_MAX`](steploom_types::limits::object::METADATA_BYTES_MAX) in all.
    pub metadata: BTreeMap<String, String>,
    /// Headers that the object is given back with, by their names in lower case, such as
    /// `cache-control`; at most
    /// [`HEADERS_BYTES_MAX`](steploom_types::limits::object::HEADERS_BYTES_MAX) in all.
    pub headers: BTreeMap<String, String>,
}

/// An object, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Bytes of its content.
    pub size_bytes: u64,
    /// Its content's MD5 in hexadecimal digits; of an object that was put in parts, the MD5 of its
    /// parts' MD5s, and `-` with how many there are.
    pub etag: String,
    /// CRC-32 of its content as S3 shows it: four bytes, big-endian, in Base64.
    pub crc32: String,
    /// What its writer says of it; there is a content type.
    pub about: About,
    /// When it was put.
    pub modified_at: Timestamp,
}

/// What an object may be put over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// Whatever is there, or nothing.
    #[default]
    Anything,
    /// Nothing: there is no object of that key.
    Nothing,
    /// An object with this ETag.
    ETag(String),
}

/// How an object is put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutObject {
    /// What is said of it.
    pub about: About,
    /// What it may be put over.
    pub over: Over,
}

/// Says which bytes of an object are wanted, when it sees the object.
pub type Choose<'a> = dyn FnMut(&Object) -> Result<Range<u64>> + Send + 'a;

/// Which keys to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListKeys {
    /// Only those that begin so; empty for all.
    pub prefix: String,
    /// What keys have in common from their beginning to the first of these behind the prefix is
    /// listed once, in place of them.
    pub delimiter: Option<String>,
    /// Only those behind this key, or behind this common prefix and all that begin so.
    pub after: Option<String>,
    /// How many keys and common prefixes at the most: up to
    /// [`PAGE_SIZE_MAX`](steploom_types::limits::PAGE_SIZE_MAX).
    pub limit: u32,
}

/// What a list of keys gives, by their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Objects.
    pub objects: Vec<Object>,
    /// Common prefixes.
    pub prefixes: Vec<String>,
    /// What the list after this one is to begin behind, if there is more.
    pub next: Option<String>,
}

/// Where an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPlace {
    /// The bucket.
    pub bucket: Name,
    /// The key that the object will have.
    pub key: String,
    /// The upload's id.
    pub id: String,
}

/// An object that is being put in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The key that the object will have.
    pub key: String,
    /// Its id.
    pub id: String,
    /// When it was begun.
    pub started_at: Timestamp,
}

/// A part of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, 1 to [`PARTS_MAX`](steploom_types::limits::object::PARTS_MAX).
    pub number: u32,
    /// Bytes of its content.
    pub size_bytes: u64,
    /// Its content's MD5 in hexadecimal digits.
    pub etag: String,
    /// See [`Object::crc32`].
    pub crc32: String,
    /// When it was put.
    pub modified_at: Timestamp,
}

/// Which uploads to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListUploads {
    /// Only those whose key begins so; empty for all.
    pub prefix: String,
    /// Only those behind this key and id.
    pub after: Option<(String, String)>,
    /// How many at the most: up to [`PAGE_SIZE_MAX`](steploom_types::limits::PAGE_SIZE_MAX).
    pub limit: u32,
}

/// Uploads of a bucket, by key and id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uploads {
    /// The uploads.
    pub items: Vec<Upload>,
    /// Whether there are more.
    pub more: bool,
}

/// Buckets of an account and the objects in them.
///
/// Every method that takes a bucket fails with `NotFound` / `BucketNotFound` if there is none, every
/// one that takes a key with `Invalid` / `InvalidKey` if it is none, every one that takes an upload
/// with `NotFound` / `UploadNotFound`. What is put has reached the disk when the method returns; one
/// that is dropped before may have put it or not.
#[async_trait]
pub trait Buckets: Send + Sync {
    /// Makes a bucket, if there is none of that name; the flag tells whether it was made now.
    async fn put_bucket(&self, account: AccountId, name: Name) -> Result<(wire::Bucket, bool)>;

    /// A bucket.
    async fn find_bucket(&self, account: AccountId, name: &Name) -> Result<wire::Bucket>;

    /// Buckets by name.
    async fn list_buckets(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::BucketPage>;

    /// Deletes an empty bucket; uploads of it that are under way are forgotten.
    ///
    /// # Errors
    /// `Conflict` / `BucketNotEmpty`.
    async fn delete_bucket(&self, account: AccountId, name: &Name) -> Result<()>;

    /// Puts an object, replacing what was there; a reader sees the old object or the new one. If the
    /// content fails, nothing is put and its error is the answer.
    ///
    /// # Errors
    /// `Conflict` / `PreconditionFailed` when it may not be put over what is there. `Invalid` /
    /// `ObjectTooLarge`, `MetadataTooLarge`.
    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        put: PutObject,
        content: Content,
    ) -> Result<Object>;

    /// An object without its content; `NotFound` / `ObjectNotFound`.
    async fn find_object(&self, account: AccountId, bucket: &Name, key: &str) -> Result<Object>;

    /// An object with as much of its content as `choose` says when it sees the object, within its size. It
    /// may be asked more than once, when the object is replaced meanwhile; its error is the answer.
    ///
    /// # Errors
    /// `NotFound` / `ObjectNotFound`. The content may fail with `Unavailable` / `ObjectChanged` when
    /// the object is replaced or deleted while it is read.
    async fn read_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        choose: &mut Choose<'_>,
    ) -> Result<(Object, Content)>;

    /// Deletes an object; there may be none.
    async fn delete_object(&self, account: AccountId, bucket: &Name, key: &str) -> Result<()>;

    /// Objects by key.
    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        list: ListKeys,
    ) -> Result<Listed>;

    /// Begins to put an object in parts. An upload that is not finished within
    /// [`UPLOAD_DAYS_MAX`](steploom_types::limits::object::UPLOAD_DAYS_MAX) is forgotten.
    async fn start_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        about: About,
    ) -> Result<Upload>;

    /// Puts a part, replacing the one of that number.
    ///
    /// # Errors
    /// `Invalid` / `InvalidPartNumber`, `ObjectTooLarge`.
    async fn put_part(
        &self,
        account: AccountId,
        place: &UploadPlace,
        number: u32,
        content: Content,
    ) -> Result<Part>;

    /// Parts with a number above `after`, at most `limit`, and whether there are more.
    async fn list_parts(
        &self,
        account: AccountId,
        place: &UploadPlace,
        after: u32,
        limit: u32,
    ) -> Result<(Vec<Part>, bool)>;

    /// Uploads of a bucket that are under way.
    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        list: ListUploads,
    ) -> Result<Uploads>;

    /// Makes an object of some of an upload's parts, by number and ETag. Doing it again gives the
    /// object, as long as it is there.
    ///
    /// # Errors
    /// `Invalid` / `InvalidPart` when one is not there with that ETag, `InvalidPartOrder`,
    /// `PartTooSmall`, `ObjectTooLarge`. `Conflict` / `PreconditionFailed` as for
    /// [`Buckets::put_object`].
    async fn finish_upload(
        &self,
        account: AccountId,
        place: &UploadPlace,
        parts: Vec<(u32, String)>,
        over: Over,
    ) -> Result<Object>;

    /// Forgets an upload with its parts.
    async fn abort_upload(&self, account: AccountId, place: &UploadPlace) -> Result<()>;
}
