//! The journal and the leases in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_probe::{Bug, is_planted};
use steploom_types::{ShardId, Slot};

use super::{Memory, lock};
use crate::journal::{Append, Appended, Epoch, Lsn, Record, frame};
use crate::lease::{Held, Lease, Node, NodeId, Shard, equal_ranges};
use crate::{Clock, Error, Journal, Leases, Result};

/// Every shard's log and who holds it.
pub(super) struct Log {
    shards: BTreeMap<ShardId, ShardLog>,
    /// A number that no shard ever had.
    next_shard: u16,
    held: Held,
}

struct ShardLog {
    slots: (Slot, Slot),
    epoch: Epoch,
    last_lsn: Lsn,
    /// Framed as on a disk, so that a flipped bit is found here too.
    records: BTreeMap<Lsn, (Epoch, Bytes)>,
    trimmed_lsn: Lsn,
}

impl Log {
    pub(super) fn new(clock: Clock, shards: u16) -> Self {
        let shards = equal_ranges(shards).into_iter().map(|(id, slots)| {
            let log = ShardLog {
                slots,
                epoch: Epoch(0),
                last_lsn: Lsn(0),
                records: BTreeMap::new(),
                trimmed_lsn: Lsn(0),
            };
            (id, log)
        });
        let shards: BTreeMap<_, _> = shards.collect();
        Self {
            next_shard: shards.keys().next_back().map_or(0, |shard| shard.0 + 1),
            shards,
            held: Held::new(clock),
        }
    }

    pub(super) fn flip(&mut self, shard: ShardId, lsn: Lsn) -> bool {
        let record = self
            .shards
            .get_mut(&shard)
            .and_then(|log| log.records.get_mut(&lsn));
        let Some((_, framed)) = record else {
            return false;
        };
        let mut bytes = framed.to_vec();
        let Some(byte) = bytes.last_mut() else {
            return false;
        };
        *byte ^= 1;
        *framed = bytes.into();
        true
    }

    fn append(&mut self, record: &Append) -> Appended {
        match self.shards.get_mut(&record.shard) {
            Some(log) if log.epoch == record.epoch && log.last_lsn.next() == record.lsn => {
                log.last_lsn = record.lsn;
                log.records
                    .insert(record.lsn, (record.epoch, frame::seal(record)));
                Appended::Done
            }
            _ => Appended::Fenced,
        }
    }
}

impl ShardLog {
    fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        let (mut lsn, mut bytes) = (from.max(Lsn(1)), 0);
        while lsn <= self.last_lsn && (bytes < bytes_max || records.is_empty()) {
            let (epoch, framed) = self
                .records
                .get(&lsn)
                .ok_or_else(|| Error::Corrupt(format!("record {} is missing", lsn.0)))?;
            let record = frame::open(shard, lsn, *epoch, framed)?;
            bytes += record.body.len();
            records.push(record);
            lsn = lsn.next();
        }
        Ok(records)
    }
}

#[async_trait]
impl Journal for Memory {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>> {
        let mut log = lock(&self.log);
        let mut seen = Vec::with_capacity(batch.len());
        Ok(batch
            .iter()
            .map(|record| {
                if seen.contains(&record.shard) {
                    return Appended::Fenced;
                }
                seen.push(record.shard);
                log.append(record)
            })
            .collect())
    }

    async fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>> {
        lock(&self.log)
            .shards
            .get(&shard)
            .map_or_else(|| Ok(Vec::new()), |log| log.read(shard, from, bytes_max))
    }

    async fn trim(&self, shard: ShardId, upto: Lsn) -> Result<()> {
        if let Some(log) = lock(&self.log).shards.get_mut(&shard) {
            log.records.retain(|lsn, _| *lsn > upto);
            log.trimmed_lsn = log.trimmed_lsn.max(upto.min(log.last_lsn));
        }
        Ok(())
    }
}

#[async_trait]
impl Leases for Memory {
    async fn shards(&self) -> Result<Vec<Shard>> {
        let log = lock(&self.log);
        let shard = |(id, shard): (&ShardId, &ShardLog)| Shard {
            id: *id,
            slots: shard.slots,
            epoch: shard.epoch,
            last_lsn: shard.last_lsn,
            owner: log.held.holder(*id).cloned(),
        };
        let mut shards: Vec<_> = log.shards.iter().map(shard).collect();
        shards.sort_by_key(|shard| shard.slots.0);
        Ok(shards)
    }

    async fn acquire(&self, shard: ShardId, node: &NodeId) -> Result<Option<Lease>> {
        let Log { shards, held, .. } = &mut *lock(&self.log);
        let Some(log) = shards
            .get_mut(&shard)
            .filter(|_| held.may_take(shard, node))
        else {
            return Ok(None);
        };
        log.epoch.0 += u64::from(!is_planted(Bug::EpochKept));
        held.take(shard, node);
        Ok(Some(Lease {
            shard,
            epoch: log.epoch,
            last_lsn: log.last_lsn,
        }))
    }

    async fn renew(&self, node: &NodeId, held: &[(ShardId, Epoch)]) -> Result<Vec<ShardId>> {
        let log = &mut *lock(&self.log);
        let mut lost = Vec::new();
        for (shard, epoch) in held {
            let current = log.shards.get(shard).is_some_and(|s| s.epoch == *epoch);
            if !(current && log.held.renew(*shard, node)) {
                lost.push(*shard);
            }
        }
        Ok(lost)
    }

    async fn release(&self, shard: ShardId, epoch: Epoch) -> Result<()> {
        let Log { shards, held, .. } = &mut *lock(&self.log);
        if shards.get(&shard).is_some_and(|log| log.epoch == epoch) {
            held.release(shard);
        }
        Ok(())
    }

    async fn announce(&self, node: &Node) -> Result<()> {
        lock(&self.log).held.announce(node);
        Ok(())
    }

    async fn withdraw(&self, node: &NodeId) -> Result<()> {
        lock(&self.log).held.withdraw(node);
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        Ok(lock(&self.log).held.nodes())
    }

    async fn split(&self, shard: ShardId, epoch: Epoch, at: Slot) -> Result<(ShardId, ShardId)> {
        let mut log = lock(&self.log);
        let old = log.shards.get(&shard).filter(|log| log.epoch == epoch);
        let old = old.ok_or(Error::Fenced { shard })?;
        if old.trimmed_lsn < old.last_lsn || !(old.slots.0 < at && at <= old.slots.1) {
            let what = format!("shard {shard}");
            return Err(Error::Changed { what });
        }
        let child = |slots| ShardLog {
            slots,
            epoch: Epoch(epoch.0 + 1),
            last_lsn: Lsn(0),
            records: BTreeMap::new(),
            trimmed_lsn: Lsn(0),
        };
        let (low, high) = (
            child((old.slots.0, Slot(at.0 - 1))),
            child((at, old.slots.1)),
        );
        let ids = (ShardId(log.next_shard), ShardId(log.next_shard + 1));
        log.next_shard += 2;
        log.shards.remove(&shard);
        log.shards.extend([(ids.0, low), (ids.1, high)]);
        log.held.release(shard);
        Ok(ids)
    }
}
