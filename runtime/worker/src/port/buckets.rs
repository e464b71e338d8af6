//! Buckets and objects: rows in the catalog, contents in object storage.
//!
//! A content is written under a name of its own before the row that names it, and removed after the
//! row that no longer does; so a row's content is there, whole, whatever happens in between. What a
//! crash leaves behind is a content that no row names.

mod content;
mod listing;
mod uploads;

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use steploom_api::port::{
    self, About, Buckets, Choose, Content, ListKeys, ListUploads, Listed, Over, Part, PutObject,
    Upload, UploadPlace, Uploads, collect, whole,
};
use steploom_api::wire;
use steploom_probe::{CrashPoint, crash_point};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{self, Entry, EntryKind, Object, Put};
use steploom_types::limits::object::{HEADERS_BYTES_MAX, METADATA_BYTES_MAX, PUT_BYTES_MAX};
use steploom_types::{AccountId, Error, Name, Result, limits};

pub(crate) use content::{Place, StoredPiece, pieces, read};
pub(crate) use uploads::forget_abandoned;

use super::{Port, after_name, page_by_name};

/// What an object is said to be if nobody says it, as on S3.
const CONTENT_TYPE: &str = "binary/octet-stream";

/// How often a reader looks again whose content was replaced under its hands.
const LOOKS_MAX: u32 = 5;

/// What is known of an object's content.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facets {
    /// MD5, in hexadecimal digits; of what was put in parts, as S3 makes it.
    pub(crate) etag: String,
    /// CRC-32 as S3 shows it: four bytes, big-endian, in Base64.
    pub(crate) crc32: String,
    pub(crate) content_type: String,
    /// What its writer says of it.
    #[serde(default)]
    pub(crate) metadata: serde_json::Map<String, serde_json::Value>,
    /// Headers that it is given back with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    /// Pieces of the content's list; 0 if the content is not listed in pieces.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) pieces: u32,
    /// The upload that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// An object to be put.
#[derive(Clone)]
pub(crate) struct NewObject {
    pub(crate) key: String,
    pub(crate) content: Bytes,
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: serde_json::Map<String, serde_json::Value>,
}

#[async_trait]
impl Buckets for Port {
    async fn put_bucket(&self, account: AccountId, name: Name) -> Result<(wire::Bucket, bool)> {
        let entry = Entry {
            name: name.clone(),
            body: "{}".into(),
            created_at: self.shared.clock.now(),
        };
        let catalog = &self.shared.store.catalog;
        let is_new = catalog
            .put_entry(account, EntryKind::Bucket, &entry, Put::Create)
            .await?;
        let found = catalog
            .find_entry(account, EntryKind::Bucket, &name)
            .await?;
        Ok((view(found.unwrap_or(entry)), is_new))
    }

    async fn find_bucket(&self, account: AccountId, name: &Name) -> Result<wire::Bucket> {
        self.ensure_bucket(account, name).await.map(view)
    }

    async fn list_buckets(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::BucketPage> {
        let after = after_name(next)?;
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .list_entries(account, EntryKind::Bucket, after.as_ref(), limit + 1)
            .await?;
        let (found, next) = page_by_name(found, limit, |entry| &entry.name);
        Ok(wire::BucketPage {
            items: found.into_iter().map(view).collect(),
            next,
        })
    }

    async fn delete_bucket(&self, account: AccountId, name: &Name) -> Result<()> {
        let catalog = &self.shared.store.catalog;
        self.ensure_bucket(account, name).await?;
        let first = catalog.list_objects(account, name, "", None, 1).await?;
        if !first.is_empty() {
            return Err(Error::conflict(
                "BucketNotEmpty",
                format!("the bucket '{name}' has objects; delete them first"),
            ));
        }
        catalog
            .delete_entry(account, EntryKind::Bucket, name)
            .await?;
        self.drop_uploads(account, name).await
    }

    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        put: PutObject,
        content: Content,
    ) -> Result<port::Object> {
        let facets = described(put.about)?;
        let kept = self.keep(account, bucket, key, facets, put.over, content);
        let (object, facets) = kept.await?;
        Ok(shown(object, facets))
    }

    async fn find_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<port::Object> {
        let (object, facets) = self.find_row(account, bucket, key).await?;
        Ok(shown(object, facets))
    }

    async fn read_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        choose: &mut Choose<'_>,
    ) -> Result<(port::Object, Content)> {
        for _ in 0..LOOKS_MAX {
            let (object, facets) = self.find_row(account, bucket, key).await?;
            let place = place(&object, &facets);
            let object = shown(object, facets);
            let range = choose(&object)?;
            let artifacts = &self.shared.artifacts;
            let Some(pieces) = content::pieces(artifacts, &place).await? else {
                continue;
            };
            if let Some(content) = content::read(artifacts, &pieces, range).await? {
                return Ok((object, content));
            }
        }
        Err(missing(bucket, key))
    }

    async fn delete_object(&self, account: AccountId, bucket: &Name, key: &str) -> Result<()> {
        self.ensure_bucket(account, bucket).await?;
        let catalog = &self.shared.store.catalog;
        if let Some(object) = catalog.delete_object(account, bucket, key).await? {
            self.drop_content(&object).await;
        }
        Ok(())
    }

    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        list: ListKeys,
    ) -> Result<Listed> {
        self.ensure_bucket(account, bucket).await?;
        listing::list(self, account, bucket, &list).await
    }

    async fn start_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        about: About,
    ) -> Result<Upload> {
        self.begin_upload(account, bucket, key, about).await
    }

    async fn put_part(
        &self,
        account: AccountId,
        place: &UploadPlace,
        number: u32,
        content: Content,
    ) -> Result<Part> {
        self.keep_part(account, place, number, content).await
    }

    async fn list_parts(
        &self,
        account: AccountId,
        place: &UploadPlace,
        after: u32,
        limit: u32,
    ) -> Result<(Vec<Part>, bool)> {
        self.parts_of(account, place, after, limit).await
    }

    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        list: ListUploads,
    ) -> Result<Uploads> {
        self.uploads_of(account, bucket, &list).await
    }

    async fn finish_upload(
        &self,
        account: AccountId,
        place: &UploadPlace,
        parts: Vec<(u32, String)>,
        over: Over,
    ) -> Result<port::Object> {
        self.end_upload(account, place, parts, over).await
    }

    async fn abort_upload(&self, account: AccountId, place: &UploadPlace) -> Result<()> {
        self.ensure_bucket(account, &place.bucket).await?;
        self.drop_upload(account, place).await
    }
}

impl Port {
    /// Fails with `BucketNotFound` if there is no such bucket.
    pub(crate) async fn ensure_bucket(&self, account: AccountId, name: &Name) -> Result<Entry> {
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_entry(account, EntryKind::Bucket, name).await?;
        found.ok_or_else(|| {
            Error::not_found(
                "BucketNotFound",
                format!("there is no bucket '{name}'; PUT /v1/buckets/{name} makes one"),
            )
        })
    }

    /// Puts an object durably that is there as a whole.
    pub(crate) async fn keep_object(
        &self,
        account: AccountId,
        bucket: &Name,
        new: NewObject,
    ) -> Result<(Object, Facets)> {
        let facets = Facets {
            content_type: new.content_type.unwrap_or_else(|| CONTENT_TYPE.to_owned()),
            metadata: new.metadata,
            ..Facets::default()
        };
        let content = whole(new.content);
        self.keep(account, bucket, &new.key, facets, Over::Anything, content)
            .await
    }

    async fn keep(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        facets: Facets,
        over: Over,
        content: Content,
    ) -> Result<(Object, Facets)> {
        check_key(key)?;
        self.ensure_bucket(account, bucket).await?;
        // Asked before the content is read, so that it need not be sent in vain.
        let over = self.over(account, bucket, key, over).await?;
        let mut written =
            content::write(&self.shared, account, bucket, content, PUT_BYTES_MAX).await?;
        let facets = Facets {
            etag: hex::encode(written.md5),
            crc32: content::crc32_text(written.crc32),
            pieces: written.place.pieces,
            ..facets
        };
        let object = Object {
            key: key.to_owned(),
            blob: written.place.blob.clone(),
            size_bytes: written.place.size_bytes,
            facets: serde_json::to_string(&facets).map_err(Error::internal)?,
            modified_at: self.shared.clock.now(),
        };
        crash_point(CrashPoint::AfterContent);
        let blobs = written.release();
        let catalog = &self.shared.store.catalog;
        match catalog.put_object(account, bucket, &object, &over).await {
            Ok(before) => {
                if let Some(before) = before {
                    self.drop_content(&before).await;
                }
                Ok((object, facets))
            }
            Err(StoreError::Changed { .. }) if over != catalog::Over::Anything => {
                content::delete_all(&self.shared.artifacts, blobs).await;
                Err(is_changed(key))
            }
            // It may have been written.
            Err(error) => Err(error.into()),
        }
    }

    /// What an object may be put over, as the catalog has it.
    async fn over(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        over: Over,
    ) -> Result<catalog::Over> {
        if over == Over::Anything {
            return Ok(catalog::Over::Anything);
        }
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_object(account, bucket, key).await?;
        match (over, found) {
            (Over::ETag(_), None) => Err(no_object(bucket, key)),
            (Over::ETag(etag), Some(found)) if facets(&found)?.etag == etag => {
                Ok(catalog::Over::Blob(found.blob))
            }
            (Over::Nothing, None) => Ok(catalog::Over::Nothing),
            _ => Err(is_changed(key)),
        }
    }

    /// An object's row.
    pub(crate) async fn find_row(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<(Object, Facets)> {
        self.ensure_bucket(account, bucket).await?;
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_object(account, bucket, key).await?;
        let object = found.ok_or_else(|| no_object(bucket, key))?;
        let facets = facets(&object)?;
        Ok((object, facets))
    }

    /// An object with what of its content is in a range, if that has no more than so many bytes.
    ///
    /// # Errors
    /// As of [`Buckets::read_object`]; `Invalid` / `ObjectTooLarge`.
    pub(crate) async fn load_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        range: Range<u64>,
        bytes_max: u64,
    ) -> Result<(port::Object, Bytes)> {
        let mut part = |object: &port::Object| {
            let end = range.end.min(object.size_bytes);
            let start = range.start.min(end);
            if end - start > bytes_max {
                let message = format!("the object has {} bytes", object.size_bytes);
                return Err(Error::invalid("ObjectTooLarge", message));
            }
            Ok(start..end)
        };
        let (object, content) = self.read_object(account, bucket, key, &mut part).await?;
        Ok((object, collect(content).await?))
    }

    async fn drop_content(&self, object: &Object) {
        match facets(object) {
            Ok(facets) => {
                content::delete(&self.shared.artifacts, &place(object, &facets)).await;
            }
            Err(error) => tracing::warn!(%error, "a content that is no longer named stays"),
        }
    }
}

/// Where an object's content lies.
pub(crate) fn place(object: &Object, facets: &Facets) -> Place {
    Place {
        blob: object.blob.clone(),
        size_bytes: object.size_bytes,
        pieces: facets.pieces,
    }
}

/// What is said of an object, before anything is known of its content.
fn described(about: About) -> Result<Facets> {
    let bytes = |named: &BTreeMap<String, String>| -> usize {
        named
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    };
    let content_type = about
        .content_type
        .unwrap_or_else(|| CONTENT_TYPE.to_owned());
    if bytes(&about.metadata) > METADATA_BYTES_MAX
        || bytes(&about.headers) + content_type.len() > HEADERS_BYTES_MAX
    {
        let message = format!(
            "an object's metadata may have {METADATA_BYTES_MAX} bytes, names and values, and its headers {HEADERS_BYTES_MAX}"
        );
        return Err(Error::invalid("MetadataTooLarge", message));
    }
    let metadata = about.metadata.into_iter();
    Ok(Facets {
        content_type,
        metadata: metadata.map(|(name, value)| (name, value.into())).collect(),
        headers: about.headers,
        ..Facets::default()
    })
}

fn check_key(key: &str) -> Result<()> {
    if (1..=limits::OBJECT_KEY_BYTES_MAX).contains(&key.len()) {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidKey",
        format!(
            "an object's key has 1 to {} bytes",
            limits::OBJECT_KEY_BYTES_MAX
        ),
    ))
}

pub(crate) fn facets(object: &Object) -> Result<Facets> {
    serde_json::from_str(&object.facets)
        .map_err(|why| StoreError::Corrupt(format!("the object '{}': {why}", object.key)).into())
}

fn no_object(bucket: &Name, key: &str) -> Error {
    Error::not_found(
        "ObjectNotFound",
        format!(
            "the bucket '{bucket}' has no object '{}'",
            key.escape_debug()
        ),
    )
}

fn is_changed(key: &str) -> Error {
    Error::conflict(
        "PreconditionFailed",
        format!(
            "'{}' is not as it has to be for this to be put",
            key.escape_debug()
        ),
    )
}

fn missing(bucket: &Name, key: &str) -> Error {
    let key = key.escape_debug();
    StoreError::Corrupt(format!("the content of '{key}' in '{bucket}' is missing")).into()
}

fn view(entry: Entry) -> wire::Bucket {
    wire::Bucket {
        name: entry.name,
        created_at: entry.created_at,
    }
}

/// A row as the port shows it.
fn object(row: Object) -> Result<port::Object> {
    let facets = facets(&row)?;
    Ok(shown(row, facets))
}

fn shown(object: Object, facets: Facets) -> port::Object {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let metadata = facets.metadata.into_iter();
    port::Object {
        key: object.key,
        size_bytes: object.size_bytes,
        etag: facets.etag,
        crc32: facets.crc32,
        about: About {
            content_type: Some(facets.content_type),
            metadata: metadata.map(|(name, value)| (name, text(value))).collect(),
            headers: facets.headers,
        },
        modified_at: object.modified_at,
    }
}
