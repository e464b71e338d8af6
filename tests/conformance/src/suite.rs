//! The suites: which file each reads, and how its cases are judged.

mod definitions;
mod executions;
mod jsonata;
mod single;

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::Score;
use crate::case::Case;

pub use definitions::{refused, validator};
pub use executions::{Engine, executions};
pub use jsonata::jsonata;
pub use single::single_states;

/// Which cases are run.
#[derive(Debug)]
pub struct Filter(pub Option<Regex>);

impl Filter {
    /// Whether a case is among them.
    pub fn has(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|pattern| pattern.is_match(id))
    }
}

/// The folder with the recordings: beside the checkout.
pub fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance")
}

/// The project's own cases.
pub fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Reads a file's cases, one a line. None if there is no such file.
///
/// # Errors
/// What is wrong with the file.
pub fn read(file: &Path) -> Result<Option<Vec<Case>>, String> {
    match fs::read_to_string(file) {
        Ok(text) => text
            .lines()
            .map(Case::parse)
            .collect::<Result<_, _>>()
            .map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// Reads every `.json` file of a folder, a case or a list of cases each, in the order of their names.
///
/// # Errors
/// What is wrong with them.
pub fn read_folder(folder: &Path) -> Result<Vec<Case>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(told)?;
        let Case(value) = Case::parse(&text).map_err(|why| format!("{}: {why}", file.display()))?;
        match value {
            serde_json::Value::Array(all) => cases.extend(all.into_iter().map(Case)),
            one => cases.push(Case(one)),
        }
    }
    Ok(cases)
}

/// One suite's name and score, or why it was skipped.
#[derive(Debug)]
pub struct Done {
    /// Such as `executions`.
    pub name: &'static str,
    /// The score; none if the suite was skipped.
    pub score: Option<Score>,
}
