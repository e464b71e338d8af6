//! Connections to SQLite files, with their promises checked.

use std::path::Path;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};
use steploom_store::{Error, Result};

use crate::error::failed;

/// How long a statement waits for a lock. Only a copy or a checkpoint of the WAL ever holds one, as
/// the folder is ours.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections that read the projection or the catalog beside the one that writes: each is a thread.
const READERS_MAX: u32 = 4;

/// What every connection has in common.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // On macOS an fsync alone does not reach the disk.
        .pragma("fullfsync", "ON")
        .pragma("temp_store", "MEMORY")
        .thread_name(thread_name("", path))
        .disable_statement_logging()
}

/// How the system shows a connection's thread (`top -H`): by its file, of 15 bytes at the most.
fn thread_name(does: &'static str, path: &Path) -> impl Fn(u64) -> String + use<> {
    let file = path.file_stem().unwrap_or_default();
    let name = format!("{does}{}", file.to_string_lossy());
    move |_| name.clone()
}

/// Opens a connection that writes, makes the tables, and verifies that commits will be durable.
pub(super) async fn writer(
    options: &SqliteConnectOptions,
    migrator: &'static Migrator,
) -> Result<SqliteConnection> {
    let mut connection = options.connect().await.map_err(failed)?;
    verify(&mut connection, options).await?;
    let migrated = migrate(&mut connection, migrator).await;
    migrated.map_err(|error| Error::Unavailable(format!("{}: {error}", file(options))))?;
    Ok(connection)
}

/// Boxed, since the compiler cannot tell otherwise that this future is `Send`.
fn migrate<'a>(
    connection: &'a mut SqliteConnection,
    migrator: &'static Migrator,
) -> BoxFuture<'a, Result<(), MigrateError>> {
    Box::pin(migrator.run_direct(None, connection, false))
}

/// Connections that read what [`writer`] has made.
pub(super) fn readers(options: SqliteConnectOptions) -> SqlitePool {
    few_readers(options, READERS_MAX)
}

/// The same, where so many connections are enough.
pub(super) fn few_readers(options: SqliteConnectOptions, connections: u32) -> SqlitePool {
    let name = thread_name("read ", options.get_filename());
    SqlitePoolOptions::new()
        .max_connections(connections)
        .connect_lazy_with(options.pragma("query_only", "ON").thread_name(name))
}

async fn verify(connection: &mut SqliteConnection, options: &SqliteConnectOptions) -> Result<()> {
    let journal_mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let foreign_keys: bool = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    if (journal_mode.as_str(), synchronous, foreign_keys) == ("wal", 2, true) {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "{}: journal_mode={journal_mode} synchronous={synchronous} foreign_keys={foreign_keys} \
         instead of wal, 2 and true; a network file system cannot do this",
        file(options)
    )))
}

fn file(options: &SqliteConnectOptions) -> String {
    options.get_filename().display().to_string()
}
