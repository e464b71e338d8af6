//! The public keys of who issues tokens: read from a file or a URL, and again when a token names one
//! that is not among them.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use steploom_types::Result;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::invalid_jwks;

/// Bytes of a set of keys.
const BYTES_MAX: usize = 1024 * 1024;

/// How long reading it may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long one waits after a reading before the next, however many unknown keys are named.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// After so long it is read again though every key is known, so that withdrawn ones go.
const AGE_MAX: Duration = Duration::from_mins(10);

/// Where public keys are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A URL, of `https` or `http`.
    Url(String),
}

impl Source {
    fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => url.clone(),
        }
    }
}

/// The keys, as they were read last.
pub(super) struct Published {
    source: Source,
    http: Option<reqwest::Client>,
    keys: RwLock<Arc<JwkSet>>,
    /// When they were read, or could not be. Who holds it reads.
    read_at: Mutex<Instant>,
}

impl Published {
    pub(super) async fn load(source: Source) -> Result<Self> {
        let http = match &source {
            Source::File(_) => None,
            Source::Url(_) => Some(client().map_err(|error| invalid_jwks(&source.place(), error))?),
        };
        let keys = read(&source, http.as_ref()).await?;
        Ok(Self {
            source,
            http,
            keys: RwLock::new(Arc::new(keys)),
            read_at: Mutex::new(Instant::now()),
        })
    }

    /// The keys that may have signed a token: the one it names, or all if it names none.
    pub(super) async fn find(&self, id: Option<&str>) -> Vec<Jwk> {
        self.read_again(self.known(id).is_empty()).await;
        self.known(id)
    }

    fn known(&self, id: Option<&str>) -> Vec<Jwk> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        match id {
            Some(id) => keys.find(id).cloned().into_iter().collect(),
            None => keys.keys.clone(),
        }
    }

    async fn read_again(&self, is_missed: bool) {
        // Whoever finds somebody reading goes on with what there is, unless it lacks a key.
        let mut read_at = if is_missed {
            self.read_at.lock().await
        } else {
            match self.read_at.try_lock() {
                Ok(read_at) => read_at,
                Err(_) => return,
            }
        };
        let wait = if is_missed { AGAIN_AFTER } else { AGE_MAX };
        if read_at.elapsed() < wait {
            return;
        }
        match read(&self.source, self.http.as_ref()).await {
            Ok(keys) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Err(error) => tracing::warn!(%error, "the public keys are as they were before"),
        }
        *read_at = Instant::now();
    }
}

async fn read(source: &Source, http: Option<&reqwest::Client>) -> Result<JwkSet> {
    let wrong = |why: &dyn std::fmt::Display| invalid_jwks(&source.place(), why);
    let bytes = match (source, http) {
        (Source::Url(url), Some(http)) => fetch(http, url).await.map_err(|why| wrong(&why))?,
        (Source::Url(_), None) => return Err(wrong(&"there is no client")),
        (Source::File(path), _) => tokio::fs::read(path).await.map_err(|why| wrong(&why))?,
    };
    if bytes.len() > BYTES_MAX {
        return Err(wrong(&format!("it has more than {BYTES_MAX} bytes")));
    }
    let keys: JwkSet = serde_json::from_slice(&bytes).map_err(|why| wrong(&why))?;
    if keys.keys.is_empty() {
        return Err(wrong(&"there is no key in it"));
    }
    Ok(keys)
}

async fn fetch(http: &reqwest::Client, url: &str) -> std::result::Result<Vec<u8>, String> {
    let sent = http.get(url).send().await;
    let mut answer = sent
        .and_then(reqwest::Response::error_for_status)
        .map_err(|error| error.without_url().to_string())?;
    let mut bytes = Vec::new();
    while let Some(piece) = answer
        .chunk()
        .await
        .map_err(|error| error.without_url().to_string())?
    {
        bytes.extend_from_slice(&piece);
        if bytes.len() > BYTES_MAX {
            break;
        }
    }
    Ok(bytes)
}

fn client() -> reqwest::Result<reqwest::Client> {
    // An error means that there is one, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("steploom/", env!("CARGO_PKG_VERSION")))
        .build()
}
