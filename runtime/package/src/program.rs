//! A program: its files, and where its handler is.

use std::collections::BTreeMap;

use serde::Serialize;
use steploom_types::limits::package;
use steploom_types::{Error, Name, Result};

use crate::Language;
use crate::archive::too_large;
use crate::language::HANDLER;

/// A program as its language's runtime takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Program {
    /// The path of the file with the handler.
    pub entry: String,
    /// The function in it.
    pub handler: String,
    /// The text of every file, by its path.
    pub files: BTreeMap<String, String>,
}

impl Program {
    /// A program of one file, which is called as its function. `handler` names the function in it, as
    /// `handler` or `anything.handler`.
    ///
    /// # Errors
    /// `Invalid` / `PackageTooLarge`.
    pub fn of_text(
        language: &Language,
        name: &Name,
        handler: Option<&str>,
        text: String,
    ) -> Result<Self> {
        if text.len() > package::BYTES_MAX {
            return Err(too_large());
        }
        let entry = format!("{name}.{}", language.endings[0]);
        let handler = handler.map_or(HANDLER, |handler| {
            handler.rsplit_once('.').map_or(handler, |(_, last)| last)
        });
        Ok(Self {
            handler: handler.to_owned(),
            files: BTreeMap::from([(entry.clone(), text)]),
            entry,
        })
    }

    /// A program of several files. `handler` names file and function as on AWS: `index.handler`,
    /// `src/app.handler`. Without it, the handler is looked for in the files that are usual.
    ///
    /// # Errors
    /// `Invalid` / `NoHandler` when the file is not there.
    pub fn of_files(
        language: &Language,
        handler: Option<&str>,
        files: BTreeMap<String, String>,
    ) -> Result<Self> {
        let found = match handler {
            Some(handler) => {
                let (file, function) = language.split(handler)?;
                let entry = language.file(&files, &file);
                entry.map(|entry| (entry, function))
            }
            None => language.handlers.iter().find_map(|(file, function)| {
                let entry = language.file(&files, file)?;
                Some((entry, (*function).to_owned()))
            }),
        };
        let (entry, handler) = found.ok_or_else(|| language.no_handler(handler, &files))?;
        Ok(Self {
            entry,
            handler,
            files,
        })
    }
}

impl Language {
    /// The file, without its ending, and the function that a handler's name means.
    fn split(&self, handler: &str) -> Result<(String, String)> {
        let (folder, name) = match handler.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), handler),
        };
        let parts = if self.has_dotted_modules {
            name.rsplit_once('.')
        } else {
            name.split_once('.')
        };
        let (file, function) = parts.ok_or_else(|| {
            let message = format!(
                "the handler '{}' does not name a file and a function in it, as 'index.handler' does",
                handler.escape_default()
            );
            Error::invalid("InvalidHandler", message)
        })?;
        let file = if self.has_dotted_modules {
            file.replace('.', "/")
        } else {
            file.to_owned()
        };
        Ok((format!("{folder}{file}"), function.to_owned()))
    }

    /// The file of this name with one of the language's endings.
    fn file(&self, files: &BTreeMap<String, String>, name: &str) -> Option<String> {
        self.endings
            .iter()
            .map(|ending| format!("{name}.{ending}"))
            .find(|path| files.contains_key(path))
    }

    fn no_handler(&self, handler: Option<&str>, files: &BTreeMap<String, String>) -> Error {
        const SHOWN_MAX: usize = 10;
        let mut shown: Vec<_> = files.keys().take(SHOWN_MAX).map(String::as_str).collect();
        if files.len() > SHOWN_MAX {
            shown.push("...");
        }
        let there = if shown.is_empty() {
            "no file at all".to_owned()
        } else {
            shown.join(", ")
        };
        let message = if let Some(handler) = handler {
            let handler = handler.escape_default();
            let title = self.title;
            format!("no file in {title} is there for the handler '{handler}'; there is {there}")
        } else {
            let (file, function) = self.handlers[0];
            let ending = self.endings[0];
            format!(
                "nothing says where the handler is: name it, as in '{file}.{function}', or call its file {file}.{ending}; there is {there}"
            )
        };
        Error::invalid("NoHandler", message)
    }
}

#[cfg(test)]
mod tests;
