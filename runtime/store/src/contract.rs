//! What every store must do, as checks that take one.
//!
//! A store's own tests name how to get at it, a [`Subject`], and [`contract!`](crate::contract!)
//! makes a test of every check:
//!
//! ```text
//! steploom_store::contract!(Files::new());
//! ```
//!
//! Every check begins with a new, empty database. A check that fails panics with what it saw.

pub mod catalog;
mod fixture;
pub mod journal;
pub mod key;
pub mod keyvalue;
pub mod lease;
pub mod list;
pub mod partition;
pub mod projection;
pub mod schedule;

use async_trait::async_trait;
use steploom_types::{ExecutionId, ShardId};

use crate::journal::Lsn;
use crate::{Result, Store};

/// A database under test.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Whether there is a database to test. Where there is none, the checks pass unseen: the subject
    /// says so, loudly.
    fn is_there(&self) -> bool {
        true
    }

    /// Opens the database: first a new and empty one, afterwards what is there. The store of an
    /// earlier call has been dropped by then.
    async fn open(&self) -> Result<Store>;

    /// Makes time pass, until every lease has run out.
    async fn let_leases_run_out(&self, store: &Store) -> Result<()>;

    /// Flips a bit of a stored record, as a bad disk does. No store is open.
    async fn flip_record(&self, shard: ShardId, lsn: Lsn) -> Result<()>;

    /// Flips a bit of an execution's first chunk. No store is open.
    async fn flip_chunk(&self, id: ExecutionId) -> Result<()>;

    /// Closed executions after which a new partition begins: a few.
    fn partition_rows(&self) -> u64;

    /// Bytes of new records after which those that all shards have trimmed are gone.
    fn generation_bytes(&self) -> usize;
}

/// Makes a test of every check. `$subject` is evaluated once for each, inside a tokio runtime.
#[macro_export]
macro_rules! contract {
    ($subject:expr) => {
        $crate::contract!(most $subject);
        $crate::contract!(partitions $subject);
    };
    (partitions $subject:expr) => {
        $crate::contract!(@ $subject, partition:
            closed_executions_are_in_partitions_by_time,
            a_dropped_partition_takes_only_what_is_closed,
            a_partition_that_changed_stays,
            a_late_end_comes_into_its_time,
        );
    };
    (most $subject:expr) => {
        $crate::contract!(@ $subject, journal:
            appends_and_reads_in_pages,
            refuses_gaps_and_repeats,
            fences_one_shard_of_a_batch_alone,
            takes_one_record_a_shard_and_batch,
            fences_a_former_epoch,
            keeps_records_over_a_restart,
            keeps_what_is_not_trimmed,
            drops_what_every_shard_has_trimmed,
            keeps_trims_over_a_restart,
            finds_a_flipped_bit,
        );
        $crate::contract!(@ $subject, lease:
            a_new_database_has_shards_over_all_slots,
            epochs_grow_with_every_acquisition,
            a_good_lease_holds_off_others,
            a_lease_that_ran_out_may_be_taken,
            a_released_shard_may_be_taken,
            a_late_release_changes_nothing,
            renewing_names_what_was_lost,
            epochs_outlive_a_restart,
            nodes_are_there_for_as_long_as_they_say_so,
            a_shard_splits,
            only_a_projected_shard_splits,
        );
        $crate::contract!(@ $subject, projection:
            a_checkpoint_comes_with_its_lsn,
            refuses_a_stale_checkpoint,
            a_repeated_checkpoint_changes_nothing,
            an_execution_that_ends_soon_is_one_row,
            keeps_every_chunk_in_order,
            keeps_chunks_that_tell_no_event,
            pages_through_chunks,
            finds_snapshots_by_event,
            a_flipped_bit_concerns_one_execution,
            loads_many_for_their_owner,
            keeps_every_byte_of_a_row,
            an_execution_may_open_again,
            pages_through_open_executions,
            finds_what_is_due,
            sleepers_are_not_awake,
            finds_offers_of_sleepers,
            finds_the_newest_of_a_name,
            finds_unnamed_executions_by_their_id,
            shows_an_account_only_its_own,
            checkpoints_of_many_executions_are_whole,
        );
        $crate::contract!(@ $subject, list:
            lists_newest_first_by_filter,
            lists_by_prefix_of_the_name,
            lists_without_payloads,
            pages_stay_put_under_inserts,
            lists_by_time_tag_and_error,
            ranges_of_map_runs_are_listed_apart,
            counts_by_machine_and_status,
            counts_survive_repeats_redrives_and_restarts,
        );
        $crate::contract!(@ $subject, key:
            keeps_keys,
            revokes_a_key_for_ever,
            every_change_leaves_a_record,
            a_refused_change_leaves_none,
            records_are_a_chain_when_racing,
            each_account_has_its_own_chain,
        );
        $crate::contract!(@ $subject, catalog:
            numbers_versions_without_gaps,
            numbers_versions_without_gaps_when_racing,
            creates_only_what_is_not_there,
            the_same_definition_makes_no_version,
            deletes_with_versions,
            definitions_outlive_machines,
            pages_by_name,
            keeps_entries_by_kind,
            keeps_objects_by_the_bytes_of_their_keys,
            puts_objects_over_what_is_expected,
            makes_objects_of_parts,
            lists_and_drops_uploads,
            shows_an_account_its_own_entries_only,
            outlives_a_restart,
        );
        $crate::contract!(@ $subject, keyvalue:
            keeps_values_as_they_are,
            writes_many_at_once,
            lists_keys_by_their_bytes,
            adds_to_numbers,
            additions_from_many_at_once_add_up,
            swaps_what_is_expected,
            shows_an_account_its_own_values_only,
        );
        $crate::contract!(@ $subject, schedule:
            writes_over_the_revision_that_is_known,
            one_of_two_writers_wins,
            lists_by_group_and_name,
            deletes_one_or_a_group,
            finds_what_its_owner_has_to_do,
        );
    };
    (@ $subject:expr, $area:ident: $($check:ident),* $(,)?) => {
        mod $area {
            use super::*;

            $(
                #[tokio::test]
                async fn $check() {
                    let subject = $subject;
                    if !$crate::contract::Subject::is_there(&subject) {
                        return;
                    }
                    $crate::contract::$area::$check(&subject).await.expect("the store works");
                }
            )*
        }
    };
}
