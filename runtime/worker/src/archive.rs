//! The archive: closed executions that have left the database, as segments in object storage.
//!
//! A [segment] has executions of one account and machine that are close in time. The catalog names
//! every segment; a segment tells what it has. The [keeper] moves closed executions from the
//! database to segments by partition, and lets segments go as their machine's retention says; the
//! objects of what has gone follow ([sweep]). What is in both places for a moment is shown once.
//!
//! Whoever looks for an execution looks in the database first, then here. The list of an account's
//! segments has an *epoch*, which the catalog keeps: it is another one once segments are noted, and only
//! then does their partition go. So whoever did not find it in the database any more sees the epoch that
//! followed, and a list of the segments that is not older than that.

mod entry;
pub(crate) mod keeper;
mod mover;
mod read;
mod segment;
mod sweep;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steploom_artifacts::Artifacts;
use steploom_store::Catalog;
use steploom_types::{AccountId, Result, limits};

use entry::Entry;
use segment::Index;

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

/// The segments of an account, and the epoch of their list before they were read.
type Listed = (u64, Arc<Vec<Entry>>);

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

    /// The segments of an account, the newest first.
    async fn entries(&self, account: AccountId) -> Result<Arc<Vec<Entry>>> {
        let epoch = entry::epoch(&*self.catalog, account).await?;
        if let Some((of, entries)) = lock(&self.lists).get(&account)
            && *of == epoch
        {
            return Ok(entries.clone());
        }
        let entries = Arc::new(entry::load(&*self.catalog, account).await?);
        // It may be newer than the epoch: then it is read once more.
        lock(&self.lists).insert(account, (epoch, entries.clone()));
        Ok(entries)
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
