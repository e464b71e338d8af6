//! Buckets, objects and connections.

use std::fmt::Write as _;

use bytes::Bytes;
use reqwest::Method;

use crate::{Client, Error, Name, Result, wire};

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}

fn object(bucket: &Name, key: &str) -> String {
    format!("/v1/buckets/{bucket}/objects/{}", segment(key))
}

impl Client {
    /// Makes a bucket. One that is there stays as it is.
    pub async fn put_bucket(&self, name: &Name) -> Result<wire::Bucket> {
        let path = format!("/v1/buckets/{name}");
        self.call(Method::PUT, &path).fetch().await
    }

    /// Buckets by name, a page at a time.
    pub async fn list_buckets(&self, page: &wire::Page) -> Result<wire::BucketPage> {
        let call = self.call(Method::GET, "/v1/buckets");
        call.query(page).fetch().await
    }

    /// Deletes a bucket, which must be empty.
    pub async fn delete_bucket(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/buckets/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// Puts an object, replacing what was there.
    pub async fn put_object(
        &self,
        bucket: &Name,
        key: &str,
        content_type: &str,
        content: Bytes,
    ) -> Result<wire::BucketObject> {
        let call = self.call(Method::PUT, &object(bucket, key));
        call.body(content_type, content).fetch().await
    }

    /// An object's content.
    pub async fn get_object(&self, bucket: &Name, key: &str) -> Result<Bytes> {
        let response = self.call(Method::GET, &object(bucket, key)).send().await?;
        response.bytes().await.map_err(Error::protocol)
    }

    /// Deletes an object; there may be none.
    pub async fn delete_object(&self, bucket: &Name, key: &str) -> Result<()> {
        let call = self.call(Method::DELETE, &object(bucket, key));
        call.repeatable(true).send().await.map(drop)
    }

    /// Objects by key, a page at a time.
    pub async fn list_objects(
        &self,
        bucket: &Name,
        list: &wire::ListObjects,
    ) -> Result<wire::ObjectPage> {
        let call = self.call(Method::GET, &format!("/v1/buckets/{bucket}/objects"));
        call.query(list).fetch().await
    }

    /// Makes a connection or replaces one.
    pub async fn put_connection(
        &self,
        name: &Name,
        put: &wire::PutConnection,
    ) -> Result<wire::Connection> {
        let call = self.call(Method::PUT, &format!("/v1/connections/{name}"));
        call.json(put)?.fetch().await
    }

    /// Connections by name, a page at a time, without their secrets.
    pub async fn list_connections(&self, page: &wire::Page) -> Result<wire::ConnectionPage> {
        let call = self.call(Method::GET, "/v1/connections");
        call.query(page).fetch().await
    }

    /// Deletes a connection.
    pub async fn delete_connection(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/connections/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }
}
