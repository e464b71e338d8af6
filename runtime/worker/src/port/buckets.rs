//! Buckets and objects: rows in the catalog, contents in object storage.
//!
//! A content is written under a name of its own before the row that names it, and removed after the
//! row that no longer does; so a row's content is there, whole, whatever happens in between. What a
//! crash leaves behind is a content that no row names.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use steploom_api::port::Buckets;
use steploom_api::wire;
use steploom_probe::{CrashPoint, crash_point};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Entry, EntryKind, Object, Put};
use steploom_types::{AccountId, Error, ExecutionId, Name, Result, limits};

use super::{Port, after_name, page_by_name, page_size};

/// What an object is said to be if nobody says it, as on S3.
const CONTENT_TYPE: &str = "binary/octet-stream";

/// How often a reader looks again whose content was replaced under its hands.
const LOOKS_MAX: u32 = 5;

/// What is known of an object's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facets {
    /// MD5, in hexadecimal digits.
    pub(crate) etag: String,
    /// CRC-32 as S3 shows it: four bytes, big-endian, in Base64.
    pub(crate) crc32: String,
    pub(crate) content_type: String,
    /// What its writer says of it.
    #[serde(default)]
    pub(crate) metadata: serde_json::Map<String, serde_json::Value>,
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
        Ok(())
    }

    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        content_type: Option<String>,
        content: Bytes,
    ) -> Result<wire::BucketObject> {
        let new = NewObject {
            key: key.to_owned(),
            content,
            content_type,
            metadata: serde_json::Map::new(),
        };
        let (object, facets) = self.keep_object(account, bucket, new).await?;
        Ok(shown(object, facets))
    }

    async fn get_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<(wire::BucketObject, Bytes)> {
        let (object, facets, content) = self.load_object(account, bucket, key).await?;
        Ok((shown(object, facets), content))
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
        list: wire::ListObjects,
    ) -> Result<wire::ObjectPage> {
        let limit = page_size(list.limit)?;
        self.ensure_bucket(account, bucket).await?;
        let prefix = list.prefix.unwrap_or_default();
        let catalog = &self.shared.store.catalog;
        let mut found = catalog
            .list_objects(account, bucket, &prefix, list.next.as_deref(), limit + 1)
            .await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|last| last.key.clone());
        let items = found.into_iter().map(|object| {
            let facets = facets(&object)?;
            Ok(shown(object, facets))
        });
        Ok(wire::ObjectPage {
            items: items.collect::<Result<_>>()?,
            next,
        })
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

    /// Puts an object durably.
    pub(crate) async fn keep_object(
        &self,
        account: AccountId,
        bucket: &Name,
        new: NewObject,
    ) -> Result<(Object, Facets)> {
        check_key(&new.key)?;
        self.ensure_bucket(account, bucket).await?;
        let now = self.shared.clock.now();
        let chance = &self.shared.chance;
        let number = ExecutionId::new(chance.slot(), now, chance.draw());
        let facets = Facets {
            etag: hex::encode(Md5::digest(&new.content)),
            crc32: STANDARD.encode(crc32fast::hash(&new.content).to_be_bytes()),
            content_type: new.content_type.unwrap_or_else(|| CONTENT_TYPE.to_owned()),
            metadata: new.metadata,
        };
        let object = Object {
            key: new.key,
            blob: format!("buckets/{account}/{bucket}/{number}"),
            size_bytes: new.content.len() as u64,
            facets: serde_json::to_string(&facets).map_err(Error::internal)?,
            modified_at: now,
        };
        self.shared.artifacts.put(&object.blob, new.content).await?;
        crash_point(CrashPoint::AfterContent);
        let catalog = &self.shared.store.catalog;
        if let Some(before) = catalog.put_object(account, bucket, &object).await? {
            self.drop_content(&before).await;
        }
        Ok((object, facets))
    }

    /// An object's row.
    pub(crate) async fn find_object(
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

    /// An object with its content.
    pub(crate) async fn load_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<(Object, Facets, Bytes)> {
        for _ in 0..LOOKS_MAX {
            let (object, facets) = self.find_object(account, bucket, key).await?;
            if let Some(content) = self.shared.artifacts.get(&object.blob).await? {
                return Ok((object, facets, content));
            }
        }
        Err(StoreError::Corrupt(format!("the content of '{key}' in '{bucket}' is missing")).into())
    }

    async fn drop_content(&self, object: &Object) {
        if let Err(error) = self.shared.artifacts.delete(&object.blob).await {
            // It takes room and nothing else.
            tracing::warn!(%error, blob = object.blob, "a content that is no longer named stays");
        }
    }
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

fn view(entry: Entry) -> wire::Bucket {
    wire::Bucket {
        name: entry.name,
        created_at: entry.created_at,
    }
}

fn shown(object: Object, facets: Facets) -> wire::BucketObject {
    wire::BucketObject {
        key: object.key,
        size_bytes: object.size_bytes,
        etag: facets.etag,
        content_type: facets.content_type,
        modified_at: object.modified_at,
    }
}
