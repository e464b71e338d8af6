//! A run of files in the order of a listing, named by its first and its last.
//!
//! Naming both ends keeps a part small however many files it has, and exact when files come or go
//! between two listings.

use std::cmp::Ordering;

use crate::walk::order;

/// The files from `first` to `last`, both included; paths are relative, with `/` between names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first file.
    pub first: String,
    /// The last file; not before the first.
    pub last: String,
}

impl Span {
    /// Says whether the file at `path` belongs to the span.
    pub fn has_file(&self, path: &str) -> bool {
        order(path, &self.first) != Ordering::Less && order(path, &self.last) != Ordering::Greater
    }

    /// Says whether a file below the folder at `path` may belong to the span.
    pub fn may_have_folder(&self, path: &str) -> bool {
        let leads_to_first = self
            .first
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('/'));
        let after_first = order(path, &self.first) == Ordering::Greater;
        (leads_to_first || after_first) && order(path, &self.last) != Ordering::Greater
    }

    /// Says whether `first` and `last` are names that stay below the folder.
    pub fn is_inside(&self) -> bool {
        let inside = |path: &str| {
            path.split('/').all(|name| !matches!(name, "" | "." | "..")) && !path.contains('\\')
        };
        inside(&self.first) && inside(&self.last)
    }
}
