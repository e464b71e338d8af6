//! Cuts a list of files into parts of about equal size.
//!
//! A part names its first and its last file, never all of them: the parts of any folder fit into
//! one state, which may be 256 KiB.

#[cfg(test)]
mod tests;

use serde::Serialize;

/// Parts of one folder. Each answers with at most 600 bytes (see `count`), and all the answers
/// have to fit into one state.
pub(crate) const PARTS_MAX: usize = 400;

/// Bytes of all parts as JSON; leaves 16 KiB of the state's 256 KiB for what else stands in it.
const PARTS_BYTES_MAX: usize = 240 * 1024;

/// What opening a file costs, counted as bytes of reading, so that thousands of tiny files do not
/// end up in one part.
const OPEN_COST_BYTES: u64 = 4 * 1024;

/// A text file of the folder.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path below the folder.
    pub(crate) path: String,
    /// Its size.
    pub(crate) bytes: u64,
}

/// The files from `first` to `last`, in the order of the listing.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Cuts `files` into at most `parts_max` parts: one a file if there are few enough, else groups
/// balanced by bytes. Makes fewer parts when very long paths would not fit otherwise.
pub(crate) fn cut(files: &[File], parts_max: usize) -> Vec<Part> {
    let mut parts_max = parts_max.min(files.len());
    loop {
        let parts: Vec<Part> = groups(files, parts_max).into_iter().map(part).collect();
        let bytes = serde_json::to_vec(&parts).map_or(0, |json| json.len());
        if bytes <= PARTS_BYTES_MAX || parts_max <= 1 {
            return parts;
        }
        parts_max /= 2;
    }
}

fn part(files: &[File]) -> Part {
    let path = |file: Option<&File>| file.map_or_else(String::new, |file| file.path.clone());
    Part {
        first: path(files.first()),
        last: path(files.last()),
        files: files.len(),
        bytes: files.iter().map(|file| file.bytes).sum(),
    }
}

/// Cuts where a file's middle, by the cost of all files before it, falls into the next share.
fn groups(files: &[File], groups_max: usize) -> Vec<&[File]> {
    if files.len() <= groups_max {
        return files.chunks(1).collect();
    }
    let cost = |file: &File| u128::from(file.bytes + OPEN_COST_BYTES);
    let total: u128 = files.iter().map(cost).sum();
    let mut groups = Vec::with_capacity(groups_max);
    let (mut start, mut before, mut share) = (0, 0, 0);
    for (index, file) in files.iter().enumerate() {
        let middle = before + cost(file) / 2;
        let share_here = middle * groups_max as u128 / total;
        if share_here != share && index > start {
            groups.push(&files[start..index]);
            start = index;
        }
        share = share_here;
        before += cost(file);
    }
    groups.push(&files[start..]);
    groups
}
