//! Hearing from the database that a shard was given back: a connection that listens, opened when
//! somebody waits for hints, and anew after it was lost.

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use steploom_store::Result;
use tokio::sync::Mutex;

use crate::error::failed;

/// What [`release`](super::release) says.
const RELEASED: &str = "steploom_released";

/// Who listens.
pub(super) struct Hints {
    options: PgConnectOptions,
    listener: Mutex<Option<PgListener>>,
}

impl Hints {
    /// Listens to the database once it is asked to.
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self {
            options,
            listener: Mutex::default(),
        }
    }

    /// Waits for the next hint. May be dropped.
    pub(super) async fn next(&self) -> Result<()> {
        let mut listener = self.listener.lock().await;
        let heard = match &mut *listener {
            Some(listener) => listener,
            none => none.insert(self.listen().await?),
        };
        let hint = heard.recv().await.map_err(failed);
        if hint.is_err() {
            *listener = None;
        }
        hint.map(drop)
    }

    async fn listen(&self) -> Result<PgListener> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(self.options.clone());
        let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
        listener.listen(RELEASED).await.map_err(failed)?;
        Ok(listener)
    }
}
