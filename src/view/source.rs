//! Finds the place of a JSON pointer in the text of a file, and draws that line with a caret.
//!
//! What it reads is JSON that a parser has taken already, or has refused at a line and column that
//! it named; text that makes no sense to it is simply not found.

use std::ops::Range;

/// Nesting that is followed; deeper text is not searched.
const DEPTH_MAX: usize = steploom_types::limits::JSON_DEPTH_MAX;

/// A file that somebody wrote, to point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its path, as it was given.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// A place in a text, as people count: from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line's number.
    pub(crate) line: usize,
    /// The column, in characters.
    pub(crate) column: usize,
    /// How many characters of the line are meant; at least 1.
    pub(crate) length: usize,
    /// The line's text.
    pub(crate) text: String,
}

impl Source {
    /// The place of a JSON pointer: the value if it is on one line, else its key. If the last parts
    /// of the pointer lead nowhere (a field is missing), the place of what is there.
    pub(crate) fn find(&self, pointer: &str) -> Option<Place> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        let mut parts: Vec<String> = pointer.split('/').skip(1).flat_map(parts_of).collect();
        if !self.text.trim_ascii_start().starts_with('{') {
            return self.find_in_yaml(pointer);
        }
        loop {
            if let Some(range) = Scanner::new(&self.text).seek(&parts) {
                return Some(self.place(range));
            }
            parts.pop()?;
        }
    }

    /// As [`Source::find`], in a text that is YAML.
    fn find_in_yaml(&self, pointer: &str) -> Option<Place> {
        let mut pointer = pointer;
        loop {
            if let Some(found) = steploom_asl::locate(&self.text, pointer) {
                return self.at(found.line, found.column);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    /// The place of a line and column, as `serde_json` names them in its messages.
    pub(crate) fn at(&self, line: usize, column: usize) -> Option<Place> {
        let text = self.text.lines().nth(line.checked_sub(1)?)?;
        let before = text.get(..column.saturating_sub(1)).unwrap_or(text);
        Some(Place {
            line,
            column: before.chars().count() + 1,
            length: 1,
            text: text.to_owned(),
        })
    }

    fn place(&self, range: Range<usize>) -> Place {
        let start = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        let meant = &self.text[range.start..range.end.clamp(range.start, end)];
        Place {
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[start..range.start].chars().count() + 1,
            length: meant.chars().count().max(1),
            text: self.text[start..end].trim_end().to_owned(),
        }
    }
}

/// A part of a pointer, and its numbers in brackets as parts of their own: AWS writes `Catch[0]`.
fn parts_of(part: &str) -> Vec<String> {
    let part = part.replace("~1", "/").replace("~0", "~");
    let Some((name, numbers)) = part.strip_suffix(']').and_then(|part| part.split_once('[')) else {
        return vec![part];
    };
    let numbers = numbers.split("][").map(str::to_owned);
    std::iter::once(name.to_owned()).chain(numbers).collect()
}

impl Place {
    /// The line and, under it, carets; the caller puts the line's number before them.
    pub(crate) fn caret(&self) -> String {
        let indent: String = self
            .text
            .chars()
            .take(self.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        format!("{indent}{}", "^".repeat(self.length))
    }
}

/// Walks over JSON text.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The bytes of the value that the parts lead to, or of its key if the value is a structure.
    fn seek(mut self, parts: &[String]) -> Option<Range<usize>> {
        self.blank();
        let mut key = None;
        for part in parts {
            key = match self.peek()? {
                b'{' => Some(self.enter_object(part)?),
                b'[' => {
                    self.enter_array(part.parse().ok()?)?;
                    None
                }
                _ => return None,
            };
        }
        let start = self.at;
        if matches!(self.peek()?, b'{' | b'[') {
            return Some(key.unwrap_or(start..start + 1));
        }
        self.skip_value(0)?;
        Some(start..self.at)
    }

    /// Goes to the value of a key; gives the place of the key.
    fn enter_object(&mut self, wanted: &str) -> Option<Range<usize>> {
        self.at += 1;
        loop {
            self.blank();
            if self.peek()? != b'"' {
                return None;
            }
            let start = self.at;
            self.skip_text()?;
            let range = start..self.at;
            self.blank();
            self.expect(b':')?;
            self.blank();
            let key: String = serde_json::from_str(&self.text[range.clone()]).ok()?;
            if key == wanted {
                return Some(range);
            }
            self.next_element()?;
        }
    }

    /// Goes to an element of an array.
    fn enter_array(&mut self, index: usize) -> Option<()> {
        self.at += 1;
        self.blank();
        for _ in 0..index {
            self.next_element()?;
            self.blank();
        }
        (self.peek()? != b']').then_some(())
    }

    fn next_element(&mut self) -> Option<()> {
        self.skip_value(0)?;
        self.blank();
        self.expect(b',')
    }

    fn skip_value(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            b'"' => self.skip_text(),
            b'{' | b'[' => self.skip_structure(depth),
            _ => {
                let rest = &self.text[self.at..];
                let length = rest.find([',', '}', ']', ' ', '\t', '\r', '\n'])?;
                self.at += length;
                (length > 0).then_some(())
            }
        }
    }

    fn skip_structure(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            self.blank();
            match self.peek()? {
                b'}' | b']' => {
                    self.at += 1;
                    return Some(());
                }
                b',' | b':' => self.at += 1,
                _ => self.skip_value(depth + 1)?,
            }
        }
    }

    fn skip_text(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests;
