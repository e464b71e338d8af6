//! The files of a project that is being written, and whether they ask for another build.
//!
//! A build changes files as well, such as `Cargo.lock` or what a bundler makes, and these must not set off the next
//! build; what somebody saves while a build runs must.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::project::{LEFT_BEHIND, Project};

/// Files that are looked at, at the most.
const FILES_MAX: usize = 10_000;
/// Files that tools keep beside what people write.
const OF_TOOLS: [&str; 9] = [
    "Cargo.lock",
    "bun.lock",
    "go.sum",
    "go.work.sum",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "uv.lock",
    "yarn.lock",
];

/// When each file was changed last.
type Seen = BTreeMap<PathBuf, Option<SystemTime>>;

/// What was seen of a project's files.
pub(super) struct Watch {
    /// As they were when the last build began, but for what it made itself.
    seen: Seen,
    /// What stood in files that changed while one ran.
    contents: BTreeMap<PathBuf, u64>,
    /// Files that a build writes each time.
    made: BTreeSet<PathBuf>,
}

impl Watch {
    /// Begins with the files as they are.
    pub(super) fn new(project: &Project) -> Self {
        Self {
            seen: look(project),
            contents: BTreeMap::new(),
            made: BTreeSet::new(),
        }
    }

    /// A build is over: what it made counts as seen. A file that was there before may as well have been saved by
    /// somebody; it is the build's once that has written it a second time as it was.
    pub(super) fn built(&mut self, project: &Project) {
        if project.manifest.build.is_empty() {
            return;
        }
        for (path, time) in look(project) {
            let before = self.seen.get(&path);
            if before == Some(&time) {
                continue;
            }
            let content = content(&path);
            let is_as_it_was = content.is_some() && self.contents.get(&path) == content.as_ref();
            if is_as_it_was {
                self.made.insert(path.clone());
            }
            if before.is_none() || is_of_tools(&path) || self.made.contains(&path) {
                self.seen.insert(path.clone(), time);
            }
            self.contents.extend(content.map(|content| (path, content)));
        }
    }

    /// Whether a file is another than when the last build began; asked again, only what is another by then.
    pub(super) fn has_changed(&mut self, project: &Project) -> bool {
        let now = look(project);
        let has_changed = now != self.seen;
        self.seen = now;
        has_changed
    }
}

fn is_of_tools(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| OF_TOOLS.contains(&name))
}

/// What stands in a file, to tell it from what stood there before.
fn content(path: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    fs::read(path).ok()?.hash(&mut hasher);
    Some(hasher.finish())
}

/// The project's files. The module that its build leaves behind is none of them.
fn look(project: &Project) -> Seen {
    let module = project.module();
    let mut seen = Seen::new();
    let mut left = vec![project.folder.clone()];
    while let Some(folder) = left.pop() {
        // What cannot be read now may be on its way.
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || path == module || seen.len() >= FILES_MAX {
                continue;
            }
            match entry.metadata() {
                Ok(of) if of.is_dir() => {
                    if !LEFT_BEHIND.contains(&name.as_ref()) {
                        left.push(path);
                    }
                }
                Ok(of) => drop(seen.insert(path, of.modified().ok())),
                Err(_) => {}
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests;
