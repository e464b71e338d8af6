//! Reading server-sent events: bytes in, events out (the HTML standard, section 9.2.6).

use std::collections::VecDeque;

use steploom_types::limits;

use crate::{Error, Result};

/// Bytes of one event: it carries two payloads at the most, and text grows by its escapes.
const EVENT_BYTES_MAX: usize = 4 * limits::DATA_LIMIT_BYTES_MAX;

/// An event that was dispatched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; `message` if it named none.
    pub(crate) kind: String,
    /// The last id that the stream has named, with this event or before.
    pub(crate) id: String,
    /// Its lines of data, joined.
    pub(crate) data: String,
}

/// What was read so far. Bytes may come in any pieces.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    /// The line that is not complete yet.
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether the first line, which may begin with a byte order mark, has been read.
    has_begun: bool,
    kind: String,
    id: String,
    data: String,
    ready: VecDeque<Event>,
}

impl Parser {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `Protocol` when an event is larger than any of ours.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_return) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                break;
            };
            self.line.extend_from_slice(&rest[..end]);
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line();
        }
        if self.line.len() + self.data.len() > EVENT_BYTES_MAX {
            return Err(Error::protocol(format_args!(
                "an event has more than {EVENT_BYTES_MAX} bytes"
            )));
        }
        Ok(())
    }

    /// The next event that is complete.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = &*text;
        if !std::mem::replace(&mut self.has_begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch();
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            // A comment has an empty field; the server's advice on pauses is ours to ignore.
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let kind = std::mem::take(&mut self.kind);
        let mut data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return;
        }
        data.pop();
        self.ready.push_back(Event {
            kind: if kind.is_empty() {
                "message".to_owned()
            } else {
                kind
            },
            id: self.id.clone(),
            data,
        });
    }
}

#[cfg(test)]
mod tests;
