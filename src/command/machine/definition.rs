//! A definition in a file, checked here: no server is needed.

use std::path::Path;

use steploom_api::wire::{Diagnostic, Problem, ProblemItem, Severity};
use steploom_asl::{Options, Parsed, Rejected};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::view::source::Source;

/// Endings of definitions' files, the longer first.
const SUFFIXES: [&str; 6] = [
    ".asl.json",
    ".asl.yaml",
    ".asl.yml",
    ".json",
    ".yaml",
    ".yml",
];

/// Reads and checks a definition.
pub(super) fn read(file: &Path, options: Options) -> Result<(Source, Parsed), Failure> {
    let source = input::file_text(file)?;
    match steploom_asl::parse_with(&source.text, &options) {
        Ok(parsed) => Ok((source, parsed)),
        Err(rejected) => Err(refused(&rejected, source)),
    }
}

/// A definition that cannot be run or drawn, with all that is wrong with it.
fn refused(rejected: &Rejected, source: Source) -> Failure {
    let items = rejected.diagnostics.iter().map(|diagnostic| ProblemItem {
        code: diagnostic.code.to_owned(),
        path: diagnostic.path.clone(),
        message: diagnostic.message.clone(),
    });
    let title = format!("{} is not a valid definition", source.path);
    let problem = Problem {
        code: "InvalidDefinition".to_owned(),
        title,
        problems: items.collect(),
        ..Problem::default()
    };
    Failure::of_problem(Exit::Refused, problem).within(source)
}

/// A diagnostic as the API has it.
pub(super) fn wire(diagnostic: &steploom_asl::Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: match diagnostic.severity {
            steploom_asl::Severity::Error => Severity::Error,
            steploom_asl::Severity::Warning => Severity::Warning,
        },
        code: diagnostic.code.to_owned(),
        path: diagnostic.path.clone(),
        message: diagnostic.message.clone(),
    }
}

/// A machine's name after its file's.
pub(super) fn name(file: &Path) -> String {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let stem = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    stem.map_or_else(|| name.clone(), str::to_owned)
}
