//! Values by key, in named stores.

use bytes::Bytes;
use reqwest::Method;

use crate::bucket::segment;
use crate::{Client, Error, Name, Result, wire};

fn value(store: &Name, key: &str) -> String {
    format!("/v1/stores/{store}/values/{}", segment(key))
}

impl Client {
    /// A value; `Problem` / `KeyNotFound` if there is none.
    pub async fn get_value(&self, store: &Name, key: &str) -> Result<Bytes> {
        let response = self.call(Method::GET, &value(store, key)).send().await?;
        response.bytes().await.map_err(Error::protocol)
    }

    /// Sets a value, replacing what was there.
    pub async fn put_value(&self, store: &Name, key: &str, content: Bytes) -> Result<()> {
        let call = self.call(Method::PUT, &value(store, key));
        let call = call.body("application/octet-stream", content);
        call.send().await.map(drop)
    }

    /// Deletes a value; there may be none.
    pub async fn delete_value(&self, store: &Name, key: &str) -> Result<()> {
        let call = self.call(Method::DELETE, &value(store, key));
        call.repeatable(true).send().await.map(drop)
    }

    /// Adds to a value that is a whole number in decimal digits, or that is not there, which is 0. It is not
    /// tried again when the line breaks: nobody knows then whether it was added.
    pub async fn increment_value(
        &self,
        store: &Name,
        key: &str,
        by: i64,
    ) -> Result<wire::Incremented> {
        let path = format!("{}/increment", value(store, key));
        let call = self.call(Method::POST, &path);
        call.json(&wire::IncrementValue { by })?.fetch().await
    }

    /// Keys of a store by their bytes, a page at a time.
    pub async fn list_store_keys(
        &self,
        store: &Name,
        list: &wire::ListStoreKeys,
    ) -> Result<wire::StoreKeys> {
        let call = self.call(Method::GET, &format!("/v1/stores/{store}/keys"));
        call.query(list).fetch().await
    }
}
