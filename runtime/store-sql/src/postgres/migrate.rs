//! The tables, made or brought up to date by whichever node comes first.

use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use steploom_store::Result;
use steploom_store::lease::equal_ranges;
use steploom_types::{Error, Kind, limits};
use tokio::time::{Instant, sleep};

use super::journal;
use super::link::connect;
use crate::error::failed;

/// The advisory lock under which the tables are made: "steploom", a byte a letter.
const LOCK: i64 = 0x7374_6570_6c6f_6f6d;

/// The oldest server that knows everything that is asked of it here.
const SERVER_VERSION_MIN: i32 = 130_000;

/// How long the first connection is tried for, so that database and nodes may start together.
const FIRST_CONNECT_MAX: Duration = Duration::from_secs(15);
/// And how long one waits before trying again.
const CONNECT_AGAIN: Duration = Duration::from_millis(250);

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Makes what is missing. Several nodes may do this at once: one does it, the others find it done.
///
/// # Errors
/// Says what the operator must do: the database is not there, is of a newer release, is too old, or
/// would not keep what it acknowledges.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<(), Error> {
    let mut connection = first_connection(options).await?;
    check_server(&mut connection).await?;
    // Another node may be at it for long.
    let lock =
        format!("SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})");
    run(&mut connection, lock).await?;
    make_schema(&mut connection).await?;
    migrate_to_newest(&mut connection).await.map_err(refusal)?;
    make_shards(&mut connection).await?;
    journal::make_first(&mut connection).await?;
    // The lock goes with the session.
    Ok(connection.close().await.map_err(failed)?)
}

async fn first_connection(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    let until = Instant::now() + FIRST_CONNECT_MAX;
    loop {
        match connect(options).await {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() >= until || !is_away(options).await => {
                let host = options.get_host();
                return Err(Error::new(
                    Kind::Unavailable,
                    "DatabaseUnreachable",
                    format!("cannot use the database at {host}: {error}"),
                ));
            }
            Err(error) => tracing::warn!(%error, "waiting for the database"),
        }
        sleep(CONNECT_AGAIN).await;
    }
}

/// Whether the database is only not there yet: what it refuses, it refuses again.
async fn is_away(options: &PgConnectOptions) -> bool {
    use sqlx::ConnectOptions;
    match options.connect().await {
        Ok(_) | Err(sqlx::Error::Io(_)) => true,
        Err(sqlx::Error::Database(error)) => {
            // cannot_connect_now, too_many_connections
            matches!(error.code().as_deref(), Some("57P03" | "53300"))
        }
        Err(_) => false,
    }
}

async fn check_server(connection: &mut PgConnection) -> Result<(), Error> {
    let (version, name, fsync): (i32, String, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'),
                current_setting('fsync')",
    )
    .fetch_one(connection)
    .await
    .map_err(failed)?;
    if version < SERVER_VERSION_MIN {
        return Err(Error::invalid(
            "DatabaseTooOld",
            format!("the database server is Postgres {name}; this release needs 13 or newer"),
        ));
    }
    if fsync == "off" {
        return Err(Error::invalid(
            "DatabaseNotDurable",
            "the database server runs with fsync = off, so that a crash would lose what was \
             acknowledged; set fsync = on in its postgresql.conf",
        ));
    }
    Ok(())
}

/// A role that may not make schemas can be given one, empty, that it owns.
async fn make_schema(connection: &mut PgConnection) -> Result<()> {
    let there: bool = sqlx::query_scalar("SELECT to_regnamespace('steploom') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !there {
        run(connection, "CREATE SCHEMA steploom".to_owned()).await?;
    }
    Ok(())
}

/// Boxed, since the compiler cannot tell otherwise that this future is `Send`.
fn migrate_to_newest(connection: &mut PgConnection) -> BoxFuture<'_, Result<(), MigrateError>> {
    Box::pin(MIGRATIONS.run_direct(None, connection, false))
}

fn refusal(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(version) => {
            let newest = MIGRATIONS
                .iter()
                .map(|m| m.version)
                .max()
                .unwrap_or_default();
            Error::invalid(
                "DatabaseNewer",
                format!(
                    "the database was made by a newer release of Steploom (its schema is {version}, \
                     this release knows {newest}): start that release, or a newer one"
                ),
            )
        }
        MigrateError::VersionMismatch(version) => Error::invalid(
            "DatabaseForeign",
            format!(
                "the database's schema {version} is not the one of this release: the schema \
                 'steploom' was made by a build that was never released, or changed by hand"
            ),
        ),
        error => Error::new(
            Kind::Unavailable,
            "DatabaseMigration",
            format!("the tables in the database cannot be made: {error}"),
        ),
    }
}

/// A new database gets its shards.
async fn make_shards(connection: &mut PgConnection) -> Result<()> {
    let ranges = equal_ranges(limits::SHARDS);
    let part = |of: fn(
        &(
            steploom_types::ShardId,
            (steploom_types::Slot, steploom_types::Slot),
        ),
    ) -> u16| {
        ranges
            .iter()
            .map(|range| i64::from(of(range)))
            .collect::<Vec<_>>()
    };
    sqlx::query(
        "INSERT INTO shard (id, slot_first, slot_last, epoch, last_lsn, trimmed_lsn)
         SELECT *, 0, 0, 0 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
         WHERE NOT EXISTS (SELECT 1 FROM shard)",
    )
    .bind(part(|(shard, _)| shard.0))
    .bind(part(|(_, slots)| slots.0.0))
    .bind(part(|(_, slots)| slots.1.0))
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    let sql = sqlx::AssertSqlSafe(sql);
    sqlx::raw_sql(sql)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
