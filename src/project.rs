//! A folder from which a function is built: what its `steploom.toml` says, or what its files tell.

mod build;
mod language;
mod template;
mod tool;
mod upload;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use steploom_types::{Grant, Name};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

pub(crate) use build::{build, test};
use language::recognise;
pub(crate) use language::{LANGUAGES, Language, by_name as language};
pub(crate) use template::write;
use tool::Tool;
pub(crate) use upload::{LEFT_BEHIND, Upload, ZIP};

/// The name of the file that describes a project.
pub(crate) const MANIFEST: &str = "steploom.toml";

/// A function's project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// Where its files are, and where its commands run.
    pub(crate) folder: PathBuf,
    /// The function's name.
    pub(crate) name: Name,
    /// What is built, and how.
    pub(crate) manifest: Manifest,
}

/// What `steploom.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The function's name.
    pub(crate) name: Name,
    /// What it is written in.
    #[serde(default)]
    pub(crate) language: String,
    /// The module that the build leaves behind, from the project's folder.
    #[serde(default)]
    pub(crate) module: PathBuf,
    /// Instead of a module, the runtime that the folder's files are loaded into.
    #[serde(default)]
    pub(crate) runtime: Option<Name>,
    /// The function that is then called, such as `index.handler`.
    #[serde(default)]
    pub(crate) handler: Option<String>,
    /// Commands in order, each as its words.
    #[serde(default)]
    pub(crate) build: Vec<Vec<String>>,
    /// The same for its tests.
    #[serde(default)]
    pub(crate) test: Vec<Vec<String>>,
    /// Variables that the commands of the build are given.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// What the function may do on the platform.
    #[serde(default)]
    pub(crate) grants: Vec<Grant>,
}

impl Project {
    /// The project in a folder; `None` if it is none. Without a `steploom.toml` it is read from the files what it is
    /// written in, unless `language` says so, and it is built as a new project of that language.
    ///
    /// # Errors
    /// A `steploom.toml` that cannot be read; files of several languages.
    pub(crate) fn open(
        folder: &Path,
        name: Option<&Name>,
        language: Option<&'static Language>,
    ) -> Result<Option<Self>, Failure> {
        let path = folder.join(MANIFEST);
        let of = |manifest: Manifest| Self {
            folder: folder.to_owned(),
            name: name.unwrap_or(&manifest.name).clone(),
            manifest,
        };
        if path.is_file() {
            return Ok(Some(of(manifest(&path)?)));
        }
        let language = match language {
            Some(language) => Some(language),
            None => recognise(folder)?,
        };
        let Some(language) = language else {
            return Ok(None);
        };
        let own = || own_name(folder);
        let name = name.cloned().map_or_else(own, Ok)?;
        Ok(Some(of(language.manifest(&name)?)))
    }

    /// The module that its build leaves behind.
    pub(crate) fn module(&self) -> PathBuf {
        self.folder.join(&self.manifest.module)
    }
}

/// The name of the folder, as a function's.
fn own_name(folder: &Path) -> Result<Name, Failure> {
    let whole = fs::canonicalize(folder).map_err(|error| input::unreadable(folder, &error))?;
    let name = whole.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
        .parse()
        .map_err(|error| Failure::from(error).advise("give the function a name with --name"))
}

fn manifest(path: &Path) -> Result<Manifest, Failure> {
    let source = input::file_text(path)?;
    read(&source.text).map_err(|why| {
        let title = format!("{} cannot be read: {why}", path.display());
        Failure::new(Exit::Refused, "InvalidManifest", title)
    })
}

/// Reads the text of a manifest.
fn read(text: &str) -> Result<Manifest, String> {
    let manifest: Manifest =
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    let commands = manifest.build.iter().chain(&manifest.test);
    if commands.into_iter().any(Vec::is_empty) {
        return Err("a command has no words".to_owned());
    }
    let has_module = !manifest.module.as_os_str().is_empty();
    if has_module == manifest.runtime.is_some() {
        return Err("it says either its 'module' or its 'runtime'".to_owned());
    }
    if manifest.handler.is_some() && has_module {
        return Err("a 'handler' is for a 'runtime', not for a 'module'".to_owned());
    }
    let leaves = manifest.module.components();
    if leaves.into_iter().any(|part| {
        !matches!(
            part,
            std::path::Component::Normal(_) | std::path::Component::CurDir
        )
    }) {
        return Err("'module' must be a path within the folder".to_owned());
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests;
