//! Marks on paths that are rarely taken: a campaign that never came by one proves nothing about it.

use crate::table::table;

table! {
    /// A path that is rarely taken.
    Mark {
        /// A commit failed, or its answer was lost.
        CommitLost = "commit-lost",
        /// A record was refused, as the shard has another owner.
        CommitFenced = "commit-fenced",
        /// Recovery met a record beyond its checkpoint.
        TailReplayed = "tail-replayed",
        /// Recovery met facts of one execution in the projection and in the journal's tail.
        TailOfChunks = "tail-of-chunks",
        /// Recovery began an attempt again.
        AttemptAgain = "attempt-again",
        /// Recovery set a timer that was overdue.
        TimerOverdue = "timer-overdue",
        /// An attempt that is made once at the most may have been made by a former owner.
        OutcomeUnknown = "outcome-unknown",
        /// An execution came to memory while it was paused.
        PausedLoaded = "paused-loaded",
        /// An execution was wanted as one that has ended, or was set aside, while it was looked for as an open one.
        WantedMore = "wanted-more",
        /// Places in the order of a key were asked for again, as the answer was lost.
        PlacesAgain = "places-again",
        /// One with a place in the order of a key did not come, and was waited for no longer.
        PlaceLapsed = "place-lapsed",
        /// An execution that had ended was redriven twice at once.
        RedriveTwice = "redrive-twice",
        /// A shard could not be recovered, and that was tried again.
        RecoveryAgain = "recovery-again",
        /// Another node's lease was still good.
        LeaseRefused = "lease-refused",
        /// The lease was found to be lost when it was to be renewed.
        LeaseLost = "lease-lost",
        /// A checkpoint failed and was tried again.
        CheckpointAgain = "checkpoint-again",
        /// A checkpoint was refused, as the shard has another owner.
        CheckpointFenced = "checkpoint-fenced",
        /// A former owner's checkpoint was written while the shard was being recovered.
        CheckpointOvertaken = "checkpoint-overtaken",
        /// The journal could not be trimmed.
        TrimFailed = "trim-failed",
        /// A fact came while its execution was being written by a checkpoint.
        FactDuringCheckpoint = "fact-during-checkpoint",
        /// An answer came for an attempt that nobody waits for.
        AnswerUnwanted = "answer-unwanted",
        /// Somebody was told that what they wanted came too late for another fact of its commit.
        FactLate = "fact-late",
        /// A token was used for a task that is over.
        TokenOver = "token-over",
        /// A start met its name being looked up or committed.
        NameComing = "name-coming",
        /// A start met its name in the projection.
        NameKept = "name-kept",
        /// A child that nobody waits for any more was to be stopped.
        ChildOrphaned = "child-orphaned",
        /// The stop of a child was begun again from the journal.
        OrphanAgain = "orphan-again",
        /// A checkpoint waited for the stop of a child.
        CheckpointHeld = "checkpoint-held",
        /// A child was found, started by the same attempt before.
        ChildFound = "child-found",
        /// The sandbox refused a call for want of room.
        Refused = "refused",
        /// A shard was given back at a clean shutdown.
        Released = "released",
    }
}

/// Somebody came by here.
#[cfg(not(feature = "simulation"))]
#[inline]
pub fn mark(_mark: Mark) {}

#[cfg(feature = "simulation")]
pub use counted::{mark, take_marks};

#[cfg(feature = "simulation")]
mod counted {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::Mark;

    thread_local! {
        static SEEN: RefCell<BTreeMap<Mark, u64>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Somebody came by here: counted for this thread.
    pub fn mark(mark: Mark) {
        SEEN.with_borrow_mut(|seen| *seen.entry(mark).or_default() += 1);
    }

    /// How often each mark was passed on this thread since this was last asked.
    pub fn take_marks() -> BTreeMap<Mark, u64> {
        SEEN.take()
    }
}
