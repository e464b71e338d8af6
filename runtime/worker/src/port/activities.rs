//! Activities, and the workers that wait for their tasks.

use std::time::Duration;

use async_trait::async_trait;
use steploom_api::port::Activities;
use steploom_api::wire;
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Entry, Put};
use steploom_types::{AccountId, Error, Kind, Name, Result, arn};

use super::{Port, after_name, page_by_name};
use crate::service::ACTIVITY;
use crate::tags;

/// How often a change is tried again as another one came first.
const CHANGES_MAX: usize = 10;

#[async_trait]
impl Activities for Port {
    async fn put(&self, account: AccountId, name: Name) -> Result<(wire::Activity, bool)> {
        let entry = Entry {
            name: name.clone(),
            body: "{}".into(),
            created_at: self.shared.clock.now(),
        };
        let catalog = &self.shared.store.catalog;
        let is_new = catalog
            .put_entry(account, ACTIVITY, &entry, Put::Create)
            .await?;
        let found = catalog.find_entry(account, ACTIVITY, &name).await?;
        Ok((view(account, found.unwrap_or(entry)), is_new))
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Activity> {
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_entry(account, ACTIVITY, name).await?;
        let found = found.ok_or_else(|| not_found(name))?;
        Ok(view(account, found))
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ActivityPage> {
        let after = after_name(next)?;
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .list_entries(account, ACTIVITY, after.as_ref(), limit + 1)
            .await?;
        let (found, next) = page_by_name(found, limit, |entry| &entry.name);
        Ok(wire::ActivityPage {
            items: found.into_iter().map(|one| view(account, one)).collect(),
            next,
        })
    }

    async fn change_tags(
        &self,
        account: AccountId,
        name: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        let catalog = &self.shared.store.catalog;
        for _ in 0..CHANGES_MAX {
            let found = catalog.find_entry(account, ACTIVITY, name).await?;
            let found = found.ok_or_else(|| not_found(name))?;
            let mut kept: wire::Tags = match found.body.as_str() {
                // As bodies were before there were tags.
                "{}" => wire::Tags::default(),
                body => serde_json::from_str(body)
                    .map_err(|e| StoreError::Corrupt(format!("tags of '{name}': {e}")))?,
            };
            tags::change(&mut kept.tags, &change)?;
            let entry = Entry {
                body: serde_json::to_string(&kept).map_err(Error::internal)?,
                ..found.clone()
            };
            let is_same = entry.body == found.body || kept.tags.is_empty() && found.body == "{}";
            if is_same
                || catalog
                    .replace_entry(account, ACTIVITY, &found.body, &entry)
                    .await?
            {
                return Ok(kept);
            }
        }
        Err(Error::new(
            Kind::Unavailable,
            "Busy",
            format!("activity '{name}' is changed by many at once"),
        ))
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        let catalog = &self.shared.store.catalog;
        let there = catalog.delete_entry(account, ACTIVITY, name).await?;
        there.then_some(()).ok_or_else(|| not_found(name))
    }

    async fn take_activity(
        &self,
        account: AccountId,
        name: &Name,
        worker: Option<String>,
        wait: Duration,
    ) -> Result<Option<wire::ActivityTask>> {
        Activities::get(self, account, name).await?;
        let taken = self
            .shared
            .activities
            .take(self, (account, name), worker.as_deref(), wait)
            .await?;
        let outcome = if taken.is_some() { "task" } else { "none" };
        let polls = &self.shared.metrics.activity_polls;
        polls.with_label_values(&[outcome]).inc();
        Ok(taken.map(|task| wire::ActivityTask {
            task_token: task.token,
            input: task.input,
        }))
    }
}

fn view(account: AccountId, entry: Entry) -> wire::Activity {
    wire::Activity {
        arn: arn::activity(account, &entry.name),
        name: entry.name,
        created_at: entry.created_at,
    }
}

fn not_found(name: &Name) -> Error {
    Error::not_found(
        "ActivityNotFound",
        format!("there is no activity '{name}'; 'steploom activity list' shows those there are"),
    )
}
