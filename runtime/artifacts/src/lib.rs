//! Modules, log segments and payloads in object storage: a folder, or a bucket that speaks S3.
//!
//! Modules are addressed by their SHA-256 and checked against it whenever they are read, so what
//! comes back is what was put, or [`Kind::Corrupt`](steploom_types::Kind::Corrupt). Other objects
//! have keys that their writer chooses. A write has reached the disk when it returns. This is the
//! only crate that knows object_store; it holds no cache.

mod error;
mod open;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use steploom_types::{Digest, Error, Kind, Result, Timestamp};

/// Bytes of one object: several times the largest module, and far below a node's memory.
pub const OBJECT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Objects that one list may answer; whoever has more lists a longer prefix.
pub const LIST_OBJECTS_MAX: usize = 100_000;

/// Where modules lie, below the store's root.
const MODULES: &str = "modules";
/// Where that lies which modules are made from.
const SOURCES: &str = "sources";

/// An object store. Clones share it.
#[derive(Clone, Debug)]
pub struct Artifacts {
    store: Arc<dyn ObjectStore>,
}

/// What a list says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key, as it was put.
    pub key: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was last put.
    pub modified: Timestamp,
}

impl From<ObjectMeta> for Object {
    fn from(meta: ObjectMeta) -> Self {
        Self {
            key: meta.location.into(),
            size_bytes: meta.size,
            modified: Timestamp::from_millis(meta.last_modified.timestamp_millis()),
        }
    }
}

impl Artifacts {
    /// Opens `s3://bucket/prefix`, or a folder (created if missing) by its path.
    ///
    /// A bucket's credentials, region and endpoint come from the `AWS_*` variables; nothing is sent
    /// before the first call.
    ///
    /// # Errors
    /// `Invalid` when the URL has a scheme we do not know or the path is no folder; `Unavailable`
    /// when the folder cannot be created or written: an operator must look.
    pub fn open(url: &str) -> Result<Self> {
        Ok(Self {
            store: open::store(url)?,
        })
    }

    /// A store that is gone with the process, for tests.
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
        }
    }

    /// Stores a module and answers its digest. Putting it again changes nothing, and heals a copy
    /// that was damaged.
    ///
    /// # Errors
    /// As [`Artifacts::put`].
    pub async fn put_module(&self, module: &Bytes) -> Result<Digest> {
        let digest = Digest::of(module);
        self.put(&module_key(digest), module.clone()).await?;
        Ok(digest)
    }

    /// Loads the module of a digest; `None` if it was never put.
    ///
    /// # Errors
    /// `Corrupt` when the bytes do not have this digest: they are not returned, put the module
    /// again. `Unavailable` when the store cannot be read: try again later.
    pub async fn module(&self, digest: Digest) -> Result<Option<Bytes>> {
        self.checked(&module_key(digest), digest).await
    }

    /// Loads an object that must have a digest.
    async fn checked(&self, key: &str, digest: Digest) -> Result<Option<Bytes>> {
        let Some(object) = self.get(key).await? else {
            return Ok(None);
        };
        let found = Digest::of(&object);
        if found != digest {
            return Err(Error::new(
                Kind::Corrupt,
                "ModuleCorrupt",
                format!("the stored module {digest} is damaged; upload it again"),
            )
            .with_detail(format!("its bytes have the digest {found}")));
        }
        Ok(Some(object))
    }

    /// Stores what a module is made from, and answers its digest.
    ///
    /// # Errors
    /// As [`Artifacts::put`].
    pub async fn put_source(&self, source: &Bytes) -> Result<Digest> {
        let digest = Digest::of(source);
        self.put(&source_key(digest), source.clone()).await?;
        Ok(digest)
    }

    /// Loads what a module was made from; `None` if it was never put.
    ///
    /// # Errors
    /// As [`Artifacts::module`].
    pub async fn source(&self, digest: Digest) -> Result<Option<Bytes>> {
        self.checked(&source_key(digest), digest).await
    }

    /// Stores an object under a key of segments separated by `/`, replacing what was there. When
    /// this returns it is durable; a reader sees the old object or the new one, never a mixture.
    ///
    /// # Errors
    /// `Invalid` when the key is not one, or the object is over [`OBJECT_BYTES_MAX`]; `Unavailable`
    /// when the store cannot be written: try again later.
    pub async fn put(&self, key: &str, object: Bytes) -> Result<()> {
        if object.len() > OBJECT_BYTES_MAX {
            return Err(Error::invalid(
                "ObjectTooLarge",
                format!(
                    "an object of {} bytes is over the limit of {OBJECT_BYTES_MAX}",
                    object.len()
                ),
            ));
        }
        let path = path(key)?;
        self.store
            .put(&path, object.into())
            .await
            .map_err(|e| error::of("write", key, e))?;
        Ok(())
    }

    /// Loads an object; `None` if there is none.
    ///
    /// # Errors
    /// `Invalid` when the key is not one; `Corrupt` when the object is larger than any that we put;
    /// `Unavailable` when the store cannot be read: try again later.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        let path = path(key)?;
        let found = match self.store.get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(error::of("read", key, e)),
        };
        if found.meta.size > OBJECT_BYTES_MAX as u64 {
            return Err(Error::new(
                Kind::Corrupt,
                "ObjectTooLarge",
                format!(
                    "the stored object '{key}' has {} bytes; at most {OBJECT_BYTES_MAX} are ever put",
                    found.meta.size
                ),
            ));
        }
        let bytes = found.bytes().await.map_err(|e| error::of("read", key, e))?;
        Ok(Some(bytes))
    }

    /// Loads a part of an object; `None` if there is no such object. A range that ends behind it gives
    /// what is there.
    ///
    /// # Errors
    /// As [`Artifacts::get`].
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Option<Bytes>> {
        let path = path(key)?;
        match self.store.get_range(&path, range).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(error::of("read", key, e)),
        }
    }

    /// A part of an object as a stream; `None` if there is no such object. What is being read is read
    /// to its end where the store allows that, though the object is deleted meanwhile. The range is
    /// not empty and begins within the object.
    ///
    /// # Errors
    /// As [`Artifacts::get`], here and as an item of the stream, which then ends.
    pub async fn stream(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes>>>> {
        let path = path(key)?;
        let options = GetOptions {
            range: Some(range.into()),
            ..GetOptions::default()
        };
        match self.store.get_opts(&path, options).await {
            Ok(found) => {
                let key = key.to_owned();
                let content = found.into_stream();
                let content = content.map_err(move |e| error::of("read", &key, e));
                Ok(Some(content.boxed()))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(error::of("read", key, e)),
        }
    }

    /// Lists the objects below a prefix of whole segments (`logs/000000000000`), by key; an empty
    /// prefix lists everything.
    ///
    /// # Errors
    /// `Exhausted` when there are more than [`LIST_OBJECTS_MAX`]: list a longer prefix. `Invalid`
    /// and `Unavailable` as [`Artifacts::get`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>> {
        let path = path(prefix)?;
        let mut found = self.store.list(Some(&path));
        let mut objects: Vec<Object> = Vec::new();
        while let Some(meta) = found
            .try_next()
            .await
            .map_err(|e| error::of("list", prefix, e))?
        {
            if objects.len() == LIST_OBJECTS_MAX {
                return Err(Error::new(
                    Kind::Exhausted,
                    "TooManyObjects",
                    format!("there are more than {LIST_OBJECTS_MAX} objects below '{prefix}'"),
                ));
            }
            objects.push(meta.into());
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }

    /// The objects below a prefix of whole segments, in any order, however many there are. Those that
    /// are put or deleted meanwhile may be among them or not.
    ///
    /// # Errors
    /// As [`Artifacts::get`].
    pub fn walk(&self, prefix: &str) -> Result<impl Stream<Item = Result<Object>> + use<>> {
        let found = self.store.list(Some(&path(prefix)?));
        let prefix = prefix.to_owned();
        let found = found.map_err(move |e| error::of("list", &prefix, e));
        Ok(found.map_ok(Object::from))
    }

    /// Deletes an object; there may be none.
    ///
    /// # Errors
    /// As [`Artifacts::get`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(error::of("delete", key, e)),
        }
    }
}

/// The key of a module. Two digits make a folder, so that none holds a million files.
fn module_key(digest: Digest) -> String {
    let hex = digest.to_string();
    format!("{MODULES}/{}/{hex}.wasm", &hex[..2])
}

/// The key of what a module is made from.
fn source_key(digest: Digest) -> String {
    let hex = digest.to_string();
    format!("{SOURCES}/{}/{hex}", &hex[..2])
}

fn path(key: &str) -> Result<Path> {
    Path::parse(key).map_err(|e| {
        Error::invalid(
            "InvalidKey",
            format!("'{}' is not an object's key", key.escape_default()),
        )
        .with_detail(e)
    })
}

#[cfg(test)]
mod tests;
