//! Bugs that a test plants to see them found. A simulation that does not find these finds nothing.

use crate::table::table;

table! {
    /// A mistake that a durable engine must not make.
    Bug {
        /// A start is answered before its fact is durable.
        AnswerBeforeCommit = "answer-before-commit",
        /// Facts are applied, and acted upon, before they are durable.
        ApplyBeforeCommit = "apply-before-commit",
        /// Recovery sets no timers.
        TimerForgotten = "timer-forgotten",
        /// A record that was refused counts as written.
        NoFence = "no-fence",
        /// A commit whose answer was lost is written once more, behind itself.
        DoubleCommit = "double-commit",
        /// A retry is never dispatched.
        RetryDropped = "retry-dropped",
        /// The stop of a child that nobody waits for is said to be durable and never sent.
        StopLost = "stop-lost",
        /// The journal is trimmed by one record more than the checkpoint holds.
        TrimEarly = "trim-early",
        /// A checkpoint leaves out the last of its executions.
        CheckpointSkips = "checkpoint-skips",
        /// A lease is taken without raising its epoch.
        EpochKept = "epoch-kept",
        /// Timers fire a second before they are due.
        TimerEarly = "timer-early",
        /// A name is given away without a look at the projection.
        NameForgotten = "name-forgotten",
    }
}

#[cfg(not(feature = "simulation"))]
#[inline]
pub(crate) fn planted() -> Option<Bug> {
    None
}

#[cfg(feature = "simulation")]
pub use here::plant;
#[cfg(feature = "simulation")]
pub(crate) use here::planted;

#[cfg(feature = "simulation")]
mod here {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants a bug for all that this thread does from now on, or none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    pub(crate) fn planted() -> Option<Bug> {
        PLANTED.get()
    }
}
