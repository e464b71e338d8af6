//! Where the time of an execution went, as far as its history tells.
//!
//! A task's *attempts* last from scheduling to answer: the wait for a sandbox, the run in it, and
//! the commit of the answer. What a task takes beyond its attempts (waits before retries among it)
//! is counted as *between*.

use steploom_types::Timestamp;

use super::board::StateKind;
use super::table::Rows;
use super::{Board, Paint, human};

/// The sums over all tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    /// From the start of the execution to its end.
    pub(crate) wall_ms: u64,
    /// Tasks that have ended.
    pub(crate) tasks: u64,
    /// From scheduling to answer, summed.
    pub(crate) attempts_ms: u64,
    /// From entering to leaving the state, less the attempts, summed.
    pub(crate) between_ms: u64,
}

/// Adds up the tasks of an execution that has ended.
pub(crate) fn totals(board: &Board) -> Totals {
    let mut totals = Totals {
        wall_ms: board.elapsed_ms(Timestamp::default()),
        tasks: 0,
        attempts_ms: 0,
        between_ms: 0,
    };
    for node in board
        .nodes()
        .iter()
        .filter(|node| node.kind() == StateKind::Task)
    {
        let visits_ms: u64 = node.times_ms().iter().map(|ms| u64::from(*ms)).sum();
        totals.tasks += node.times_ms().len() as u64;
        totals.attempts_ms += node.attempts_ms();
        totals.between_ms += visits_ms.saturating_sub(node.attempts_ms());
    }
    totals
}

/// A table: for each state how often, how long in all, and the median and slowest visit.
pub(crate) fn table(board: &Board, paint: Paint) -> String {
    let mut rows = Rows::new(paint, &["state", "visits", "total", "p50", "p99", "max"]);
    for node in board
        .nodes()
        .iter()
        .filter(|node| !node.times_ms().is_empty())
    {
        let mut times_ms = node.times_ms().to_vec();
        times_ms.sort_unstable();
        let total_ms = times_ms.iter().map(|ms| u64::from(*ms)).sum();
        rows.add([
            format!("{}{}", "  ".repeat(node.depth()), node.name()),
            human::count(times_ms.len() as u64),
            human::duration(total_ms),
            human::duration(percentile(&times_ms, 50)),
            human::duration(percentile(&times_ms, 99)),
            human::duration(percentile(&times_ms, 100)),
        ]);
    }
    rows.text(&[1, 2, 3, 4, 5])
}

/// The nearest-rank percentile of sorted times; 0 of none.
fn percentile(sorted_ms: &[u32], percent: usize) -> u64 {
    let rank = (sorted_ms.len() * percent).div_ceil(100).max(1);
    sorted_ms.get(rank - 1).map_or(0, |ms| u64::from(*ms))
}

#[cfg(test)]
mod tests;
