//! Tasks, activities, buckets and connections: kept in maps; the one good token is `good`.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::port::{Activities, Buckets, Connections, Tasks};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Json, Name, Result, Timestamp};

use super::{World, check_account, page};

const AT: i64 = 1_700_000_000_000;

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

fn absent<T>(code: &'static str, found: Option<T>) -> Result<T> {
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
        Ok(wire::Tags { tags: change.set })
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

fn bucket(name: &Name) -> wire::Bucket {
    wire::Bucket {
        name: name.clone(),
        created_at: Timestamp::from_millis(AT),
    }
}

fn object(key: &str, (kind, content): &(String, Bytes)) -> wire::BucketObject {
    wire::BucketObject {
        key: key.to_owned(),
        size_bytes: content.len() as u64,
        etag: "e".into(),
        content_type: kind.clone(),
        modified_at: Timestamp::from_millis(AT),
    }
}

#[async_trait]
impl Buckets for World {
    async fn put_bucket(&self, account: AccountId, name: Name) -> Result<(wire::Bucket, bool)> {
        check_account(account);
        let is_new = self.change(|state| {
            let is_new = !state.buckets.contains_key(&name);
            state.buckets.entry(name.clone()).or_default();
            is_new
        });
        Ok((bucket(&name), is_new))
    }

    async fn list_buckets(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::BucketPage> {
        check_account(account);
        let all = self.state().buckets.keys().map(bucket).collect();
        let (items, next) = page(all, limit, next.as_deref());
        Ok(wire::BucketPage { items, next })
    }

    async fn delete_bucket(&self, account: AccountId, name: &Name) -> Result<()> {
        check_account(account);
        let gone = self.change(|state| state.buckets.remove(name));
        absent("BucketNotFound", gone).map(drop)
    }

    async fn put_object(
        &self,
        account: AccountId,
        name: &Name,
        key: &str,
        content_type: Option<String>,
        content: Bytes,
    ) -> Result<wire::BucketObject> {
        check_account(account);
        self.change(|state| {
            let objects = absent("BucketNotFound", state.buckets.get_mut(name))?;
            let kept = (content_type.unwrap_or_else(|| "binary".into()), content);
            let shown = object(key, &kept);
            objects.insert(key.to_owned(), kept);
            Ok(shown)
        })
    }

    async fn get_object(
        &self,
        account: AccountId,
        name: &Name,
        key: &str,
    ) -> Result<(wire::BucketObject, Bytes)> {
        check_account(account);
        let state = self.state();
        let objects = absent("BucketNotFound", state.buckets.get(name))?;
        let kept = absent("ObjectNotFound", objects.get(key))?;
        Ok((object(key, kept), kept.1.clone()))
    }

    async fn delete_object(&self, account: AccountId, name: &Name, key: &str) -> Result<()> {
        check_account(account);
        self.change(|state| {
            let objects = absent("BucketNotFound", state.buckets.get_mut(name))?;
            objects.remove(key);
            Ok(())
        })
    }

    async fn list_objects(
        &self,
        account: AccountId,
        name: &Name,
        list: wire::ListObjects,
    ) -> Result<wire::ObjectPage> {
        check_account(account);
        let state = self.state();
        let objects = absent("BucketNotFound", state.buckets.get(name))?;
        let prefix = list.prefix.unwrap_or_default();
        let all = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
        let all = all.map(|(key, kept)| object(key, kept)).collect();
        let (items, next) = page(all, list.limit.unwrap_or(100), list.next.as_deref());
        Ok(wire::ObjectPage { items, next })
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
