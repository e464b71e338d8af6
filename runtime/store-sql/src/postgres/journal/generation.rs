//! Generations of the journal: tables, made and dropped as a whole.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use steploom_store::{Error, Result};

use crate::error::failed;

/// The advisory lock under which a generation is made: "journal", a byte a letter.
const LOCK: i64 = 0x006a_6f75_726e_616c;

/// Postgres's codes: `undefined_table`, and `lock_not_available` for one that is in use.
const UNDEFINED_TABLE: &str = "42P01";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The table of a generation.
pub(super) fn table(generation: i64) -> String {
    format!("journal_{generation}")
}

/// Whether a statement failed because its table was dropped.
pub(in crate::postgres) fn is_gone(error: &sqlx::Error) -> bool {
    has_code(error, UNDEFINED_TABLE)
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    let database = error.as_database_error();
    database.is_some_and(|error| error.code().as_deref() == Some(code))
}

/// Makes the first generation of a new database.
pub(in crate::postgres) async fn make_first(to: &mut PgConnection) -> Result<()> {
    if all(to).await?.is_empty() {
        make_after(to, 0).await?;
    }
    Ok(())
}

/// The numbers of all generations, the newest last.
pub(super) async fn all(from: &mut PgConnection) -> Result<Vec<i64>> {
    sqlx::query_scalar("SELECT n FROM journal_generation ORDER BY n")
        .fetch_all(from)
        .await
        .map_err(failed)
}

/// Makes the generation after `full`, unless somebody has; gives all that there are.
pub(super) async fn make_after(to: &mut PgConnection, full: i64) -> Result<Vec<i64>> {
    let mut transaction = to.begin().await.map_err(failed)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let mut generations = all(&mut transaction).await?;
    let next = full + 1;
    if generations.last().is_none_or(|newest| *newest < next) {
        run(&mut transaction, make_sql(next)).await?;
        generations.push(next);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(generations)
}

/// Bodies are bytes that were packed already: they are not compressed, and kept apart from the rows,
/// which are what is searched. There is nothing to vacuum in a table that only grows and then goes.
fn make_sql(generation: i64) -> String {
    let table = table(generation);
    format!(
        "CREATE TABLE {table} (
             shard bigint NOT NULL,
             lsn   bigint NOT NULL,
             epoch bigint NOT NULL,
             body  bytea  NOT NULL,
             PRIMARY KEY (shard, lsn)
         ) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
         ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL;
         INSERT INTO journal_generation (n) VALUES ({generation});"
    )
}

/// Drops every generation but the newest that no shard needs; gives those that are left.
pub(super) async fn sweep(to: &mut PgConnection) -> Result<Vec<i64>> {
    let mut left = all(to).await?;
    let Some(newest) = left.pop() else {
        return Ok(left);
    };
    let mut kept = Vec::with_capacity(left.len() + 1);
    for generation in left {
        let needed = match is_needed(to, generation).await {
            Ok(false) => !drop_whole(to, generation).await?,
            Ok(true) => true,
            // Another node has dropped it.
            Err(error) if is_gone(&error) => false,
            Err(error) => return Err(failed(error)),
        };
        if needed {
            kept.push(generation);
        }
    }
    kept.push(newest);
    Ok(kept)
}

/// Whether a shard has records in there that it has not trimmed: one look into the index a shard.
async fn is_needed(from: &mut PgConnection, generation: i64) -> Result<bool, sqlx::Error> {
    let table = table(generation);
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM shard s WHERE
             (SELECT max(lsn) FROM {table} WHERE shard = s.id) > s.trimmed_lsn)"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(from).await
}

/// Drops a generation, unless it is needed after all: under the lock nobody can write to it.
async fn drop_whole(to: &mut PgConnection, generation: i64) -> Result<bool> {
    let table = table(generation);
    let mut transaction = to.begin().await.map_err(failed)?;
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT");
    let locked = sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *transaction);
    match locked.await {
        Ok(_) => {}
        Err(error) if is_gone(&error) => {
            transaction.rollback().await.map_err(failed)?;
            return Ok(true);
        }
        // Somebody reads or writes it: another time.
        Err(error) if has_code(&error, LOCK_NOT_AVAILABLE) => {
            transaction.rollback().await.map_err(failed)?;
            return Ok(false);
        }
        Err(error) => return Err(failed(error)),
    }
    if is_needed(&mut transaction, generation)
        .await
        .map_err(failed)?
    {
        transaction.rollback().await.map_err(failed)?;
        return Ok(false);
    }
    let sql = format!("DROP TABLE {table}; DELETE FROM journal_generation WHERE n = {generation}");
    run(&mut transaction, sql).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}

async fn run(to: &mut PgConnection, sql: String) -> Result<(), Error> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(to).await;
    done.map(drop).map_err(failed)
}
