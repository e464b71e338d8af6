//! The store on Postgres: one database, as many nodes as there are.
//!
//! Everything lies in a schema of its own, `steploom`, so it may share a database with others. What
//! fences an owner is the epoch and the lsn in its shard's row; what decides leases is the database's
//! clock. No statement here waits without an end, and no transaction outlives its node: a node that
//! stands still is soon rid of its locks.

mod catalog;
mod journal;
mod lease;
mod link;
mod migrate;
mod projection;

use std::str::FromStr;
use std::sync::Arc;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use steploom_store::Store;
use steploom_types::Error;

use link::Links;

/// Bytes of records after which the journal goes on in a new table: so many that making one costs
/// nothing, and so few that recovery never reads much more than it must.
pub const GENERATION_BYTES: usize = 64 * 1024 * 1024;

/// Statements that stay prepared on a connection. Those that name a generation go with it.
const STATEMENTS_MAX: usize = 256;

/// Connections of a node, by what they are for: one does not wait for the other.
const APPENDS_MAX: usize = 2;
const LEASES_MAX: usize = 2;
const JOURNAL_MAX: usize = 4;
const CHECKPOINTS_MAX: usize = 4;
const QUERIES_MAX: usize = 8;

/// Connections that a node may have at once.
pub const CONNECTIONS_MAX: usize =
    APPENDS_MAX + LEASES_MAX + JOURNAL_MAX + CHECKPOINTS_MAX + QUERIES_MAX;

/// Closed executions after which a new partition begins.
pub const PARTITION_ROWS: u64 = 1_000_000;

/// How the URL of a database begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What may be chosen.
#[derive(Clone, Debug)]
pub struct Options {
    /// See [`GENERATION_BYTES`].
    pub generation_bytes: usize,
    /// See [`PARTITION_ROWS`].
    pub partition_rows: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            generation_bytes: GENERATION_BYTES,
            partition_rows: PARTITION_ROWS,
        }
    }
}

/// Opens the store in the database at `url` (`postgres://user:password@host:port/database`, with the
/// parameters that libpq knows, such as `sslmode`), making the tables if there are none.
///
/// # Errors
/// Says what the operator must do: the URL is none, the database is not there or refuses us, belongs
/// to a newer release, or would not keep what it acknowledges.
pub async fn open(url: &str, options: Options) -> Result<Store, Error> {
    let connect = parse(url)?;
    migrate::migrate(&connect).await?;
    let links = |connections_max| Arc::new(Links::new(connect.clone(), connections_max));
    let queries = links(QUERIES_MAX);
    let journal = journal::Journal::new(
        links(APPENDS_MAX),
        links(JOURNAL_MAX),
        options.generation_bytes,
    );
    let projection = projection::Executions::new(
        links(CHECKPOINTS_MAX),
        queries.clone(),
        options.partition_rows,
    );
    let catalog = Arc::new(catalog::Entries::new(queries));
    Ok(Store {
        journal: Arc::new(journal),
        projection: Arc::new(projection),
        catalog: catalog.clone(),
        keys: catalog.clone(),
        audit: catalog.clone(),
        schedules: catalog.clone(),
        keyvalues: catalog,
        leases: Arc::new(lease::Leases::new(links(LEASES_MAX))),
    })
}

/// Which database a URL means, for people: without the password.
///
/// # Errors
/// The URL is none.
pub fn place(url: &str) -> Result<String, Error> {
    let parsed = parse(url)?;
    let (host, port) = (parsed.get_host(), parsed.get_port());
    let database = parsed.get_database().unwrap_or(parsed.get_username());
    Ok(format!("{host}:{port}/{database}"))
}

/// The URL is never part of a message: there is a password in it.
fn parse(url: &str) -> Result<PgConnectOptions, Error> {
    let invalid = || {
        Error::invalid(
            "InvalidDatabaseUrl",
            "the database's URL is none; it reads postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        )
    };
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(invalid());
    }
    let parsed = PgConnectOptions::from_str(url).map_err(|_| invalid())?;
    Ok(parsed
        .application_name("steploom")
        .statement_cache_capacity(STATEMENTS_MAX)
        .disable_statement_logging())
}

#[cfg(test)]
mod tests;
