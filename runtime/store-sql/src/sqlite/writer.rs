//! The one connection that writes a file, opened again after the database failed on it.
//!
//! On a full disk SQLite may end a transaction by itself. sqlx, which counts transactions, then
//! waits for an end that never comes, and every later transaction on that connection fails. So a
//! connection on which something failed is given up; the next write opens another, and the first
//! one after there is room again succeeds.

use sqlx::SqliteConnection;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use steploom_store::{Error, Result};

use super::connect;

/// A connection that writes, or the will to open one.
pub(super) struct Writer {
    options: SqliteConnectOptions,
    migrator: &'static Migrator,
    connection: Option<SqliteConnection>,
}

impl Writer {
    /// Opens the file and makes its tables.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        migrator: &'static Migrator,
    ) -> Result<Self> {
        let connection = Some(connect::writer(&options, migrator).await?);
        Ok(Self {
            options,
            migrator,
            connection,
        })
    }

    /// The connection; a new one after a failure.
    pub(super) async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect::writer(&self.options, self.migrator).await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Hands on what came of a write, and gives the connection up if the database failed.
    pub(super) fn settle<T>(&mut self, result: Result<T>) -> Result<T> {
        if matches!(result, Err(Error::Unavailable(_) | Error::Corrupt(_))) {
            self.connection = None;
        }
        result
    }
}

#[cfg(test)]
mod tests;
