//! Draws a board as lines of text.

use steploom_api::wire::ExecutionStatus;
use steploom_types::Timestamp;

use super::{Board, Mark, Node, StateKind};
use crate::view::table::status_text;
use crate::view::{Paint, human};

/// Characters of a `Map`'s bar.
const BAR_LENGTH: u64 = 24;

/// Names longer than this are clipped, so that the counts stay in sight.
const NAME_LENGTH_MAX: usize = 40;

/// The turning mark of what is going on.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// How a board is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// In colour or not.
    pub(crate) paint: Paint,
    /// Counts up with each drawing: turns the spinner.
    pub(crate) frame: usize,
    /// How many lines there may be.
    pub(crate) height_max: usize,
}

/// The board at an instant: a headline, then a line a state.
pub(crate) fn lines(board: &Board, now: Timestamp, style: Style) -> Vec<String> {
    let mut lines = vec![headline(board, now, style.paint)];
    let width = board.nodes.iter().map(name_width).max().unwrap_or(0);
    let room = style.height_max.saturating_sub(2).max(1);
    let hidden = board.nodes.len().saturating_sub(room);
    let first = first_shown(board, hidden);
    let shown = board.nodes.iter().skip(first).take(room);
    lines.extend(shown.map(|node| state_line(board, node, width, now, style)));
    if hidden > 0 {
        let text = format!("  … and {}", human::plural(hidden as u64, "more state"));
        lines.push(style.paint.dim(&text));
    }
    if let Some((error, cause)) = &board.failure {
        let cause = human::clip(cause, 200);
        lines.push(format!("  {} {cause}", style.paint.red(error)));
    }
    lines
}

/// Where the part begins that is shown when not everything fits: a little above what is going on.
fn first_shown(board: &Board, hidden: usize) -> usize {
    let busy = board
        .nodes
        .iter()
        .position(|node| node.open() > 0 && !node.kind.has_scopes());
    busy.unwrap_or(0).saturating_sub(2).min(hidden)
}

fn headline(board: &Board, now: Timestamp, paint: Paint) -> String {
    let status = status_text(board.status);
    let status = match board.status {
        ExecutionStatus::Running | ExecutionStatus::Pending => paint.cyan(status),
        ExecutionStatus::Succeeded => paint.green(status),
        ExecutionStatus::Aborted | ExecutionStatus::Paused | ExecutionStatus::Expired => {
            paint.yellow(status)
        }
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Quarantined => {
            paint.red(status)
        }
    };
    let mut parts = vec![
        paint.bold(&board.title),
        status,
        human::clock(board.elapsed_ms(now)),
    ];
    if board.tasks_done > 0 {
        parts.push(human::plural(board.tasks_done, "task"));
    }
    if let Some(rate) = rate(board, now) {
        parts.push(human::rate(rate));
    }
    parts.join("  ")
}

/// Tasks a second: lately while it runs, over the whole once it has ended.
fn rate(board: &Board, now: Timestamp) -> Option<f64> {
    let rate = if board.has_ended() {
        board.tasks_done as f64 * 1_000.0 / board.elapsed_ms(now).max(1) as f64
    } else {
        board.rate.per_second(now.max(board.last_at))
    };
    (board.tasks_done > 1 && rate > 0.0).then_some(rate)
}

fn name_width(node: &Node) -> usize {
    2 * node.depth + node.name.chars().count().min(NAME_LENGTH_MAX)
}

fn state_line(board: &Board, node: &Node, width: usize, now: Timestamp, style: Style) -> String {
    let paint = style.paint;
    let mark = board.mark(node);
    let name = human::clip(&node.name, NAME_LENGTH_MAX);
    let pad = " ".repeat(width - name_width(node));
    let name = match mark {
        Mark::Waiting | Mark::Skipped => paint.dim(&name),
        _ => name,
    };
    let indent = "  ".repeat(node.depth);
    let sign = sign(mark, style);
    let rest = [
        measure(board, node, now),
        bar(node, paint),
        notes(node, paint),
    ];
    let rest: Vec<String> = rest.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{indent}{sign} {name}{pad}  {}", rest.join("  "))
        .trim_end()
        .to_owned()
}

fn sign(mark: Mark, style: Style) -> String {
    let paint = style.paint;
    match mark {
        Mark::Waiting => paint.dim("○"),
        Mark::Running => paint.cyan(SPINNER[style.frame % SPINNER.len()]),
        Mark::Retrying => paint.yellow("↻"),
        Mark::Done => paint.green("✓"),
        Mark::Failed => paint.red("✗"),
        Mark::Aborted => paint.yellow("⊘"),
        Mark::Skipped => paint.dim("·"),
    }
}

/// `37/160` where it is known how many there will be, a time where there was one, else a count.
pub(super) fn measure(board: &Board, node: &Node, now: Timestamp) -> String {
    if node.items.total > 0 {
        let items = node.items;
        return format!(
            "{}/{}",
            human::count(items.succeeded),
            human::count(items.total)
        );
    }
    if let Some(expected) = board.visits_expected(node) {
        return format!("{}/{}", human::count(node.done), human::count(expected));
    }
    match (
        node.entered,
        node.times_ms.as_slice(),
        node.open_since.front(),
    ) {
        (1, [ms], _) => human::duration(u64::from(*ms)),
        (1, [], Some(since)) => human::duration(now.max(board.last_at).millis_since(*since)),
        (0 | 1, ..) => String::new(),
        _ => format!("{}×", human::count(node.done)),
    }
}

fn bar(node: &Node, paint: Paint) -> String {
    let Some(percent) = percent(node) else {
        return String::new();
    };
    let filled = percent * BAR_LENGTH / 100;
    let full = "█".repeat(filled as usize);
    let empty = "░".repeat((BAR_LENGTH - filled) as usize);
    format!("{}{} {percent:>3} %", paint.green(&full), paint.dim(&empty))
}

/// How much of a `Map` is done.
pub(super) fn percent(node: &Node) -> Option<u64> {
    let items = node.items;
    let ended = items.succeeded + items.failed;
    (node.kind == StateKind::Map && items.total > 0).then(|| ended * 100 / items.total)
}

fn notes(node: &Node, paint: Paint) -> String {
    let running = if node.entered > 1 { node.open() } else { 0 };
    let failed = if node.failed > 1 {
        node.failed
    } else {
        node.items.failed
    };
    let text = |n: u64, word: &str| (n > 0).then(|| format!("{} {word}", human::count(n)));
    let texts = [
        text(running, "running").map(|text| paint.cyan(&text)),
        text(node.retried, "retried").map(|text| paint.yellow(&text)),
        text(node.caught, "caught").map(|text| paint.yellow(&text)),
        text(failed, "failed").map(|text| paint.red(&text)),
    ];
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    texts.join(", ")
}
