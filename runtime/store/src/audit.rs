//! Who changed what: a record for each change, in the transaction that makes it, in a chain for each
//! account.

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use steploom_types::audit::AuditRecord;
use steploom_types::key::Key;
use steploom_types::{AccountId, Digest, Name, Timestamp};

use crate::Result;
use crate::catalog::{Entry, EntryKind, FunctionVersion, MachineVersion};
use crate::schedule::Schedule;

/// Characters of what is recorded of a change, so that a record has a bound.
const DETAIL_BYTES_MAX: usize = 1024;

/// The last record of an account: its number and digest.
pub type Head = (u64, Digest);

/// The audit of one database. Records are only ever added, by whoever writes a change.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Records of an account after the number `after`, in order; those about `name` only, if given.
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>>;

    /// The last record's number and digest, as it is kept apart from the records; `None` if there
    /// never was one.
    async fn audit_head(&self, account: AccountId) -> Result<Option<Head>>;
}

/// A change that is about to be made. A store makes a record of it.
#[derive(Clone, Debug)]
pub struct Change {
    action: String,
    name: String,
    detail: String,
}

impl Change {
    /// A function has a new version.
    pub fn function(name: &Name, version: &FunctionVersion) -> Self {
        let detail = format!("version {}, module {}", version.version, version.module);
        Self::new("function.put", name.as_str(), detail)
    }

    /// A machine has a new version.
    pub fn machine(name: &Name, version: &MachineVersion) -> Self {
        let detail = format!(
            "version {}, definition {}",
            version.version, version.definition
        );
        Self::new("machine.put", name.as_str(), detail)
    }

    /// An entry is put; `None` for those that are the platform's own.
    pub fn entry(kind: EntryKind, entry: &Entry) -> Option<Self> {
        let detail = match kind {
            EntryKind::Retention | EntryKind::Share => entry.body.clone(),
            _ => String::new(),
        };
        let action = format!("{}.put", kind.as_str());
        kind.is_audited()
            .then(|| Self::new(action, entry.name.as_str(), detail))
    }

    /// A schedule is put.
    pub fn schedule(schedule: &Schedule) -> Self {
        let detail = format!("group {}, revision {}", schedule.group, schedule.revision);
        Self::new("schedule.put", schedule.name.as_str(), detail)
    }

    /// A schedule of a group is deleted.
    pub fn schedule_deleted(group: &Name, name: &str) -> Self {
        Self::new("schedule.delete", name, format!("group {group}"))
    }

    /// A thing is deleted: `what` is `function`, `machine`, or what an entry is.
    pub fn deleted(what: &str, name: &Name) -> Self {
        Self::new(format!("{what}.delete"), name.as_str(), String::new())
    }

    /// A key is made.
    pub fn key(key: &Key) -> Self {
        let (kind, scopes) = (key.kind.as_str(), key.scopes.join(" "));
        let detail = match key.expires_at {
            None => format!("{kind}: {scopes}"),
            Some(at) => format!("{kind} until {at}: {scopes}"),
        };
        Self::new("key.create", key.id.as_str(), detail)
    }

    /// A key is revoked.
    pub fn key_revoked(key: &Key) -> Self {
        Self::new("key.revoke", key.id.as_str(), String::new())
    }

    fn new(action: impl Into<String>, name: &str, mut detail: String) -> Self {
        let end = detail.floor_char_boundary(DETAIL_BYTES_MAX);
        detail.truncate(end);
        Self {
            action: action.into(),
            name: name.to_owned(),
            detail,
        }
    }

    /// The record that follows `head`, in the name of whoever this task works for.
    pub fn record(self, account: AccountId, head: Option<Head>) -> AuditRecord {
        let actor = steploom_actor::current();
        let (who, request_id) = actor.map_or_else(
            || (steploom_actor::PLATFORM.to_owned(), String::new()),
            |actor| (actor.who.to_string(), actor.request_id.to_string()),
        );
        let first = (
            AuditRecord::FIRST.0,
            Digest::from_bytes(AuditRecord::FIRST.1),
        );
        let (number, previous) = head.unwrap_or(first);
        let mut record = AuditRecord {
            account,
            n: number + 1,
            at: now(),
            actor: who,
            action: self.action,
            name: self.name,
            detail: self.detail,
            request_id,
            previous,
            digest: previous,
        };
        record.digest = record.compute();
        record
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_millis(since.map_or(0, |since| since.as_millis() as i64))
}
