//! What the catalog says of segments: an entry each, named so that the newest comes first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use steploom_store::catalog::{self, EntryKind, Put};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{AccountId, ExecutionId, Name, Result, Timestamp, limits};

/// More than any millisecond that an id can tell.
const TIME_END: i64 = 10_000_000_000_000;

/// A segment as the catalog knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Segment {
    /// The object.
    pub(super) object: String,
    /// Where its index is in there, and the CRC-32C of that.
    pub(super) index_offset: u64,
    pub(super) index_bytes: u64,
    pub(super) index_crc: u32,
    /// What its executions run.
    pub(super) machine: String,
    /// From which partition of the database it was made, and as of which of its versions.
    pub(super) partition: u64,
    pub(super) version: u64,
    /// The times in the ids, the first and the last, in milliseconds.
    pub(super) created_ms: (i64, i64),
    /// The times at which they began.
    pub(super) started_ms: (i64, i64),
    /// When the last of them ended.
    pub(super) ended_ms: i64,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// How many there are, by status.
    pub(super) counts: BTreeMap<u8, u64>,
}

/// A segment with its entry's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) segment: Segment,
}

impl Entry {
    /// `number` tells the segments of one partition apart.
    pub(super) fn new(segment: Segment, number: usize) -> Result<Self> {
        let age = TIME_END - segment.started_ms.1.clamp(0, TIME_END);
        let (partition, version) = (segment.partition, segment.version);
        let name = format!("s{age:014}-{partition}-{version}-{number}");
        Ok(Self {
            name: name.parse()?,
            segment,
        })
    }

    /// Whether this execution may be in there.
    pub(super) fn may_have(&self, id: ExecutionId) -> bool {
        let (first, last) = self.segment.created_ms;
        (first..=last).contains(&id.created().as_millis())
    }

    pub(super) async fn put(
        &self,
        catalog: &dyn Catalog,
        account: AccountId,
        at: Timestamp,
    ) -> Result<()> {
        let body = serde_json::to_string(&self.segment).map_err(steploom_types::Error::internal)?;
        let entry = catalog::Entry {
            name: self.name.clone(),
            body,
            created_at: at,
        };
        catalog
            .put_entry(account, EntryKind::Segment, &entry, Put::Upsert)
            .await?;
        Ok(())
    }

    pub(super) async fn delete(&self, catalog: &dyn Catalog, account: AccountId) -> Result<()> {
        catalog
            .delete_entry(account, EntryKind::Segment, &self.name)
            .await?;
        Ok(())
    }
}

/// Every segment of an account, the newest first.
pub(super) async fn load(catalog: &dyn Catalog, account: AccountId) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in all(catalog, account, EntryKind::Segment).await? {
        let segment = serde_json::from_str(&entry.body)
            .map_err(|e| StoreError::Corrupt(format!("segment {}: {e}", entry.name)))?;
        entries.push(Entry {
            name: entry.name,
            segment,
        });
    }
    Ok(entries)
}

/// Every entry of a kind.
pub(super) async fn all(
    catalog: &dyn Catalog,
    account: AccountId,
    kind: EntryKind,
) -> Result<Vec<catalog::Entry>> {
    let mut found: Vec<catalog::Entry> = Vec::new();
    loop {
        let after = found.last().map(|last| last.name.clone());
        let limit = limits::PAGE_SIZE_MAX;
        let page = catalog.list_entries(account, kind, after.as_ref(), limit);
        let page = page.await?;
        let is_last = page.len() < limit as usize;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

/// What the catalog keeps of the list of an account's segments.
#[derive(Default, Serialize, Deserialize)]
struct List {
    #[serde(default)]
    epoch: u64,
}

/// The name of an account's list.
fn list_name(account: AccountId) -> Result<Name> {
    format!("account-{}", account.as_u64()).parse()
}

/// The epoch of the list of an account's segments; 0 if there never were any.
pub(super) async fn epoch(catalog: &dyn Catalog, account: AccountId) -> Result<u64> {
    let name = list_name(account)?;
    let found = catalog
        .find_entry(AccountId::LOCAL, EntryKind::Archived, &name)
        .await?;
    let Some(entry) = found else { return Ok(0) };
    let list: List = serde_json::from_str(&entry.body)
        .map_err(|e| StoreError::Corrupt(format!("the list of segments {name}: {e}")))?;
    Ok(list.epoch)
}

/// The list of an account's segments has changed: whoever looks at it from now on reads it anew. The
/// epoch is one that there never was: two nodes may be at it, as one has lost the first slot and does
/// not know it yet, and neither may give the other's number again.
pub(super) async fn next_epoch(
    catalog: &dyn Catalog,
    account: AccountId,
    (epoch, at): (u64, Timestamp),
) -> Result<()> {
    let list = List { epoch };
    let entry = catalog::Entry {
        name: list_name(account)?,
        body: serde_json::to_string(&list).map_err(steploom_types::Error::internal)?,
        created_at: at,
    };
    catalog
        .put_entry(AccountId::LOCAL, EntryKind::Archived, &entry, Put::Upsert)
        .await?;
    Ok(())
}

/// The accounts that have segments. They are noted under one account, as there is no list of all.
pub(super) async fn accounts(catalog: &dyn Catalog) -> Result<BTreeSet<AccountId>> {
    let noted = all(catalog, AccountId::LOCAL, EntryKind::Archived).await?;
    let account = |entry: &catalog::Entry| {
        let digits = entry.name.as_str().strip_prefix("account-")?;
        digits.parse().ok().and_then(AccountId::from_u64)
    };
    Ok(noted.iter().filter_map(account).collect())
}

/// Notes that an account has segments, or rules about them.
pub(super) async fn note_account(
    catalog: &dyn Catalog,
    account: AccountId,
    at: Timestamp,
) -> Result<()> {
    let entry = catalog::Entry {
        name: list_name(account)?,
        body: "{}".to_owned(),
        created_at: at,
    };
    // One that is there has an epoch.
    catalog
        .put_entry(AccountId::LOCAL, EntryKind::Archived, &entry, Put::Create)
        .await?;
    Ok(())
}
