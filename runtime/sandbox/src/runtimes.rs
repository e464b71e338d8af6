//! The runtimes of languages that this node has: read and divided when a program is loaded for the first
//! time.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_types::{Digest, Error, Kind, Name};
use tokio::sync::OnceCell;

use crate::Refused;
use crate::code::Code;
use crate::codes::Codes;
use crate::image::{self, Divided};

/// The runtimes of this node.
pub(crate) struct Runtimes {
    files: BTreeMap<Name, PathBuf>,
    artifacts: Arc<Artifacts>,
    ready: Mutex<HashMap<Name, Arc<OnceCell<Empty>>>>,
}

/// A runtime without any program.
#[derive(Clone)]
pub(crate) struct Empty {
    /// Its memory before anything ran, as a module.
    pub(crate) digest: Digest,
    /// That module with the runtime's code.
    pub(crate) code: Arc<Code>,
}

impl Runtimes {
    pub(crate) fn new(files: BTreeMap<Name, PathBuf>, artifacts: Arc<Artifacts>) -> Self {
        Self {
            files,
            artifacts,
            ready: Mutex::default(),
        }
    }

    /// A runtime, ready to have programs loaded. Its parts are stored as modules are, so that other nodes
    /// can call those programs without having the runtime's file.
    ///
    /// # Errors
    /// `Invalid` / `UnknownRuntime` if it is not there; `Unavailable` if its file cannot be read.
    pub(crate) async fn get(&self, name: &Name, codes: &Codes) -> Result<Empty, Refused> {
        let Some(file) = self.files.get(name) else {
            return Err(self.unknown(name).into());
        };
        let cell = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ready.entry(name.clone()).or_default())
        };
        let empty = cell.get_or_try_init(|| async {
            let Divided { code, image } = read(file.clone()).await?;
            let (code, image) = (Bytes::from(code), Bytes::from(image));
            let runtime = self.artifacts.put_module(&code).await?;
            let digest = self.artifacts.put_module(&image).await?;
            codes.get(runtime, Some(&code)).await?;
            Ok::<_, Refused>(Empty {
                digest,
                code: codes.get(digest, Some(&image)).await?,
            })
        });
        Ok(empty.await?.clone())
    }

    fn unknown(&self, name: &Name) -> Error {
        let names: Vec<_> = self.files.keys().map(Name::as_str).collect();
        let there = match names.as_slice() {
            [] => "none; it is started with --runtimes, a folder of them".to_owned(),
            _ => names.join(", "),
        };
        Error::invalid(
            "UnknownRuntime",
            format!("this server has no runtime '{name}'; it has {there}"),
        )
    }
}

async fn read(file: PathBuf) -> Result<Divided, Error> {
    let work = move || {
        let runtime = std::fs::read(&file).map_err(|error| {
            Error::new(
                Kind::Unavailable,
                "RuntimeUnavailable",
                "the runtime of this language cannot be read right now",
            )
            .with_detail(format!("{}: {error}", file.display()))
        })?;
        image::divide(&runtime)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
}
