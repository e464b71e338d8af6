//! Buckets and objects: the platform's own object storage, as `aws-sdk:s3` and `ItemReader` see it.

use serde::{Deserialize, Serialize};
use steploom_types::{Name, Timestamp};
use utoipa::{IntoParams, ToSchema};

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    /// Its name.
    #[schema(value_type = String, example = "orders")]
    pub name: Name,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A page of buckets, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BucketPage {
    /// The buckets.
    pub items: Vec<Bucket>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An object, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BucketObject {
    /// Its key.
    pub key: String,
    /// Bytes of its content.
    pub size_bytes: u64,
    /// Its content's MD5 in hexadecimal digits: what S3 calls the ETag.
    pub etag: String,
    /// What its content is said to be.
    pub content_type: String,
    /// When it was put.
    #[schema(value_type = String, format = DateTime)]
    pub modified_at: Timestamp,
}

/// A page of objects, by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectPage {
    /// The objects.
    pub items: Vec<BucketObject>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which objects to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListObjects {
    /// Only those whose key begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// How many: 1 to 1,000; 100 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// From the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
