//! Keys by which callers prove who they are.

use reqwest::Method;
use steploom_types::AccountId;
use steploom_types::key::KeyId;

use crate::{Client, Result, wire};

impl Client {
    /// Makes a key. Its secret is in the answer, and never shown again.
    ///
    /// # Errors
    /// `Problem` / `InvalidScope` and others for what is wrong in it; `NoMasterKey` where the server
    /// cannot seal an access key's secret.
    pub async fn create_key(&self, create: &wire::CreateKey) -> Result<wire::CreatedKey> {
        self.call(Method::POST, "/v1/keys")
            .json(create)?
            .fetch()
            .await
    }

    /// Keys by id, a page at a time.
    pub async fn list_keys(&self, list: &wire::ListKeys) -> Result<wire::KeyPage> {
        self.call(Method::GET, "/v1/keys").query(list).fetch().await
    }

    /// Revokes a key for ever; one of the caller's account, unless another is named.
    ///
    /// # Errors
    /// `Problem` / `KeyNotFound`.
    pub async fn revoke_key(&self, id: &KeyId, account: Option<AccountId>) -> Result<()> {
        self.call(Method::DELETE, &format!("/v1/keys/{id}"))
            .query(&wire::OfAccount { account })
            .repeatable(true)
            .send()
            .await
            .map(drop)
    }
}
