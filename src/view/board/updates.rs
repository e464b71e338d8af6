//! A board for where lines cannot be drawn over: a line whenever a state's mark changes, and at
//! each tenth of a `Map`. Plain text that `grep` finds things in.

use std::collections::HashMap;

use steploom_types::Timestamp;

use super::{Board, Mark, Node, lines};
use crate::view::human;
use crate::view::table::status_text;

/// Parts of a `Map` that get a line each.
const MAP_LINES_MAX: u64 = 10;

/// What has been said already.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    said: HashMap<usize, (Mark, u64)>,
    ended: bool,
}

impl Updates {
    /// Lines for what changed since the last call.
    pub(crate) fn take(&mut self, board: &Board) -> Vec<String> {
        let mut new = Vec::new();
        for (at, node) in board.nodes.iter().enumerate() {
            let mark = board.mark(node);
            let part = lines::percent(node).map_or(0, |percent| percent * MAP_LINES_MAX / 100);
            let before = self.said.insert(at, (mark, part));
            if should_say(node, mark, part, before) {
                new.push(line(board, node, mark));
            }
        }
        if board.has_ended() && !self.ended {
            self.ended = true;
            new.push(last_line(board));
        }
        new
    }
}

/// Inside a `Map` a state goes on and off with each item: there only the first start and failures
/// count.
fn should_say(node: &Node, mark: Mark, part: u64, before: Option<(Mark, u64)>) -> bool {
    let (mark_before, part_before) = before.unwrap_or((Mark::Waiting, 0));
    let often = node.entered > 1 && !node.kind.has_scopes();
    match mark {
        Mark::Waiting | Mark::Skipped => false,
        Mark::Running | Mark::Done if often => mark_before == Mark::Waiting,
        _ => mark != mark_before || part != part_before,
    }
}

fn line(board: &Board, node: &Node, mark: Mark) -> String {
    let word = match mark {
        Mark::Waiting => "waiting",
        Mark::Running => "running",
        Mark::Retrying => "retrying",
        Mark::Done => "done",
        Mark::Failed => "failed",
        Mark::Aborted => "aborted",
        Mark::Skipped => "skipped",
    };
    let measure = lines::measure(board, node, board.last_at);
    format!("{} {} {word} {measure}", stamp(board), node.name)
        .trim_end()
        .to_owned()
}

fn last_line(board: &Board) -> String {
    let failure = board.failure.as_ref().map(|(error, cause)| {
        let cause = human::clip(cause, 200);
        format!(" {error}: {cause}")
    });
    format!(
        "{} {} {}{}",
        stamp(board),
        board.title,
        status_text(board.status),
        failure.unwrap_or_default()
    )
}

/// Seconds since the start, to the millisecond.
fn stamp(board: &Board) -> String {
    format!(
        "{:>9.3}",
        board.elapsed_ms(Timestamp::default()) as f64 / 1_000.0
    )
}
