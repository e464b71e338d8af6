//! Taking a shard: the lease, then the journal's tail. What the projection has is loaded while the
//! shard is served already ([`super::load`]): so it takes as long as the tail is, however many
//! executions there are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use steploom_machine::SEMANTICS;
use steploom_probe::{CrashPoint, Mark, crash_point, mark};
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::lease::Lease;
use steploom_store::{Error as StoreError, Store, journal};
use steploom_types::{ExecutionId, Result, ShardId};

use super::Handle;
use super::caution::Caution;
use super::owned::Owned;
use super::start::{NameKey, Taken};
use crate::codec::{self, Peek};
use crate::shared::Shared;

/// Journal read at once.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What became of a shard that was to be taken.
pub(super) enum Recovered {
    /// It is ours.
    Owned(Box<Owned>),
    /// A newer release wrote to its journal, which this one cannot read: how.
    Newer(String),
}

/// Makes ready to serve a shard whose lease was taken. Its executions are not in memory yet.
pub(super) async fn recover(
    shared: &Arc<Shared>,
    lease: Lease,
    slots: (u16, u16),
    handle: &Handle,
) -> Result<Recovered> {
    let store = &shared.store;
    crash_point(CrashPoint::AfterLease);
    let checkpointed = fence(store, handle.shard, lease.epoch).await?;
    let mut tail = Tail::default();
    let mut lsn = checkpointed;
    loop {
        let records = store
            .journal
            .read(handle.shard, lsn.next(), READ_BYTES_MAX)
            .await?;
        let Some(last) = records.last() else { break };
        lsn = last.lsn;
        for record in &records {
            tail.read(record)?;
        }
    }
    if let Some(why) = tail.newer {
        // Another node may have that release.
        store.leases.release(lease.shard, lease.epoch).await?;
        return Ok(Recovered::Newer(why));
    }
    if lsn != lease.last_lsn && lease.last_lsn > checkpointed {
        return Err(StoreError::Corrupt(format!(
            "shard {} ends at {} instead of {}",
            handle.shard, lsn.0, lease.last_lsn.0
        ))
        .into());
    }
    let shards = store.leases.shards().await?.into_iter();
    let shards = shards.map(|shard| (shard.id, (shard.slots.0.0, shard.slots.1.0)));
    let shards = shards.collect();
    crash_point(CrashPoint::BeforeResume);
    let lsn = lsn.max(lease.last_lsn);
    let caution = Caution::begin(shared, handle.shard).await?;
    let (shared, handle) = (shared.clone(), handle.clone());
    let mut owned = Owned::new(shared, handle, slots, lease, lsn, caution, shards);
    tail.enter(&mut owned);
    owned.ask_around();
    Ok(Recovered::Owned(Box::new(owned)))
}

/// Up to where the projection contains the journal. A checkpoint of a former owner that is still on its
/// way is refused from now on: it would contain what is about to be read from the journal.
async fn fence(store: &Store, shard: ShardId, epoch: Epoch) -> Result<Lsn> {
    let projection = &store.projection;
    let mut lsn = projection.checkpointed(shard).await?;
    loop {
        match projection.checkpoint(shard, epoch, lsn, &[]).await {
            Ok(()) => return Ok(lsn),
            Err(StoreError::Fenced { shard }) => {
                let newer = projection.checkpointed(shard).await?;
                if newer == lsn {
                    return Err(StoreError::Fenced { shard }.into());
                }
                // The former owner was faster.
                mark(Mark::CheckpointOvertaken);
                lsn = newer;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What the journal has beyond the checkpoint.
#[derive(Default)]
struct Tail {
    facts: BTreeMap<ExecutionId, Vec<Bytes>>,
    names: HashMap<NameKey, ExecutionId>,
    /// The first sign of a newer release.
    newer: Option<String>,
}

impl Tail {
    fn read(&mut self, record: &journal::Record) -> Result<()> {
        let corrupt =
            |e: codec::Error| StoreError::Corrupt(format!("record {}: {e}", record.lsn.0));
        for (id, encoded) in codec::split_record(record.body.clone()).map_err(corrupt)? {
            mark(Mark::TailReplayed);
            match codec::peek(&encoded) {
                Ok(Peek::Started(started)) if started.semantics > SEMANTICS => {
                    let found = started.semantics;
                    self.newer.get_or_insert_with(|| {
                        format!("execution {id} follows semantics {found}; this release knows {SEMANTICS}")
                    });
                }
                Ok(Peek::Started(started)) => {
                    let key = (started.account, started.machine, started.name);
                    self.names.insert(key, id);
                }
                Ok(Peek::Other) => {}
                Err(e @ codec::Error::UnknownKind) => {
                    self.newer
                        .get_or_insert_with(|| format!("execution {id} has {e}"));
                }
                // What it is of is set aside, alone, when it is loaded.
                Err(error) => tracing::error!(execution = %id, %error, "a damaged fact"),
            }
            self.facts.entry(id).or_default().push(encoded);
        }
        Ok(())
    }

    /// All of this is on its way to the memory of the shard's owner.
    fn enter(self, owned: &mut Owned) {
        for (name, id) in self.names {
            owned.names.insert(name, Taken::By(id));
        }
        for (id, facts) in self.facts {
            owned.loads.expect(id, facts);
        }
    }
}
