//! JSON: the elements of an array are the items, without the array being held as a whole.
//!
//! The text is followed byte by byte as far as its nesting goes; each element is then parsed by
//! itself. What stands outside of the array is not checked.

use serde_json::Value;

use super::{ITEM_BYTES_MAX, failed, too_long};
use crate::Failure;
use steploom_types::limits::JSON_DEPTH_MAX;

/// What AWS says of a text that is no array.
const NOT_ITERABLE: &str = "Attempting to map over non-iterable node.";

#[derive(Debug)]
pub(super) struct Elements {
    /// The steps of the pointer.
    steps: Vec<String>,
    /// The open brackets and braces down to the array, and within the element.
    open: Vec<Level>,
    /// How many levels from the top are those that the pointer leads through.
    followed: usize,
    /// The element, or the key, that is not complete yet.
    text: Vec<u8>,
    string: Text,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// On the way to the array.
    Seeking,
    /// In the array; the nesting of the array itself.
    Within,
    /// After it.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    /// Not in a string.
    Outside,
    /// In one.
    Inside,
    /// After a backslash in one.
    Escaped,
}

#[derive(Debug)]
enum Level {
    /// An array, and the place of the element that is being read.
    Array(u64),
    /// An object, whether a key is read (not a value), and whether the key was the pointer's step.
    Object { in_key: bool, is_next: bool },
}

impl Elements {
    pub(super) fn new(pointer: Option<&str>) -> Result<Self, Failure> {
        let pointer = pointer.unwrap_or_default();
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(failed(format!("'{pointer}' is not a JSON pointer.")));
        }
        let unescape = |step: &str| step.replace("~1", "/").replace("~0", "~");
        Ok(Self {
            steps: pointer.split('/').skip(1).map(unescape).collect(),
            open: Vec::new(),
            followed: 0,
            text: Vec::new(),
            string: Text::Outside,
            state: State::Seeking,
        })
    }

    pub(super) fn feed(&mut self, piece: &[u8], items: &mut Vec<Value>) -> Result<(), Failure> {
        for byte in piece {
            match self.state {
                State::Seeking => self.seek(*byte)?,
                State::Within => self.within(*byte, items)?,
                State::Over => return Ok(()),
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        match self.state {
            State::Over => Ok(()),
            State::Within => Err(failed("The JSON text ends within its array.")),
            State::Seeking => Err(failed(NOT_ITERABLE)),
        }
    }

    /// Whether the byte belongs to a string, its quotes included.
    fn is_of_string(&mut self, byte: u8) -> bool {
        let was = self.string;
        self.string = match (was, byte) {
            (Text::Outside, b'"') | (Text::Escaped, _) => Text::Inside,
            (Text::Outside, _) | (Text::Inside, b'"') => Text::Outside,
            (Text::Inside, b'\\') => Text::Escaped,
            (Text::Inside, _) => Text::Inside,
        };
        was != Text::Outside || self.string != Text::Outside
    }

    fn seek(&mut self, byte: u8) -> Result<(), Failure> {
        if self.is_of_string(byte) {
            if matches!(self.open.last(), Some(Level::Object { in_key: true, .. })) {
                self.keep(byte)?;
            } else if self.is_here() {
                return Err(failed(NOT_ITERABLE));
            }
            return Ok(());
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'[' if self.is_here() => {
                self.state = State::Within;
                self.open.clear();
            }
            _ if self.is_here() => return Err(failed(NOT_ITERABLE)),
            b'[' => self.descend(Level::Array(0))?,
            b'{' => self.descend(Level::Object {
                in_key: true,
                is_next: false,
            })?,
            b']' | b'}' => {
                self.open.pop();
                self.followed = self.followed.min(self.open.len());
            }
            b':' => self.end_key(),
            b',' => self.end_element(),
            _ => {}
        }
        Ok(())
    }

    /// Whether the value that begins now is what the pointer leads to.
    fn is_here(&self) -> bool {
        self.leads_here() && self.followed_after() == self.steps.len()
    }

    /// Whether the value that begins now lies on the pointer's way.
    fn leads_here(&self) -> bool {
        if self.open.len() != self.followed {
            return false;
        }
        match self.open.last() {
            None => true,
            Some(Level::Object { in_key, is_next }) => !in_key && *is_next,
            Some(Level::Array(place)) => self.steps[self.followed - 1] == place.to_string(),
        }
    }

    /// Steps that lead to the value that begins now.
    fn followed_after(&self) -> usize {
        self.open.len()
    }

    fn descend(&mut self, level: Level) -> Result<(), Failure> {
        if self.open.len() >= JSON_DEPTH_MAX {
            return Err(failed("The JSON text is nested too deeply."));
        }
        if self.leads_here() {
            self.followed = self.open.len() + 1;
        }
        self.open.push(level);
        Ok(())
    }

    fn end_key(&mut self) {
        let key: Option<String> = serde_json::from_slice(&self.text).ok();
        self.text.clear();
        let step = self.steps.get(self.open.len().wrapping_sub(1));
        if let Some(Level::Object { in_key, is_next }) = self.open.last_mut() {
            *in_key = false;
            *is_next = key.as_ref() == step && step.is_some();
        }
    }

    fn end_element(&mut self) {
        match self.open.last_mut() {
            Some(Level::Array(place)) => *place += 1,
            Some(Level::Object { in_key, is_next }) => {
                *in_key = true;
                *is_next = false;
            }
            None => {}
        }
    }

    /// In the array: `open` has what the element opened.
    fn within(&mut self, byte: u8, items: &mut Vec<Value>) -> Result<(), Failure> {
        if self.is_of_string(byte) {
            return self.keep(byte);
        }
        match byte {
            b'[' | b'{' => {
                if self.open.len() >= JSON_DEPTH_MAX {
                    return Err(failed("The JSON text is nested too deeply."));
                }
                self.open.push(Level::Array(0));
            }
            b',' if self.open.is_empty() => return self.end_item(items),
            b']' if self.open.is_empty() => {
                self.state = State::Over;
                if self.text.trim_ascii().is_empty() {
                    return Ok(());
                }
                return self.end_item(items);
            }
            b']' | b'}' => {
                self.open.pop();
            }
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(()),
            _ => {}
        }
        self.keep(byte)
    }

    fn end_item(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.text);
        let item = serde_json::from_slice(&text)
            .map_err(|why| failed(format!("An element of the array is not valid JSON: {why}")))?;
        items.push(item);
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<(), Failure> {
        if self.text.len() >= ITEM_BYTES_MAX {
            return Err(too_long());
        }
        self.text.push(byte);
        Ok(())
    }
}
