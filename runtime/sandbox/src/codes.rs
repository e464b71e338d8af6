//! The code of this process: what is loaded, what lies in the cache, and how it gets there.
//!
//! A warm call takes a read lock and a clone of an `Arc`. A cold one goes, once for all callers of
//! one digest, through the cache on disk, the artifacts and the compiling process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;
use futures::future::BoxFuture;
use steploom_artifacts::Artifacts;
use steploom_types::{Digest, Error};
use tokio::sync::OnceCell;
use wasmtime::Engine;

use crate::cache::Cache;
use crate::code::{Code, Found};
use crate::compile::Patience;
use crate::compile::parent::Compiler;
use crate::image;
use crate::link::Linkers;

/// Modules whose code is loaded, and bytes of it; the least recently called go first.
const LOADED_MAX: usize = 1_024;
/// See [`LOADED_MAX`].
const LOADED_BYTES_MAX: usize = 2 << 30;

/// Finds code by digest.
pub(crate) struct Codes {
    engine: Engine,
    linkers: Arc<Linkers>,
    artifacts: Arc<Artifacts>,
    cache: Cache,
    compiler: Compiler,
    loaded: RwLock<HashMap<Digest, Entry>>,
    /// What is being loaded: whoever comes second waits for the first.
    loading: Mutex<HashMap<Digest, Arc<OnceCell<Arc<Code>>>>>,
    calls: AtomicU64,
}

struct Entry {
    code: Arc<Code>,
    last_call: AtomicU64,
}

/// Why there is no code.
#[derive(Debug)]
pub(crate) enum Missing {
    /// The artifacts hold no such module.
    Module,
    /// We could not get it ready.
    Failed(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Codes {
    pub(crate) fn new(
        engine: Engine,
        linkers: Linkers,
        artifacts: Arc<Artifacts>,
        cache: Cache,
        compiler: Compiler,
    ) -> Self {
        Self {
            engine,
            linkers: Arc::new(linkers),
            artifacts,
            cache,
            compiler,
            loaded: RwLock::default(),
            loading: Mutex::default(),
            calls: AtomicU64::new(0),
        }
    }

    /// The code of a module; `module` saves fetching it. May be dropped: another caller goes on.
    pub(crate) async fn get(
        &self,
        digest: Digest,
        module: Option<&Bytes>,
    ) -> Result<Arc<Code>, Missing> {
        if let Some(code) = self.find(digest) {
            return Ok(code);
        }
        let cell = Arc::clone(self.lock_loading().entry(digest).or_default());
        let waiting = Loading {
            codes: self,
            digest,
            cell,
        };
        let code = waiting
            .cell
            .get_or_try_init(|| async {
                let code = Arc::new(self.load(digest, module).await?);
                self.keep(digest, &code);
                Ok::<_, Missing>(code)
            })
            .await?;
        Ok(Arc::clone(code))
    }

    /// Modules whose code is loaded.
    pub(crate) fn loaded(&self) -> usize {
        self.loaded
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    fn find(&self, digest: Digest) -> Option<Arc<Code>> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let entry = loaded.get(&digest)?;
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        entry.last_call.store(call, Ordering::Relaxed);
        Some(Arc::clone(&entry.code))
    }

    async fn load(&self, digest: Digest, module: Option<&Bytes>) -> Result<Code, Missing> {
        let cache = self.cache.clone();
        if let Some(code) = blocking(move || cache.load(digest)).await?
            && let Ok(code) = self.link(digest, code).await
        {
            return Ok(code);
        }
        let module = match module {
            Some(module) => module.clone(),
            None => self
                .artifacts
                .module(digest)
                .await?
                .ok_or(Missing::Module)?,
        };
        let patience = if image::is_code(&module) {
            Patience::RUNTIME
        } else {
            Patience::MODULE
        };
        let code = self.compiler.compile(&module, patience).await?;
        let cache = self.cache.clone();
        let code = blocking(move || cache.store(digest, &code).map(|()| code)).await?;
        self.link(digest, code).await
    }

    async fn link(&self, digest: Digest, code: Vec<u8>) -> Result<Code, Missing> {
        let (engine, linkers) = (self.engine.clone(), Arc::clone(&self.linkers));
        let found = blocking(move || Found::load(&engine, &linkers, digest, &code)).await?;
        match found {
            Found::Code(code) => Ok(code),
            Found::Image(image) => {
                let runtime = self.runtime(image.runtime).await?;
                Ok(image.over(&runtime)?)
            }
        }
    }

    /// The code of a runtime that an image goes with.
    fn runtime(&self, digest: Digest) -> BoxFuture<'_, Result<Arc<Code>, Missing>> {
        Box::pin(self.get(digest, None))
    }

    fn keep(&self, digest: Digest, code: &Arc<Code>) {
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        let entry = Entry {
            code: Arc::clone(code),
            last_call: AtomicU64::new(self.calls.fetch_add(1, Ordering::Relaxed)),
        };
        loaded.insert(digest, entry);
        let mut bytes: usize = loaded.values().map(|e| e.code.size_bytes).sum();
        while loaded.len() > LOADED_MAX || (bytes > LOADED_BYTES_MAX && loaded.len() > 1) {
            let oldest = loaded
                .iter()
                .min_by_key(|(_, e)| e.last_call.load(Ordering::Relaxed))
                .map(|(digest, _)| *digest);
            let Some(gone) = oldest.and_then(|digest| loaded.remove(&digest)) else {
                return;
            };
            bytes -= gone.code.size_bytes;
        }
    }

    fn lock_loading(&self) -> MutexGuard<'_, HashMap<Digest, Arc<OnceCell<Arc<Code>>>>> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits for code; the last one clears up.
struct Loading<'a> {
    codes: &'a Codes,
    digest: Digest,
    cell: Arc<OnceCell<Arc<Code>>>,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let mut loading = self.codes.lock_loading();
        // The map's and ours: nobody else waits.
        if Arc::strong_count(&self.cell) <= 2 {
            loading.remove(&self.digest);
        }
    }
}

/// Runs what blocks on the disk or the CPU away from the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
}
