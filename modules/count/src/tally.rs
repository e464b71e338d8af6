//! What was counted in one part, and its JSON, which is held to a size.
//!
//! The results of all parts come together in one state, which may be 256 KiB: 400 parts of 600
//! bytes fit. When a result would be larger it gives up its rarest words first; totals are exact
//! whatever happens.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::words::Words;

/// Bytes of one part's result.
pub(crate) const RESULT_BYTES_MAX: usize = 600;

/// Frequent words in a result.
const TOP_WORDS_MAX: usize = 20;

/// Characters of an extension that stands for itself.
const EXTENSION_LENGTH_MAX: usize = 10;

/// Where files are counted whose extension is none of the usual, or one too many for the result.
const OTHER: &str = "other";

/// Where files without an extension are counted, such as `Makefile`.
const NONE: &str = "none";

/// Counts of some files; written as `[files, lines, words, bytes]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Counts(u64, u64, u64, u64);

impl Counts {
    fn add(&mut self, other: Self) {
        self.0 += other.0;
        self.1 += other.1;
        self.2 += other.2;
        self.3 += other.3;
    }
}

/// What was counted in some files.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    total: Counts,
    extensions: BTreeMap<String, Counts>,
    frequent: Words,
}

impl Tally {
    /// Counts the file at `path`, which holds `text`. Lines and words are those of `wc`: newlines,
    /// and what stands between white space.
    pub(crate) fn add(&mut self, path: &str, text: &[u8]) {
        let lines = text.split(|byte| *byte == b'\n').skip(1).count() as u64;
        let words = text
            .split(|byte| is_space(*byte))
            .filter(|word| !word.is_empty())
            .count();
        let counts = Counts(1, lines, words as u64, text.len() as u64);
        self.total.add(counts);
        self.extensions
            .entry(extension(path))
            .or_default()
            .add(counts);
        self.frequent.add(text);
    }

    /// Files counted so far.
    pub(crate) fn files(&self) -> u64 {
        self.total.0
    }

    /// Words counted so far.
    pub(crate) fn words(&self) -> u64 {
        self.total.2
    }

    /// The result: `{"files", "lines", "words", "bytes", "extensions": {"rs": [files, lines,
    /// words, bytes], ...}, "top_words": {"the": 12, ...}}`.
    pub(crate) fn into_json(self) -> Vec<u8> {
        let Self {
            total,
            mut extensions,
            frequent,
        } = self;
        let mut top = frequent.top(TOP_WORDS_MAX);
        loop {
            let json = to_json(total, &extensions, &top);
            let is_smallest = top.is_empty() && extensions.len() <= 1;
            if json.len() <= RESULT_BYTES_MAX || is_smallest {
                return json;
            }
            if top.pop().is_none() {
                fold_smallest(&mut extensions);
            }
        }
    }
}

/// A result as it is written.
#[derive(Serialize)]
struct Written<'a> {
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
    extensions: &'a BTreeMap<String, Counts>,
    #[serde(serialize_with = "as_map")]
    top_words: &'a [(String, u64)],
}

fn to_json(total: Counts, extensions: &BTreeMap<String, Counts>, top: &[(String, u64)]) -> Vec<u8> {
    let Counts(files, lines, words, bytes) = total;
    let written = Written {
        files,
        lines,
        words,
        bytes,
        extensions,
        top_words: top,
    };
    serde_json::to_vec(&written).expect("numbers under names are always JSON")
}

/// Writes pairs as an object that keeps their order.
fn as_map<S: Serializer>(pairs: &[(String, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(word, count)| (word, count)))
}

/// Moves the extension with the fewest bytes to the others.
fn fold_smallest(extensions: &mut BTreeMap<String, Counts>) {
    let named = extensions.iter().filter(|(name, _)| *name != OTHER);
    if let Some(name) = named
        .min_by_key(|(_, counts)| counts.3)
        .map(|(name, _)| name.clone())
        && let Some(counts) = extensions.remove(&name)
    {
        extensions.entry(OTHER.into()).or_default().add(counts);
    }
}

/// The extension of a path, in lower case.
fn extension(path: &str) -> String {
    match Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
    {
        None => NONE.into(),
        Some(extension)
            if extension.len() <= EXTENSION_LENGTH_MAX
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            extension.to_ascii_lowercase()
        }
        Some(_) => OTHER.into(),
    }
}

/// White space as C's `isspace` has it.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
