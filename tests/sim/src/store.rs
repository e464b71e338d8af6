//! The simulated store: the one in memory, behind a gate. A line a method.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_store::catalog::{
    Entry, EntryKind, Finish, Finished, Function, FunctionVersion, Machine, MachineVersion,
    NewFunctionVersion, Object, Over, Part, Put, Upload,
};
use steploom_store::journal::{Append, Appended, Epoch, Lsn, Record};
use steploom_store::keyvalue::Added;
use steploom_store::lease::{Lease, Node, NodeId, Shard};
use steploom_store::projection::{
    Change, Chunk, Closed, Cursor, Filter, Loaded, Partition, Row, Snapshot, SnapshotAt, Status,
};
use steploom_store::schedule::{Filter as ScheduleFilter, Schedule};
use steploom_store::{
    Audit, Catalog, Journal, KeyValues, Keys, Leases, Projection, Result, Schedules, Store,
};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

use crate::fault::Op;
use crate::gate::Gate;
use crate::lots::digest;

/// One process's way to the store.
#[derive(Clone)]
struct Gated {
    gate: Arc<Gate>,
    store: Store,
}

/// The store as one process sees it.
pub(crate) fn gated(gate: Arc<Gate>, store: Store) -> Store {
    let gated = Arc::new(Gated { gate, store });
    Store {
        journal: gated.clone(),
        projection: gated.clone(),
        catalog: gated.clone(),
        keys: gated.clone(),
        audit: gated.clone(),
        leases: gated.clone(),
        schedules: gated.clone(),
        keyvalues: gated,
    }
}

/// Passes methods on: the part of the store, then for each method its operation and its types; and
/// those that are looked at closer, as they are.
macro_rules! passes {
    ($trait:ident, $part:ident { $($op:ident $method:ident($($arg:ident: $type:ty),*) -> $out:ty;)+ } $($closer:tt)*) => {
        #[async_trait]
        impl $trait for Gated {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$out> {
                let call = self.store.$part.$method($($arg),*);
                self.gate.pass(Op::$op, 0, call).await
            })+
            $($closer)*
        }
    };
}

#[async_trait]
impl Journal for Gated {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>> {
        let bytes = batch.iter().fold(0, |sum, record| {
            sum ^ digest(&record.body).rotate_left(record.lsn.0 as u32)
        });
        let call = async {
            let appended = self.store.journal.append(batch).await?;
            let mut inner = self.gate.world.lock();
            for (record, _) in batch
                .iter()
                .zip(&appended)
                .filter(|(_, appended)| **appended == Appended::Done)
            {
                if let Err(wrong) = inner.model.committed(record) {
                    inner.violate(wrong);
                }
            }
            Ok(appended)
        };
        self.gate.pass(Op::Append, bytes, call).await
    }

    async fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>> {
        let call = self.store.journal.read(shard, from, bytes_max);
        self.gate.pass(Op::ReadJournal, from.0, call).await
    }

    async fn trim(&self, shard: ShardId, upto: Lsn) -> Result<()> {
        let call = async {
            let checkpointed = self.store.projection.checkpointed(shard).await?;
            if upto > checkpointed {
                let what = format!(
                    "shard {shard} is trimmed up to {}, and checkpointed up to {}",
                    upto.0, checkpointed.0
                );
                self.gate.world.lock().violate(what);
            }
            self.store.journal.trim(shard, upto).await
        };
        self.gate.pass(Op::Trim, upto.0, call).await
    }
}

passes! { Projection, projection {
    Checkpoint checkpoint(shard: ShardId, epoch: Epoch, upto: Lsn, changes: &[Change]) -> ();
    Read checkpointed(shard: ShardId) -> Lsn;
    Read open(slots: (u16, u16), after: Option<ExecutionId>, limit: u32) -> Vec<Row>;
    Read due(slots: (u16, u16), after: Option<(Timestamp, ExecutionId)>, until: Timestamp, limit: u32) -> Vec<(Timestamp, ExecutionId)>;
    Read load(ids: &[ExecutionId], bytes_max: usize) -> Vec<Loaded>;
    Read find(account: AccountId, id: ExecutionId) -> Option<Row>;
    Read find_by_name(account: AccountId, machine: &MachineName, name: &Name) -> Option<Row>;
    Read offers(account: AccountId, activity: &Name, slots: (u16, u16), after: Option<(ExecutionId, u64)>, limit: u32) -> Vec<(ExecutionId, u64)>;
    Read chunks(id: ExecutionId, from_fact: u64, bytes_max: usize) -> Vec<Chunk>;
    Read snapshot(id: ExecutionId, at: SnapshotAt) -> Option<Snapshot>;
    Read counts(account: AccountId, machine: Option<&MachineName>) -> Vec<(MachineName, Status, u64)>;
    Read partitions() -> Vec<Partition>;
    Read read_partition(partition: u64, after: Option<ExecutionId>, limit: u32) -> Vec<Closed>;
    Checkpoint drop_partition(partition: u64, version: u64) -> ();
    Read list(account: AccountId, filter: &Filter, after: Option<Cursor>, limit: u32) -> Vec<Row>;
}}

passes! { Keys, keys {
    WriteCatalog add_key(key: &Key) -> ();
    ReadCatalog find_key(id: &KeyId) -> Option<Key>;
    ReadCatalog list_keys(account: AccountId, after: Option<&KeyId>, limit: u32) -> Vec<Key>;
    WriteCatalog revoke_key(account: AccountId, id: &KeyId, at: Timestamp) -> Option<Key>;
    WriteCatalog note_key_use(id: &KeyId, at: Timestamp) -> ();
    ReadCatalog has_keys() -> bool;
}}

passes! { Audit, audit {
    ReadCatalog audit_records(account: AccountId, name: Option<&str>, after: u64, limit: u32) -> Vec<AuditRecord>;
    ReadCatalog audit_head(account: AccountId) -> Option<(u64, Digest)>;
}}

passes! { Catalog, catalog {
    WriteCatalog put_function(account: AccountId, name: &Name, version: &NewFunctionVersion, put: Put) -> Function;
    ReadCatalog find_function(account: AccountId, name: &Name) -> Option<Function>;
    ReadCatalog find_function_version(account: AccountId, name: &Name, version: u32) -> Option<FunctionVersion>;
    ReadCatalog function_versions(account: AccountId, name: &Name, limit: u32) -> Vec<FunctionVersion>;
    ReadCatalog list_functions(account: AccountId, after: Option<&Name>, limit: u32) -> Vec<Function>;
    WriteCatalog delete_function(account: AccountId, name: &Name) -> bool;
    WriteCatalog put_machine(account: AccountId, name: &Name, definition: &str, at: Timestamp, put: Put) -> Machine;
    ReadCatalog find_machine(account: AccountId, name: &Name) -> Option<Machine>;
    ReadCatalog machine_versions(account: AccountId, name: &Name, limit: u32) -> Vec<MachineVersion>;
    ReadCatalog list_machines(account: AccountId, after: Option<&Name>, limit: u32) -> Vec<Machine>;
    WriteCatalog delete_machine(account: AccountId, name: &Name) -> bool;
    WriteCatalog put_definition(definition: &str) -> Digest;
    ReadCatalog definition(digest: Digest) -> Option<String>;
    WriteCatalog put_entry(account: AccountId, kind: EntryKind, entry: &Entry, put: Put) -> bool;
    WriteCatalog replace_entry(account: AccountId, kind: EntryKind, was: &str, entry: &Entry) -> bool;
    ReadCatalog find_entry(account: AccountId, kind: EntryKind, name: &Name) -> Option<Entry>;
    ReadCatalog list_entries(account: AccountId, kind: EntryKind, after: Option<&Name>, limit: u32) -> Vec<Entry>;
    WriteCatalog delete_entry(account: AccountId, kind: EntryKind, name: &Name) -> bool;
    WriteCatalog put_object(account: AccountId, bucket: &Name, object: &Object, over: &Over) -> Option<Object>;
    ReadCatalog find_object(account: AccountId, bucket: &Name, key: &str) -> Option<Object>;
    ReadCatalog list_objects(account: AccountId, bucket: &Name, prefix: &str, after: Option<&str>, limit: u32) -> Vec<Object>;
    WriteCatalog delete_object(account: AccountId, bucket: &Name, key: &str) -> Option<Object>;
    WriteCatalog put_upload(account: AccountId, bucket: &Name, upload: &Upload) -> ();
    ReadCatalog find_upload(account: AccountId, bucket: &Name, key: &str, id: &str) -> Option<Upload>;
    ReadCatalog list_uploads(account: AccountId, bucket: &Name, prefix: &str, after: Option<(&str, &str)>, limit: u32) -> Vec<Upload>;
    ReadCatalog old_uploads(before: Timestamp, limit: u32) -> Vec<(AccountId, Name, Upload)>;
    WriteCatalog put_part(account: AccountId, id: &str, part: &Part) -> Option<Part>;
    ReadCatalog list_parts(account: AccountId, id: &str, after: u32, limit: u32) -> Vec<Part>;
    WriteCatalog finish_upload(account: AccountId, bucket: &Name, finish: &Finish) -> Finished;
    WriteCatalog drop_upload(account: AccountId, bucket: &Name, key: &str, id: &str) -> Option<Vec<Part>>;
}}

passes! { Schedules, schedules {
    WriteCatalog put(schedule: &Schedule, expected: Option<u64>) -> bool;
    WriteCatalog advance(schedules: &[Schedule]) -> Vec<bool>;
    ReadCatalog find(account: AccountId, group: &Name, name: &Name) -> Option<Schedule>;
    ReadCatalog list(account: AccountId, filter: ScheduleFilter<'_>, after: Option<(&Name, &Name)>, limit: u32) -> Vec<Schedule>;
    WriteCatalog delete(account: AccountId, group: &Name, name: &Name, revision: Option<u64>) -> bool;
    WriteCatalog delete_group(account: AccountId, group: &Name, limit: u32) -> u64;
    ReadCatalog due(slots: (u16, u16), until: Timestamp, limit: u32) -> Vec<Schedule>;
}}

passes! { KeyValues, keyvalues {
    ReadCatalog get(account: AccountId, store: &Name, keys: &[String]) -> Vec<Option<Bytes>>;
    WriteCatalog set(account: AccountId, store: &Name, values: &[(String, Bytes)]) -> ();
    WriteCatalog delete(account: AccountId, store: &Name, keys: &[String]) -> u64;
    WriteCatalog increment(account: AccountId, store: &Name, key: &str, by: i64) -> Added;
    WriteCatalog swap(account: AccountId, store: &Name, key: &str, expected: Option<&[u8]>, new: &Bytes) -> bool;
    ReadCatalog keys(account: AccountId, store: &Name, prefix: &str, after: Option<&str>, limit: u32) -> Vec<String>;
}}

passes! { Leases, leases {
    Lease shards() -> Vec<Shard>;
    Lease renew(node: &NodeId, held: &[(ShardId, Epoch)]) -> Vec<ShardId>;
    Lease release(shard: ShardId, epoch: Epoch) -> ();
    Lease split(shard: ShardId, epoch: Epoch, at: Slot) -> (ShardId, ShardId);
    Lease announce(node: &Node) -> ();
    Lease withdraw(node: &NodeId) -> ();
    Lease nodes() -> Vec<Node>;
}
    async fn acquire(&self, shard: ShardId, node: &NodeId) -> Result<Option<Lease>> {
        let call = async {
            let lease = self.store.leases.acquire(shard, node).await?;
            let mut inner = self.gate.world.lock();
            if let Some(lease) = lease
                && let Err(wrong) = inner.model.taken(shard, lease.epoch)
            {
                inner.violate(wrong);
            }
            Ok(lease)
        };
        self.gate.pass(Op::Lease, 0, call).await
    }
}
