//! Tells whether a module's sources changed, by what they hold: times change with every checkout.

#[cfg(test)]
mod tests;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Raised when the way modules are built changes, so that all are built again.
const RECIPE: u32 = 1;

/// A short text that differs when any file in the folders does. It is no
/// defence against forgery: it decides what is built again, nothing else.
pub(crate) fn of(folders: impl Iterator<Item = PathBuf>) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    RECIPE.hash(&mut hasher);
    for folder in folders {
        add(&folder, &mut hasher).with_context(|| format!("can't read {}", folder.display()))?;
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn add(folder: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        name.hash(hasher);
        if entry.file_type()?.is_dir() {
            add(&entry.path(), hasher)?;
        } else {
            fs::read(entry.path())?.hash(hasher);
        }
    }
    // Ends the folder, so that moving a file out of it is a change.
    hasher.write_u8(0);
    Ok(())
}
