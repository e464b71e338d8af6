//! New projects.

use std::fs;
use std::path::{Path, PathBuf};

use steploom_types::Name;

use super::Language;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// A project that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its files, from there.
    pub(crate) files: Vec<String>,
}

/// Writes a new project into a folder, which is made.
///
/// # Errors
/// `FolderNotEmpty`: nothing is written then.
pub(crate) fn write(language: &Language, name: &Name, folder: &Path) -> Result<Written, Failure> {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(input::unreadable(folder, &error)),
    };
    if !is_empty {
        let title = format!("{} is not empty", folder.display());
        let failure = Failure::new(Exit::Refused, "FolderNotEmpty", title);
        return Err(failure.advise("name another folder with --dir"));
    }
    let mut files = Vec::new();
    for (path, text) in language.files {
        let path = render(path, name);
        let file = folder.join(&path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
        }
        fs::write(&file, render(text, name)).map_err(|error| unwritable(&file, &error))?;
        files.push(path);
    }
    Ok(Written {
        folder: folder.to_owned(),
        files,
    })
}

/// A template's text for a function of this name.
pub(super) fn render(text: &str, name: &Name) -> String {
    text.replace("{{name}}", name.as_str())
        .replace("{{ident}}", &identifier(name))
}

/// The name as languages take it for their own things.
fn identifier(name: &Name) -> String {
    let mut text = name.as_str().replace(['-', '.'], "_");
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        text.insert(0, '_');
    }
    text
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::local(format!("cannot write {}: {error}", path.display()))
}
