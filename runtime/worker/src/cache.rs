//! A small cache of catalog rows that is told when a row changes.
//!
//! A value read before a change must not be kept after it: each key's reads carry the generation in
//! which they began, and a value from an older generation is used once and not kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use foldhash::fast::RandomState;
use tokio::time::Instant;

/// Entries kept; when full, the cache starts anew, which costs a read an entry.
const ENTRIES_MAX: usize = 10_000;

pub(crate) struct Cache<K, V>(RwLock<Inner<K, V>>, Option<Duration>);

struct Inner<K, V> {
    generation: u64,
    entries: HashMap<K, (V, Instant), RandomState>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    pub(crate) fn new() -> Self {
        Self::aging(None)
    }

    /// A cache that forgets what is older, for what others change who may fail to say so.
    pub(crate) fn aging(age: Option<Duration>) -> Self {
        let inner = Inner {
            generation: 0,
            entries: HashMap::default(),
        };
        Self(RwLock::new(inner), age)
    }

    /// The value kept, or the generation in which a read begins now.
    pub(crate) fn get(&self, key: &K) -> Result<V, u64> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = inner.entries.get(key);
        let fresh = kept.filter(|(_, since)| self.1.is_none_or(|age| since.elapsed() < age));
        fresh
            .map(|(value, _)| value.clone())
            .ok_or(inner.generation)
    }

    /// Keeps what was read, unless something changed since the read began.
    pub(crate) fn keep(&self, key: K, value: V, generation: u64) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if inner.generation == generation {
            if inner.entries.len() >= ENTRIES_MAX {
                inner.entries.clear();
            }
            inner.entries.insert(key, (value, Instant::now()));
        }
    }

    /// Forgets what `stale` names.
    pub(crate) fn forget(&self, stale: impl Fn(&K) -> bool) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.generation += 1;
        inner.entries.retain(|key, _| !stale(key));
    }
}
