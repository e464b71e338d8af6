//! Keys without a server: the store that has them, and the master key that seals their secrets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use steploom_api::port::Keys;
use steploom_auth::MasterKeys;
use steploom_auth::jwt::{self, Jwt};
use steploom_store_sql::{postgres, sqlite};
use steploom_worker::KeptKeys;

use super::folder::Folder;

/// The variable that holds the master key itself.
const VARIABLE: &str = "STEPLOOM_MASTER_KEY";

/// Where keys are kept, and under what.
pub(crate) struct Place {
    /// The data folder.
    pub(crate) data: Option<PathBuf>,
    /// The database; the data folder has the store if `None`.
    pub(crate) database_url: Option<String>,
    /// A file with the master key.
    pub(crate) master_key: Option<PathBuf>,
}

/// How callers prove who they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// A file with the master key.
    pub(crate) master_key: Option<PathBuf>,
    /// Whose tokens are taken, besides keys.
    pub(crate) jwt: Option<jwt::Settings>,
}

impl Options {
    /// The master key and the public keys of who issues tokens.
    pub(super) async fn load(
        &self,
        folder: &Folder,
        is_shared: bool,
    ) -> anyhow::Result<(Option<Arc<MasterKeys>>, Option<Arc<Jwt>>)> {
        let own = (!is_shared).then_some(folder);
        let master = master(self.master_key.as_deref(), own)?;
        let jwt = match &self.jwt {
            Some(settings) => Some(Jwt::load(settings.clone()).await?),
            None => None,
        };
        Ok((master, jwt))
    }
}

/// Opens the store of a platform that need not run.
pub(crate) async fn open(
    place: &Place,
) -> anyhow::Result<(Arc<dyn Keys>, Option<Arc<MasterKeys>>)> {
    let folder = match &place.data {
        Some(data) if !data.is_dir() => bail!(
            "there is no folder '{}'; 'steploom up --data {0}' makes it, or create it first",
            data.display()
        ),
        Some(data) => Some(Folder::open(data)?),
        None => None,
    };
    let store = match (&place.database_url, &folder) {
        (Some(url), _) => postgres::open(url, postgres::Options::default()).await?,
        (None, Some(folder)) => sqlite::open(&folder.store())
            .await
            .context("cannot open the store; stop the server that runs on it, or ask that server: leave --data out")?,
        (None, None) => bail!("--data or --database-url says where keys are kept"),
    };
    // In a database that others share, each node's own key would seal what the others cannot open.
    let own = folder.as_ref().filter(|_| place.database_url.is_none());
    let master = master(place.master_key.as_deref(), own)?;
    Ok((Arc::new(KeptKeys::new(store)), master))
}

/// The master key: of a file, of the environment, or the data folder's own.
fn master(file: Option<&Path>, folder: Option<&Folder>) -> anyhow::Result<Option<Arc<MasterKeys>>> {
    let master = if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the master key '{}'", path.display()))?;
        MasterKeys::parse(&text)?
    } else if let Some(text) = std::env::var_os(VARIABLE) {
        let text = text.into_string();
        MasterKeys::parse(&text.unwrap_or_default()).context(VARIABLE)?
    } else if let Some(folder) = folder {
        MasterKeys::of(folder.master_key()?)?
    } else {
        return Ok(None);
    };
    Ok(Some(Arc::new(master)))
}
