//! What is uploaded of a function: a module, a program's text, or a zip of its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use steploom_api::wire::FunctionSettings;
use steploom_package::{Archive, Language};
use steploom_sdk::PutFunction;
use steploom_types::limits::package::FILES_MAX;
use steploom_types::{Grant, Name};

use super::{MANIFEST, Project};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// Folders in which tools leave things: nothing there belongs to a function.
pub(crate) const LEFT_BEHIND: [&str; 7] = [
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "target",
    "vendor",
    "zig-out",
];

/// How the name of a zip ends.
pub(crate) const ZIP: &str = "zip";

/// Code as it is uploaded.
#[derive(Debug)]
pub(crate) struct Upload {
    code: Vec<u8>,
    /// The language of a program.
    runtime: Option<Name>,
    /// Its handler, if that is said.
    handler: Option<String>,
    /// What it may do on the platform.
    grants: Vec<Grant>,
}

impl Upload {
    /// A file: a module, a program or a zip.
    ///
    /// # Errors
    /// It cannot be read. `EmptyFile`, `NotAZip`.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let language = name.and_then(Language::of_file);
        let code = input::file_bytes(path)?;
        let refused = |code, why: &str| {
            let title = format!("{} {why}", path.display());
            Err(Failure::new(Exit::Refused, code, title))
        };
        if code.is_empty() {
            return refused("EmptyFile", "is empty");
        }
        if path.extension().is_some_and(|ending| ending == ZIP) && !Archive::is_one(&code) {
            return refused("NotAZip", "is no zip, whatever its name says");
        }
        Ok(Self {
            code,
            runtime: language.map(|of| of.name.parse()).transpose()?,
            handler: None,
            grants: Vec::new(),
        })
    }

    /// A project that was built.
    ///
    /// # Errors
    /// A file cannot be read; there are too many.
    pub(crate) fn of_project(project: &Project) -> Result<Self, Failure> {
        let manifest = &project.manifest;
        let Some(runtime) = &manifest.runtime else {
            return Ok(Self {
                grants: manifest.grants.clone(),
                ..Self::of_file(&project.module())?
            });
        };
        let mut files = BTreeMap::new();
        collect(&project.folder, "", &mut files)?;
        Ok(Self {
            code: Archive::write(&files)?.into(),
            runtime: Some(runtime.clone()),
            handler: manifest.handler.clone(),
            grants: manifest.grants.clone(),
        })
    }

    /// With its settings, which go before what a project says; grants of both count.
    pub(crate) fn put(self, settings: &FunctionSettings) -> PutFunction {
        let mut settings = settings.clone();
        settings.runtime = settings.runtime.or(self.runtime);
        settings.handler = settings.handler.or(self.handler);
        for grant in self.grants {
            if !settings.grants.contains(&grant) {
                settings.grants.push(grant);
            }
        }
        PutFunction {
            code: self.code.into(),
            settings: Some(settings),
            create_only: false,
        }
    }
}

/// The files of a program, by their paths: all but hidden ones, and what tools leave behind.
fn collect(
    folder: &Path,
    path: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| input::unreadable(folder, &error))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_meant = !name.starts_with('.') && !LEFT_BEHIND.contains(&name.as_str());
        if !is_meant || name == MANIFEST {
            continue;
        }
        let file = entry.path();
        let path = format!("{path}{name}");
        if file.is_dir() {
            collect(&file, &format!("{path}/"), files)?;
        } else {
            files.insert(path, input::file_bytes(&file)?);
        }
        if files.len() > FILES_MAX {
            let title = format!("a program has {FILES_MAX} files at the most; there are more");
            return Err(Failure::new(Exit::Refused, "TooManyFiles", title));
        }
    }
    Ok(())
}
