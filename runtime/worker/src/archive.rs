//! The archive: closed executions that have left the database, as segments in object storage.
//!
//! A [segment] has executions of one account and machine that are close in time. The catalog names
//! every segment; a segment tells what it has. The [keeper] moves closed executions from the
//! database to segments by partition, and lets segments go as their machine's retention says. What
//! is in both places for a moment is shown once.

mod entry;
pub(crate) mod keeper;
mod mover;
mod read;
mod segment;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use steploom_artifacts::Artifacts;
use steploom_store::Catalog;
use steploom_types::{AccountId, Result, limits};
use tokio::time::Instant;

use entry::Entry;
use segment::Index;

/// How old the list of segments may be: another node may have made or removed some.
const FRESH: Duration = Duration::from_secs(1);

/// How long a partition stays once its segments are noted: longer than any node's list is good, so
/// that none looks in vain in both places.
const NOTED: Duration = Duration::from_secs(2);

/// How long closed executions are kept where, unless their machine says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Hours after which they leave the database for the archive; not less than names stay taken.
    pub archive_after_hours: u32,
    /// Days for which they are kept, there and in the archive.
    pub days: u32,
    /// How many of one machine are kept at the most.
    pub executions: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            archive_after_hours: limits::archive::AFTER_HOURS_DEFAULT,
            days: limits::archive::RETENTION_DAYS_DEFAULT,
            executions: None,
        }
    }
}

/// The segments of an account, and when they were listed.
type Listed = (Instant, Arc<Vec<Entry>>);

/// The segments there are, to be searched.
pub(crate) struct Archive {
    catalog: Arc<dyn Catalog>,
    artifacts: Arc<Artifacts>,
    lists: Mutex<HashMap<AccountId, Listed>>,
    /// What segments have, the one that was used last at the end.
    indexes: Mutex<VecDeque<(String, Arc<Index>)>>,
}

impl Archive {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, artifacts: Arc<Artifacts>) -> Self {
        Self {
            catalog,
            artifacts,
            lists: Mutex::default(),
            indexes: Mutex::default(),
        }
    }

    /// The segments of an account, the newest first. May be [`FRESH`] old.
    async fn entries(&self, account: AccountId) -> Result<Arc<Vec<Entry>>> {
        if let Some((read, entries)) = lock(&self.lists).get(&account)
            && read.elapsed() < FRESH
        {
            return Ok(entries.clone());
        }
        let entries = Arc::new(entry::load(&*self.catalog, account).await?);
        let read = (Instant::now(), entries.clone());
        lock(&self.lists).insert(account, read);
        Ok(entries)
    }

    /// The list of an account's segments has changed.
    fn forget(&self, account: AccountId) {
        lock(&self.lists).remove(&account);
    }

    /// How many archived executions there are, by machine and status, to be added to others.
    pub(crate) async fn count(
        &self,
        account: AccountId,
        add: &mut impl FnMut(&str, u8, u64),
    ) -> Result<()> {
        let mut sums: BTreeMap<(&str, u8), u64> = BTreeMap::new();
        let entries = self.entries(account).await?;
        for entry in entries.iter() {
            for (status, count) in &entry.segment.counts {
                *sums.entry((&entry.segment.machine, *status)).or_default() += count;
            }
        }
        for ((machine, status), count) in sums {
            add(machine, status, count);
        }
        Ok(())
    }
}

/// Every change below is made whole or not at all, so a lock that a panic poisoned is good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
