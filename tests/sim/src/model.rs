//! What is truly in the journal, as the disk saw it: the yardstick of the oracles.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_store::journal::{Append, Epoch, Lsn};
use steploom_types::{ExecutionId, ShardId};
use steploom_worker::replay;

/// Everything that was ever committed.
#[derive(Default)]
pub(crate) struct Model {
    heads: BTreeMap<ShardId, (Epoch, Lsn)>,
    /// The newest epoch that somebody was given.
    epochs: BTreeMap<ShardId, Epoch>,
    /// The facts of each execution, in the order of their commits.
    pub(crate) facts: BTreeMap<ExecutionId, Vec<Committed>>,
    /// Commits so far, over all shards.
    commits: u64,
}

/// A fact that is durable.
#[derive(Clone)]
pub(crate) struct Committed {
    /// The number of its commit, over all shards.
    pub(crate) commit: u64,
    pub(crate) fact: Bytes,
}

impl Model {
    /// Somebody has taken a shard.
    ///
    /// # Errors
    /// When a former owner has the same epoch.
    pub(crate) fn taken(&mut self, shard: ShardId, epoch: Epoch) -> Result<(), String> {
        match self.epochs.insert(shard, epoch) {
            Some(former) if former >= epoch => Err(format!(
                "shard {shard} was taken with epoch {} after {}",
                epoch.0, former.0
            )),
            _ => Ok(()),
        }
    }

    /// A record has become durable, whoever may know of it.
    ///
    /// # Errors
    /// What is wrong with its place.
    pub(crate) fn committed(&mut self, record: &Append) -> Result<(), String> {
        let head = self.heads.entry(record.shard).or_default();
        let (epoch, lsn) = *head;
        if record.lsn != lsn.next() {
            return Err(format!(
                "shard {} has record {} after {}",
                record.shard, record.lsn.0, lsn.0
            ));
        }
        if record.epoch < epoch {
            return Err(format!(
                "shard {} has epoch {} after {}",
                record.shard, record.epoch.0, epoch.0
            ));
        }
        *head = (record.epoch, record.lsn);
        self.commits += 1;
        let facts = replay::facts_of_record(record.body.clone()).map_err(|e| e.to_string())?;
        for (id, fact) in facts {
            let commit = self.commits;
            let of = self.facts.entry(id).or_default();
            of.push(Committed { commit, fact });
        }
        Ok(())
    }
}
