//! Everything that happened, in order: as one number to compare two runs by, and as text for people.

use std::collections::VecDeque;

use crate::lots::{digest, scramble};

/// Lines kept of a run that is watched.
const LINES_MAX: usize = 2_000_000;

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    hash: u64,
    count: u64,
    /// Only where somebody wants to read them.
    lines: Option<VecDeque<String>>,
}

impl Trace {
    pub(crate) fn new(is_kept: bool) -> Self {
        Self {
            hash: 0,
            count: 0,
            lines: is_kept.then(VecDeque::new),
        }
    }

    /// Something happened, with these details.
    pub(crate) fn event(&mut self, now_ms: u64, kind: &str, details: &[u64]) {
        self.count += 1;
        self.hash = scramble(self.hash ^ digest(kind.as_bytes()) ^ now_ms);
        for detail in details {
            self.hash = scramble(self.hash ^ *detail);
        }
        if let Some(lines) = &mut self.lines {
            if lines.len() == LINES_MAX {
                lines.pop_front();
            }
            let details: Vec<_> = details.iter().map(|d| format!("{d:x}")).collect();
            let seconds = now_ms as f64 / 1_000.0;
            lines.push_back(format!("{seconds:>10.3} {kind} {}", details.join(" ")));
        }
    }

    /// A remark for whoever reads the lines; it is no event.
    pub(crate) fn say(&mut self, now_ms: u64, text: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push_back(format!("{:>10.3} # {}", now_ms as f64 / 1_000.0, text()));
        }
    }

    /// One number for all that happened.
    pub(crate) fn hash(&self) -> u64 {
        scramble(self.hash ^ self.count)
    }

    pub(crate) fn take_lines(&mut self) -> Vec<String> {
        self.lines.take().unwrap_or_default().into()
    }
}
