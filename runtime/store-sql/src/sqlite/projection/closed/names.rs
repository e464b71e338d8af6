//! Which names a partition may have, so that one which is nowhere is not looked up in every file.
//!
//! A filter of some bits a name, in memory alone: what it denies is not there, what it admits is asked
//! for. It is made of a partition that is full, beside everything else, once somebody asks for a name; names
//! that are written meanwhile or later are added. Where there is no filter, as of the newest partition or
//! once all together would be too large, the file is asked.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastbloom::BloomFilter;
use sqlx::SqlitePool;
use steploom_store::Result;
use steploom_store::projection::Row;

use crate::column::count;
use crate::error::failed;
use crate::row::execution::name_to_store;

/// Of absent names so many are admitted: ten bits a name.
const ADMITTED: f64 = 0.01;

/// Bytes of all filters of a store: those of fifty million names.
const FILTERS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Names that are read at once.
const PAGE: i64 = 10_000;

/// The names of one partition.
#[derive(Default)]
pub(super) struct Names {
    state: Mutex<State>,
    /// Bytes that the filters of all partitions take.
    bytes: Arc<AtomicUsize>,
}

#[derive(Default)]
enum State {
    /// Nobody has asked yet.
    #[default]
    Unasked,
    /// It is being made: what is written is added to it, and it denies nothing.
    Making(BloomFilter),
    Made(BloomFilter),
    /// There is no room for it, or it could not be made.
    None,
}

/// A name as filters know it.
#[derive(Clone, Copy)]
pub(in crate::sqlite::projection) struct Hashed(u64);

impl Hashed {
    pub(in crate::sqlite::projection) fn of(account: u64, machine: &str, name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (account, machine, name).hash(&mut hasher);
        Self(hasher.finish())
    }

    fn of_row(row: &Row) -> Option<Self> {
        let name = name_to_store(row)?;
        let machine = row.machine.to_string();
        Some(Self::of(row.account.as_u64(), &machine, name))
    }
}

/// A filter for so many names.
fn filter_of(names: usize) -> BloomFilter {
    BloomFilter::with_false_pos(ADMITTED)
        .seed(&0)
        .expected_items(names.max(1))
}

fn bytes_of(filter: &BloomFilter) -> usize {
    filter.num_bits() / 8
}

impl Names {
    /// Those of a partition of a store whose filters take so many bytes.
    pub(super) fn new(bytes: Arc<AtomicUsize>) -> Self {
        Self {
            state: Mutex::default(),
            bytes,
        }
    }

    /// Executions are about to be written, or were.
    pub(super) fn wrote<'a>(&self, rows: impl Iterator<Item = &'a Row>) {
        if let State::Making(filter) | State::Made(filter) = &mut *self.lock() {
            for name in rows.filter_map(Hashed::of_row) {
                filter.insert_hash(name.0);
            }
        }
    }

    /// Whether a name may be there.
    pub(super) fn may_have(&self, name: Hashed) -> bool {
        match &*self.lock() {
            State::Made(filter) => filter.contains_hash(name.0),
            State::Unasked | State::Making(_) | State::None => true,
        }
    }

    /// Whether nobody has asked so far.
    pub(super) fn are_unasked(&self) -> bool {
        matches!(&*self.lock(), State::Unasked)
    }

    /// Makes the filter, unless that has begun.
    pub(super) async fn make(&self, from: &SqlitePool) {
        if let Err(error) = self.read(from).await {
            tracing::warn!(%error, "the names of a partition cannot be read: they are looked up one by one");
            self.give_up();
        }
    }

    async fn read(&self, from: &SqlitePool) -> Result<()> {
        let names: i64 =
            sqlx::query_scalar("SELECT count(*) FROM execution WHERE name IS NOT NULL")
                .fetch_one(from)
                .await
                .map_err(failed)?;
        let filter = filter_of(count(names)? as usize);
        let bytes = bytes_of(&filter);
        {
            let mut state = self.lock();
            if !matches!(*state, State::Unasked) {
                return Ok(());
            }
            let taken = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
            *state = State::Making(filter);
            if taken > FILTERS_BYTES_MAX {
                drop(state);
                self.give_up();
                return Ok(());
            }
        }
        let mut after = 0;
        loop {
            let page: Vec<(i64, i64, String, Option<String>)> = sqlx::query_as(
                "SELECT e.n, m.account, m.name, e.name
                 FROM execution e CROSS JOIN machine m ON m.n = e.machine
                 WHERE e.n > ? ORDER BY e.n LIMIT ?",
            )
            .bind(after)
            .bind(PAGE)
            .fetch_all(from)
            .await
            .map_err(failed)?;
            let Some((last, ..)) = page.last() else { break };
            after = *last;
            if let State::Making(filter) = &mut *self.lock() {
                for (_, account, machine, name) in &page {
                    if let Some(name) = name {
                        let name = Hashed::of(count(*account)?, machine, name);
                        filter.insert_hash(name.0);
                    }
                }
            }
        }
        let mut state = self.lock();
        if let State::Making(filter) = std::mem::replace(&mut *state, State::None) {
            *state = State::Made(filter);
        }
        Ok(())
    }

    fn give_up(&self) {
        let before = std::mem::replace(&mut *self.lock(), State::None);
        if let State::Making(filter) | State::Made(filter) = before {
            self.bytes.fetch_sub(bytes_of(&filter), Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.give_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: u64) -> Hashed {
        Hashed::of(1, "m", &format!("order-{n}"))
    }

    #[test]
    fn a_filter_admits_what_was_added_and_denies_nearly_all_else() {
        let mut filter = filter_of(10_000);
        for n in 0..10_000 {
            filter.insert_hash(name(n).0);
        }
        let may_have = |name: Hashed| filter.contains_hash(name.0);
        assert!((0..10_000).all(|n| may_have(name(n))));
        let admitted = (10_000..30_000).filter(|n| may_have(name(*n)));
        assert!(admitted.count() < 400, "two in a hundred at the most");
        let other = Hashed::of(1, "n", "order-1");
        assert!(!may_have(other) || !may_have(Hashed::of(2, "m", "order-1")));
    }
}
