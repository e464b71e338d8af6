//! Who changed what.

use reqwest::Method;

use crate::{Client, Result, wire};

impl Client {
    /// Records of changes in order, a page at a time.
    pub async fn list_audit(&self, list: &wire::ListAudit) -> Result<wire::AuditPage> {
        self.call(Method::GET, "/v1/audit")
            .query(list)
            .fetch()
            .await
    }
}
