//! Bytes as they come from a guest, cut into lines that are fit to be shown.

use std::fmt::Write as _;
use std::time::SystemTime;

use steploom_types::Timestamp;

use crate::LogEntry;

/// Bytes of one line; a longer one is cut into several.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Lines of one invocation, so that a flood of empty ones is bounded as well.
const LINES_MAX: usize = 10_000;
/// Bytes of the last line that a failure quotes.
const LAST_LINE_BYTES_MAX: usize = 1024;

/// The log of one invocation: its first bytes up to a limit, a count of what came after, and the
/// last line whatever happened before it.
#[derive(Debug)]
pub(crate) struct Lines {
    bytes_max: u64,
    bytes_kept: u64,
    bytes_dropped: u64,
    entries: Vec<LogEntry>,
    partial: Vec<u8>,
    partial_at: Timestamp,
    last: String,
}

impl Lines {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            bytes_kept: 0,
            bytes_dropped: 0,
            entries: Vec::new(),
            partial: Vec::new(),
            partial_at: Timestamp::default(),
            last: String::new(),
        }
    }

    /// Takes bytes, whatever they are.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.partial.is_empty() {
                self.partial_at = now();
            }
            let room = LINE_BYTES_MAX - self.partial.len();
            let window = &bytes[..bytes.len().min(room)];
            if let Some(end) = window.iter().position(|byte| *byte == b'\n') {
                self.partial.extend_from_slice(&window[..end]);
                self.end_line(1);
                bytes = &bytes[end + 1..];
            } else {
                self.partial.extend_from_slice(window);
                bytes = &bytes[window.len()..];
                if self.partial.len() == LINE_BYTES_MAX {
                    self.end_line(0);
                }
            }
        }
    }

    /// A line of the sandbox's own. It is always kept; there are but a few.
    pub(crate) fn platform(&mut self, message: String) {
        self.finish_line();
        self.entries.push(LogEntry {
            at: now(),
            platform: true,
            message,
        });
    }

    /// The last line that is not blank, cut to fit into a message.
    pub(crate) fn last(&mut self) -> &str {
        self.finish_line();
        &self.last
    }

    /// All lines, and how many bytes were dropped; a line at the end says so too.
    pub(crate) fn finish(&mut self) -> (Vec<LogEntry>, u64) {
        self.finish_line();
        if self.bytes_dropped > 0 {
            self.platform(format!(
                "{} bytes of logs were dropped: the limit is {} bytes and {LINES_MAX} lines an invocation",
                self.bytes_dropped, self.bytes_max
            ));
        }
        (std::mem::take(&mut self.entries), self.bytes_dropped)
    }

    fn finish_line(&mut self) {
        if !self.partial.is_empty() {
            self.end_line(0);
        }
    }

    /// Keeps what fits of the line that was collected; `ending` bytes ended it.
    fn end_line(&mut self, ending: u64) {
        let size = self.partial.len() as u64 + ending;
        let room = self.bytes_max - self.bytes_kept;
        if !self.partial.trim_ascii().is_empty() {
            let cut = self.partial.len().min(LAST_LINE_BYTES_MAX);
            self.last = printable(&self.partial[..cut]);
        }
        if room == 0 || self.entries.len() >= LINES_MAX || self.bytes_dropped > 0 {
            self.bytes_dropped += size;
        } else {
            let kept = size.min(room);
            let shown = self.partial.len().min(kept as usize);
            self.bytes_kept += kept;
            self.bytes_dropped += size - kept;
            self.entries.push(LogEntry {
                at: self.partial_at,
                platform: false,
                message: printable(&self.partial[..shown]),
            });
        }
        self.partial.clear();
    }
}

/// The text of a guest's bytes: what is not UTF-8 replaced, control characters but the tab escaped,
/// so that no terminal obeys them.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\t' {
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
