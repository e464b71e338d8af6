//! Where each record of a generation is. Made when it is first read, and then kept up with what was
//! committed since, so that appending pays for no index.

use std::collections::BTreeMap;

use steploom_store::journal::Lsn;
use steploom_types::ShardId;

/// The places of a generation's records.
#[derive(Default)]
pub(super) struct Places {
    shards: BTreeMap<ShardId, BTreeMap<Lsn, Place>>,
    /// The last row that is in here.
    pub(super) upto: i64,
}

/// One record's row and how long its body is.
struct Place {
    n: i64,
    bytes: usize,
}

impl Places {
    /// Takes in the row `n`, which comes after all that are here.
    pub(super) fn add(&mut self, n: i64, shard: ShardId, lsn: Lsn, bytes: usize) {
        let shard = self.shards.entry(shard).or_default();
        shard.insert(lsn, Place { n, bytes });
        self.upto = n;
    }

    /// The first and the last row of a page: records of `shard` from `from` on until `bytes_max` is
    /// reached, at least one. `None` when `from` is not here.
    pub(super) fn page(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Option<(i64, i64)> {
        let places = self.shards.get(&shard)?;
        let first = places.get(&from)?;
        let (mut last, mut bytes) = (first.n, first.bytes);
        for place in places.range(from..).skip(1).map(|(_, place)| place) {
            if bytes >= bytes_max {
                break;
            }
            last = place.n;
            bytes += place.bytes;
        }
        Some((first.n, last))
    }
}
