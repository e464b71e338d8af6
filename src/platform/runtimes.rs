//! Where the runtimes of languages are found: a folder of modules, each named after its language.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use steploom_types::Name;

/// Where the folder is, from the folder of this program's file, if the operator does not say: beside the
/// program, beside the folder that cargo builds into, or where packages put what belongs to a program.
const PLACES: [&str; 3] = ["runtimes", "../runtimes", "../share/steploom/runtimes"];

/// The runtimes by name.
///
/// # Errors
/// If the folder that the operator named cannot be read.
pub(super) fn find(folder: Option<&Path>) -> anyhow::Result<BTreeMap<Name, PathBuf>> {
    if let Some(folder) = folder {
        return listed(folder)
            .with_context(|| format!("cannot read the runtimes in '{}'", folder.display()));
    }
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let beside = program.parent().unwrap_or(Path::new("/"));
    let mut places = PLACES.iter().map(|place| beside.join(place));
    let there = places.find(|place| place.is_dir());
    there.map_or_else(|| Ok(BTreeMap::new()), |place| listed(&place))
}

fn listed(folder: &Path) -> anyhow::Result<BTreeMap<Name, PathBuf>> {
    let mut runtimes = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path().canonicalize()?;
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if path.extension().is_some_and(|ending| ending == "wasm")
            && let Some(Ok(name)) = stem.map(str::parse)
        {
            runtimes.insert(name, path);
        }
    }
    Ok(runtimes)
}
