//! Groups of schedules: entries in the catalog. The group `default` is made when it is first asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_api::wire::{self, ScheduleGroupState};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_types::{AccountId, Error, Name, Result, Timestamp, arn};

use super::Port;
use crate::port::{after_name, page_by_name};
use crate::tags;

const KIND: EntryKind = EntryKind::ScheduleGroup;

/// The group that is always there.
const DEFAULT: &str = "default";

/// Schedules that are deleted with their group in one transaction.
const DELETES_MAX: u32 = 1_000;

/// What is kept of a group.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    #[serde(default)]
    state: ScheduleGroupState,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    created_at: Timestamp,
}

impl Port {
    /// Fails unless schedules may be put into a group.
    pub(super) async fn ensure_group(&self, account: AccountId, name: &Name) -> Result<()> {
        let group = self.schedule_group(account, name).await?;
        match group.state {
            ScheduleGroupState::Active => Ok(()),
            ScheduleGroupState::Deleting => Err(deleting(name)),
        }
    }

    pub(super) async fn schedule_group(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<wire::ScheduleGroup> {
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_entry(account, KIND, name).await?;
        if found.is_none() && name.as_str() == DEFAULT {
            return self.put_default_group(account, name).await;
        }
        let found = found.ok_or_else(|| not_found(name))?;
        view(account, &found)
    }

    async fn put_default_group(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<wire::ScheduleGroup> {
        let catalog = &self.shared.store.catalog;
        let entry = self.entry(name, BTreeMap::new())?;
        catalog
            .put_entry(account, KIND, &entry, Put::Create)
            .await?;
        view(account, &entry)
    }

    pub(super) async fn put_schedule_group(
        &self,
        account: AccountId,
        name: &Name,
        put: wire::PutScheduleGroup,
        create_only: bool,
    ) -> Result<(wire::ScheduleGroup, bool)> {
        tags::check(&put.tags)?;
        let catalog = &self.shared.store.catalog;
        let entry = self.entry(name, put.tags)?;
        if catalog
            .put_entry(account, KIND, &entry, Put::Create)
            .await?
        {
            return Ok((view(account, &entry)?, true));
        }
        if create_only {
            return Err(Error::conflict(
                "ScheduleGroupExists",
                format!("there is a group '{name}' already"),
            ));
        }
        let found = catalog.find_entry(account, KIND, name).await?;
        let found = found.ok_or_else(|| not_found(name))?;
        let (old, new) = (read(&found)?, read(&entry)?);
        if old.state == ScheduleGroupState::Deleting {
            return Err(deleting(name));
        }
        let changed = Stored {
            tags: new.tags,
            ..old
        };
        let entry = Entry {
            body: serde_json::to_string(&changed).map_err(Error::internal)?,
            ..entry
        };
        if !catalog
            .replace_entry(account, KIND, &found.body, &entry)
            .await?
        {
            return Err(Error::conflict(
                "ScheduleGroupChanged",
                format!("the group '{name}' was changed by somebody else meanwhile; try again"),
            ));
        }
        Ok((view(account, &entry)?, false))
    }

    pub(super) async fn schedule_groups(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ScheduleGroupPage> {
        let default = DEFAULT.parse()?;
        self.schedule_group(account, &default).await?;
        let after = after_name(next)?;
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .list_entries(account, KIND, after.as_ref(), limit + 1)
            .await?;
        let (found, next) = page_by_name(found, limit, |entry| &entry.name);
        let items = found.iter().map(|entry| view(account, entry));
        Ok(wire::ScheduleGroupPage {
            items: items.collect::<Result<_>>()?,
            next,
        })
    }

    pub(super) async fn delete_schedule_group(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<()> {
        if name.as_str() == DEFAULT {
            return Err(Error::invalid(
                "InvalidGroup",
                "the group 'default' cannot be deleted",
            ));
        }
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_entry(account, KIND, name).await?;
        let mut entry = found.ok_or_else(|| not_found(name))?;
        let stored = Stored {
            state: ScheduleGroupState::Deleting,
            ..read(&entry)?
        };
        entry.body = serde_json::to_string(&stored).map_err(Error::internal)?;
        entry.created_at = self.shared.clock.now();
        // From here on nothing is put into it.
        catalog
            .put_entry(account, KIND, &entry, Put::Upsert)
            .await?;
        let store = &self.shared.store.schedules;
        while store.delete_group(account, name, DELETES_MAX).await? > 0 {}
        catalog.delete_entry(account, KIND, name).await?;
        Ok(())
    }

    fn entry(&self, name: &Name, tags: BTreeMap<String, String>) -> Result<Entry> {
        let now = self.shared.clock.now();
        let stored = Stored {
            state: ScheduleGroupState::Active,
            tags,
            created_at: now,
        };
        Ok(Entry {
            name: name.clone(),
            body: serde_json::to_string(&stored).map_err(Error::internal)?,
            created_at: now,
        })
    }
}

fn read(entry: &Entry) -> Result<Stored> {
    serde_json::from_str(&entry.body)
        .map_err(|why| StoreError::Corrupt(format!("the group '{}': {why}", entry.name)).into())
}

fn view(account: AccountId, entry: &Entry) -> Result<wire::ScheduleGroup> {
    let stored = read(entry)?;
    Ok(wire::ScheduleGroup {
        name: entry.name.clone(),
        arn: arn::schedule_group(account, &entry.name),
        state: stored.state,
        tags: stored.tags,
        created_at: stored.created_at,
        // An entry's time is that of its last change.
        modified_at: entry.created_at,
    })
}

fn not_found(name: &Name) -> Error {
    Error::not_found(
        "ScheduleGroupNotFound",
        format!(
            "there is no group '{name}' of schedules; 'steploom schedule group list' shows those there are"
        ),
    )
}

fn deleting(name: &Name) -> Error {
    Error::conflict(
        "ScheduleGroupDeleting",
        format!("the group '{name}' is being deleted; delete it again if that does not end"),
    )
}
