//! What a killed demo leaves for the next: `demo.json` in its data folder. It is there exactly
//! while an execution runs, and says which folder that execution reads, since the server must offer
//! the same one again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use steploom_types::ExecutionId;

use crate::failure::Failure;

const FILE: &str = "demo.json";

/// The run that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The folder it reads.
    pub(super) input: PathBuf,
    /// Its execution, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) execution: Option<ExecutionId>,
}

impl Note {
    /// A run that is about to start.
    pub(super) fn new(input: &Path) -> Self {
        Self {
            input: input.to_owned(),
            execution: None,
        }
    }

    /// The same run, started.
    pub(super) fn with_execution(mut self, id: ExecutionId) -> Self {
        self.execution = Some(id);
        self
    }

    /// What an earlier demo left; nothing if it ended well, or if what is there makes no sense.
    pub(super) fn load(data: &Path) -> Result<Option<Self>, Failure> {
        match fs::read(data.join(FILE)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps it: a whole file or none, whenever the process dies.
    pub(super) fn save(&self, data: &Path) -> Result<(), Failure> {
        fs::create_dir_all(data)?;
        let new = data.join("demo.json.new");
        let text = serde_json::to_vec(self).map_err(io::Error::from)?;
        fs::write(&new, text)?;
        Ok(fs::rename(new, data.join(FILE))?)
    }

    /// Forgets it: the execution has ended.
    pub(super) fn remove(data: &Path) -> Result<(), Failure> {
        match fs::remove_file(data.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
