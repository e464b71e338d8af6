//! A run of records as it was read from a journal, checked.

use steploom_store::journal::{Epoch, Lsn, Record};
use steploom_store::{Error, Result};
use steploom_types::ShardId;

/// What was read begins where it was asked to, has no gap, ends only where the log ends or the page
/// was full, and no epoch in it falls. `head` is the shard's epoch and its last lsn.
pub(crate) fn check_run(
    shard: ShardId,
    from: Lsn,
    head: (Epoch, Lsn),
    records: &[Record],
) -> Result<()> {
    let (newest, last) = head;
    let missing = |lsn: u64| {
        Error::Corrupt(format!(
            "shard {shard}: record {lsn} of {} is missing or another",
            last.0
        ))
    };
    if records.is_empty() && from <= last {
        return Err(missing(from.0));
    }
    let mut epoch = Epoch(0);
    for (record, lsn) in records.iter().zip(from.0..) {
        if record.lsn != Lsn(lsn) || record.lsn > last {
            return Err(missing(lsn));
        }
        if !(epoch..=newest).contains(&record.epoch) {
            let found = record.epoch.0;
            return Err(Error::Corrupt(format!(
                "shard {shard}: record {lsn} has the epoch {found}"
            )));
        }
        epoch = record.epoch;
    }
    Ok(())
}
