//! Where a server keeps what it is measured with: a folder, and the store in there or in a database.

use std::path::{Path, PathBuf};

use anyhow::Result;
use steploom_store::Store;
use steploom_store_sql::{postgres, sqlite};
use tempfile::TempDir;

/// Removed with the value; a database goes with the process.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    database_url: Option<String>,
}

impl Place {
    /// In a folder; the store too, unless there is a database for it.
    pub(crate) fn new(folder: TempDir, database_url: Option<String>) -> Self {
        Self {
            folder,
            database_url,
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `up` is told of it.
    pub(crate) fn arguments(&self) -> Vec<PathBuf> {
        let mut arguments = vec!["--data".into(), self.data()];
        if let Some(url) = &self.database_url {
            arguments.extend(["--database-url".into(), url.into()]);
        }
        arguments
    }

    /// The store, which no server may have open that is alone with it.
    pub(crate) async fn store(&self) -> Result<Store> {
        Ok(match &self.database_url {
            Some(url) => postgres::open(url, postgres::Options::default()).await?,
            None => sqlite::open(&self.data().join("store")).await?,
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}
