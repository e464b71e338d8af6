//! The terminal part of following: draws over itself on a terminal, prints plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use steploom_types::Timestamp;

use super::board::lines::{self, Style};
use super::board::updates::Updates;
use super::{Board, Paint, out};

/// How often a board is drawn again: often enough for a spinner, seldom enough to cost nothing.
pub(crate) const FRAME: Duration = Duration::from_millis(100);

/// Lines that a board may have where the terminal's height is unknown.
const HEIGHT_DEFAULT: usize = 24;

/// Shows a board while it changes. Everything goes to standard error, so that standard output has
/// the result alone.
pub(crate) struct Live {
    bar: Option<ProgressBar>,
    paint: Paint,
    frame: usize,
    updates: Updates,
}

impl Live {
    /// Draws on a terminal, prints lines elsewhere.
    pub(crate) fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            bar: terminal.then(|| plain_bar("{msg}")),
            paint: Paint::of_stderr(),
            frame: 0,
            updates: Updates::default(),
        }
    }

    /// Shows how the board stands now. Called each [`FRAME`] and when it has changed.
    pub(crate) fn show(&mut self, board: &Board) {
        self.frame += 1;
        match &self.bar {
            Some(bar) => bar.set_message(self.text(board).join("\n")),
            None => self.updates.take(board).iter().for_each(out::note),
        }
    }

    /// Leaves the last picture standing.
    pub(crate) fn finish(mut self, board: &Board) {
        self.show(board);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.text(board).iter().for_each(out::note);
        }
    }

    fn text(&self, board: &Board) -> Vec<String> {
        let style = Style {
            paint: self.paint,
            frame: self.frame,
            height_max: terminal_height(),
        };
        lines::lines(board, now(), style)
    }
}

/// A spinner with a message, for work without a measure.
pub(crate) struct Spinner {
    bar: Option<ProgressBar>,
    title: String,
}

impl Spinner {
    /// Starts turning; where there is no terminal, the title is printed once.
    pub(crate) fn new(title: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = plain_bar("{spinner:.cyan} {msg}");
            bar.enable_steady_tick(FRAME);
            bar.set_message(title.to_owned());
            bar
        });
        if bar.is_none() {
            out::note(title);
        }
        Self {
            bar,
            title: title.to_owned(),
        }
    }

    /// Shows what is going on beside the title; a line of its own where there is no terminal.
    pub(crate) fn detail(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(format!("{}  {}", self.title, super::human::clip(text, 80)));
            }
            None => out::note(format!("  {text}")),
        }
    }

    /// Stops and says how it went.
    pub(crate) fn finish(self, text: &str) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        out::note(format!("{} {text}", Paint::of_stderr().green("✓")));
    }

    /// Stops without a word.
    pub(crate) fn clear(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A bar for work that is measured in bytes, with a text beside it; nothing where there is no terminal.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Begins at nothing; `bytes` is the whole, if that is known.
    pub(crate) fn new(bytes: Option<u64>) -> Self {
        Self(std::io::stderr().is_terminal().then(|| {
            let template = match bytes {
                Some(_) => "{bar:30.cyan/dim} {percent:>3} %  {msg}  {eta} left",
                None => "{spinner:.cyan} {msg}",
            };
            let bar = plain_bar(template);
            if let Some(bytes) = bytes {
                bar.set_length(bytes);
            }
            bar.enable_steady_tick(FRAME);
            bar
        }))
    }

    /// So much is done.
    pub(crate) fn show(&self, bytes: u64, text: String) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
            bar.set_message(text);
        }
    }

    /// Leaves a line standing meanwhile.
    pub(crate) fn note(&self, text: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| out::note(text)),
            None => out::note(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}

/// This computer's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

pub(crate) fn plain_bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn terminal_height() -> usize {
    let height = usize::from(indicatif::TermLike::height(&console::Term::stderr()));
    if height > 2 {
        height - 1
    } else {
        HEIGHT_DEFAULT
    }
}
