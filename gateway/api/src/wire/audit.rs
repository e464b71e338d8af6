//! Who changed what.

use serde::{Deserialize, Serialize};
use steploom_types::audit::AuditRecord;
use steploom_types::{AccountId, Digest, Timestamp};
use utoipa::{IntoParams, ToSchema};

/// One change of what an account has. Each holds the digest of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Whose thing was changed.
    #[schema(value_type = String, example = "000000000000")]
    pub account: AccountId,
    /// Its number in the account, from 1, without gaps.
    pub n: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who: a key's id, `jwt:` and a subject, `anonymous`, or `steploom` for the platform itself.
    pub actor: String,
    /// What was done.
    #[schema(example = "function.put")]
    pub action: String,
    /// To what: its name or id.
    pub name: String,
    /// What else there is to know, such as the version that came of it.
    pub detail: String,
    /// The request; empty where there was none.
    pub request_id: String,
    /// The digest of the record before; zeros for the first.
    #[schema(value_type = String)]
    pub previous: Digest,
    /// The digest of this one: SHA-256.
    #[schema(value_type = String)]
    pub digest: Digest,
}

impl From<AuditRecord> for AuditEntry {
    fn from(record: AuditRecord) -> Self {
        Self {
            account: record.account,
            n: record.n,
            at: record.at,
            actor: record.actor,
            action: record.action,
            name: record.name,
            detail: record.detail,
            request_id: record.request_id,
            previous: record.previous,
            digest: record.digest,
        }
    }
}

impl From<AuditEntry> for AuditRecord {
    fn from(entry: AuditEntry) -> Self {
        Self {
            account: entry.account,
            n: entry.n,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            name: entry.name,
            detail: entry.detail,
            request_id: entry.request_id,
            previous: entry.previous,
            digest: entry.digest,
        }
    }
}

/// The last record, as it is kept apart from the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditHead {
    /// Its number.
    pub n: u64,
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
}

/// A page of records, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The records.
    pub items: Vec<AuditEntry>,
    /// Where the chain ended just before this page was read; absent while there is no record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<AuditHead>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    /// Only changes of what has this name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many at the most, 1 to 1,000; 50 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// What the page before gave as `next`: the number of its last record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
