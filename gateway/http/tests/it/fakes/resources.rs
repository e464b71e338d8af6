//! Tasks, activities and connections: kept in maps; the one good token is `good`.

use std::time::Duration;

use async_trait::async_trait;
use steploom_api::port::{Activities, Connections, Tasks};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Json, Name, Result, Timestamp};

use super::{World, check_account, page};

pub(super) const AT: i64 = 1_700_000_000_000;

fn known(token: &str) -> Result<()> {
    match token {
        "good" => Ok(()),
        _ => Err(Error::invalid(
            "InvalidToken",
            "Invalid Token: 'Invalid token'",
        )),
    }
}

#[async_trait]
impl Tasks for World {
    async fn succeed(&self, account: AccountId, token: &str, output: Json) -> Result<()> {
        check_account(account);
        known(token)?;
        self.change(|state| state.told.push(format!("success {}", output.text())));
        Ok(())
    }

    async fn fail(&self, account: AccountId, token: &str, failure: wire::FailTask) -> Result<()> {
        check_account(account);
        known(token)?;
        let error = failure.error.unwrap_or_default();
        self.change(|state| state.told.push(format!("failure {error}")));
        Ok(())
    }

    async fn heartbeat(&self, account: AccountId, token: &str) -> Result<()> {
        check_account(account);
        known(token)?;
        self.change(|state| state.told.push("heartbeat".into()));
        Ok(())
    }
}

fn activity(name: &Name) -> wire::Activity {
    wire::Activity {
        name: name.clone(),
        arn: format!("arn:aws:states:us-east-1:000000000000:activity:{name}"),
        created_at: Timestamp::from_millis(AT),
    }
}

pub(super) fn absent<T>(code: &'static str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::not_found(code, "there is none"))
}

#[async_trait]
impl Activities for World {
    async fn put(&self, account: AccountId, name: Name) -> Result<(wire::Activity, bool)> {
        check_account(account);
        let is_new = self.change(|state| state.activities.insert(name.clone()));
        Ok((activity(&name), is_new))
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Activity> {
        check_account(account);
        let found = self.state().activities.get(name).map(activity);
        absent("ActivityNotFound", found)
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ActivityPage> {
        check_account(account);
        let all = self.state().activities.iter().map(activity).collect();
        let (items, next) = page(all, limit, next.as_deref());
        Ok(wire::ActivityPage { items, next })
    }

    async fn change_tags(
        &self,
        account: AccountId,
        name: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        Activities::get(self, account, name).await?;
        self.change(|state| {
            let tags = state.activity_tags.entry(name.clone()).or_default();
            tags.extend(change.set);
            tags.retain(|key, _| !change.remove.contains(key));
            Ok(wire::Tags { tags: tags.clone() })
        })
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        check_account(account);
        let gone = self.change(|state| state.activities.take(name));
        absent("ActivityNotFound", gone).map(drop)
    }

    async fn take_activity(
        &self,
        account: AccountId,
        name: &Name,
        worker: Option<String>,
        wait: Duration,
    ) -> Result<Option<wire::ActivityTask>> {
        Activities::get(self, account, name).await?;
        // Who waits is given nothing here.
        Ok((wait > Duration::ZERO).then(|| wire::ActivityTask {
            task_token: "good".into(),
            input: Json::from(serde_json::json!({ "worker": worker })),
        }))
    }
}

#[async_trait]
impl Connections for World {
    async fn put_connection(
        &self,
        account: AccountId,
        name: Name,
        put: wire::PutConnection,
    ) -> Result<(wire::Connection, bool)> {
        check_account(account);
        let auth = if put.auth.is_some() { "some" } else { "none" };
        let connection = wire::Connection {
            name: name.clone(),
            arn: format!("arn:{name}"),
            auth: auth.into(),
            created_at: Timestamp::from_millis(AT),
        };
        let shown = connection.clone();
        let before = self.change(|state| state.connections.insert(name, connection));
        Ok((shown, before.is_none()))
    }

    async fn list_connections(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ConnectionPage> {
        check_account(account);
        let all = self.state().connections.values().cloned().collect();
        let (items, next) = page(all, limit, next.as_deref());
        Ok(wire::ConnectionPage { items, next })
    }

    async fn delete_connection(&self, account: AccountId, name: &Name) -> Result<()> {
        check_account(account);
        let gone = self.change(|state| state.connections.remove(name));
        absent("ConnectionNotFound", gone).map(drop)
    }
}
