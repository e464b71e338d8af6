//! The walk over a folder: every regular file below it, always in the same order.
//!
//! Folders are read name by name in the order of bytes, a folder's files where the folder stands.
//! Links are never followed, so the walk can't leave the folder or run in a circle.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::Path;

use crate::Span;
use crate::entries::{Entry, Kind, kind, read_entries};

/// Files in one listing: their names have to fit in a function's memory (128 MiB by default).
pub const FILES_MAX: usize = 300_000;

/// Folders that hold what tools made, not what people wrote. Hidden folders are left out as well.
const FOLDERS_LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// What a walk found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Paths of regular files below the folder, in order, with `/` between names.
    pub files: Vec<String>,
    /// Paths that could not be listed: links, devices, names that are not UTF-8, closed folders.
    pub skipped: Vec<String>,
}

/// Lists the files below `folder`, or only those of `span`.
///
/// # Errors
/// When `folder` itself can't be read, or holds more than [`FILES_MAX`] files.
pub fn walk(folder: &Path, span: Option<&Span>) -> io::Result<Listing> {
    let mut walk = Walk {
        span,
        listing: Listing::default(),
    };
    match span {
        // One file is looked up; reading whole folders for it would be a waste.
        Some(span) if span.first == span.last => {
            if let Ok(metadata) = fs::symlink_metadata(folder.join(&span.first)) {
                walk.file(span.first.clone(), kind(metadata.file_type()))?;
            }
        }
        _ => {
            let entries = read_entries(folder)?;
            walk.folder(entries, folder, "")?;
        }
    }
    Ok(walk.listing)
}

/// Compares two relative paths as the walk meets them: name by name, not character by character.
pub(crate) fn order(left: &str, right: &str) -> Ordering {
    left.split('/').cmp(right.split('/'))
}

struct Walk<'a> {
    span: Option<&'a Span>,
    listing: Listing,
}

impl Walk<'_> {
    /// Takes in the entries of the folder at `path`, which is `relative` as seen from the top.
    fn folder(&mut self, entries: Vec<Entry>, path: &Path, relative: &str) -> io::Result<()> {
        for Entry { name, kind } in entries {
            let below = join(relative, &name);
            if kind != Kind::Folder {
                if self.span.is_none_or(|span| span.has_file(&below)) {
                    self.file(below, kind)?;
                }
            } else if self.enters(&name, &below) {
                let path = path.join(&name);
                match read_entries(&path) {
                    Ok(entries) => self.folder(entries, &path, &below)?,
                    Err(_) => self.listing.skipped.push(below),
                }
            }
        }
        Ok(())
    }

    fn enters(&self, name: &str, relative: &str) -> bool {
        !is_left_out(name) && self.span.is_none_or(|span| span.may_have_folder(relative))
    }

    fn file(&mut self, path: String, kind: Kind) -> io::Result<()> {
        if kind != Kind::File {
            self.listing.skipped.push(path);
            return Ok(());
        }
        if self.listing.files.len() == FILES_MAX {
            return Err(io::Error::other(format!(
                "it holds more than {FILES_MAX} files: start with a folder further down"
            )));
        }
        self.listing.files.push(path);
        Ok(())
    }
}

fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || FOLDERS_LEFT_OUT.contains(&name)
}

fn join(relative: &str, name: &str) -> String {
    if relative.is_empty() {
        name.to_owned()
    } else {
        format!("{relative}/{name}")
    }
}
