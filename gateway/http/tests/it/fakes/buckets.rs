//! Buckets: kept in maps.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::port::{
    About, Buckets, Choose, Content, ListKeys, ListUploads, Listed, Object, Over, Part, PutObject,
    Upload, UploadPlace, Uploads, collect, whole,
};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Name, Result, Timestamp};

use super::resources::{AT, absent};
use super::{World, check_account, page};

fn bucket(name: &Name) -> wire::Bucket {
    wire::Bucket {
        name: name.clone(),
        created_at: Timestamp::from_millis(AT),
    }
}

fn object(key: &str, (kind, content): &(String, Bytes)) -> Object {
    Object {
        key: key.to_owned(),
        size_bytes: content.len() as u64,
        etag: "e".into(),
        crc32: "AAAAAA==".into(),
        about: About {
            content_type: Some(kind.clone()),
            ..About::default()
        },
        modified_at: Timestamp::from_millis(AT),
    }
}

/// The native API has none.
fn no_uploads<T>() -> Result<T> {
    Err(Error::not_found("UploadNotFound", "there is none"))
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

    async fn find_bucket(&self, account: AccountId, name: &Name) -> Result<wire::Bucket> {
        check_account(account);
        absent("BucketNotFound", self.state().buckets.get(name)).map(|_| bucket(name))
    }

    async fn put_object(
        &self,
        account: AccountId,
        name: &Name,
        key: &str,
        put: PutObject,
        content: Content,
    ) -> Result<Object> {
        check_account(account);
        let content = collect(content).await?;
        self.change(|state| {
            let objects = absent("BucketNotFound", state.buckets.get_mut(name))?;
            let kind = put.about.content_type.unwrap_or_else(|| "binary".into());
            let kept = (kind, content);
            let shown = object(key, &kept);
            objects.insert(key.to_owned(), kept);
            Ok(shown)
        })
    }

    async fn find_object(&self, account: AccountId, name: &Name, key: &str) -> Result<Object> {
        check_account(account);
        let state = self.state();
        let objects = absent("BucketNotFound", state.buckets.get(name))?;
        absent("ObjectNotFound", objects.get(key)).map(|kept| object(key, kept))
    }

    async fn read_object(
        &self,
        account: AccountId,
        name: &Name,
        key: &str,
        choose: &mut Choose<'_>,
    ) -> Result<(Object, Content)> {
        check_account(account);
        let state = self.state();
        let objects = absent("BucketNotFound", state.buckets.get(name))?;
        let kept = absent("ObjectNotFound", objects.get(key))?;
        let shown = object(key, kept);
        let range = choose(&shown)?;
        let range = range.start as usize..range.end as usize;
        Ok((shown, whole(kept.1.slice(range))))
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
        list: ListKeys,
    ) -> Result<Listed> {
        check_account(account);
        let state = self.state();
        let objects = absent("BucketNotFound", state.buckets.get(name))?;
        let all = objects.iter();
        let all = all.filter(|(key, _)| key.starts_with(&list.prefix));
        let all = all.map(|(key, kept)| object(key, kept)).collect();
        let (objects, next) = page(all, list.limit, list.after.as_deref());
        Ok(Listed {
            objects,
            prefixes: Vec::new(),
            next,
        })
    }

    async fn start_upload(&self, _: AccountId, _: &Name, _: &str, _: About) -> Result<Upload> {
        no_uploads()
    }

    async fn put_part(&self, _: AccountId, _: &UploadPlace, _: u32, _: Content) -> Result<Part> {
        no_uploads()
    }

    async fn list_parts(
        &self,
        _: AccountId,
        _: &UploadPlace,
        _: u32,
        _: u32,
    ) -> Result<(Vec<Part>, bool)> {
        no_uploads()
    }

    async fn list_uploads(&self, _: AccountId, _: &Name, _: ListUploads) -> Result<Uploads> {
        no_uploads()
    }

    async fn finish_upload(
        &self,
        _: AccountId,
        _: &UploadPlace,
        _: Vec<(u32, String)>,
        _: Over,
    ) -> Result<Object> {
        no_uploads()
    }

    async fn abort_upload(&self, _: AccountId, _: &UploadPlace) -> Result<()> {
        no_uploads()
    }
}
