//! Functions and their versions.

use sqlx::{Connection, SqliteConnection, SqlitePool};
use steploom_store::Result;
use steploom_store::audit::Change;
use steploom_store::catalog::{Function, FunctionVersion, NewFunctionVersion, Put};
use steploom_types::{AccountId, Name};

use super::{audit, exists};
use crate::column::stored;
use crate::error::failed;
use crate::row::function::{Stored, StoredVersion};

/// What [`StoredVersion`] is made of, from `function_version v`.
macro_rules! columns {
    () => {
        "v.version, v.module, v.module_bytes, v.source, v.kind, v.settings, v.created_at"
    };
}

/// What [`Stored`] is made of: `function f` with its newest version.
macro_rules! select {
    () => {
        concat!(
            "SELECT f.name, f.created_at AS since, ",
            columns!(),
            " FROM function f JOIN function_version v ON v.function = f.n AND v.version =
              (SELECT max(version) FROM function_version WHERE function = f.n)
              WHERE f.account = ? "
        )
    };
}

/// What one function's versions are selected by.
macro_rules! select_versions {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM function f JOIN function_version v ON v.function = f.n
              WHERE f.account = ? AND f.name = ? "
        )
    };
}

pub(super) async fn put(
    to: &mut SqliteConnection,
    account: AccountId,
    name: &Name,
    version: &NewFunctionVersion,
    put: Put,
) -> Result<Function> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let made = sqlx::query(
        "INSERT INTO function (account, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(stored(account.as_u64()))
    .bind(name.as_str())
    .bind(version.created_at.as_millis())
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    if put == Put::Create && made.rows_affected() == 0 {
        return Err(exists("function", name));
    }
    sqlx::query(
        "INSERT INTO function_version
             (function, version, module, module_bytes, source, kind, settings, created_at)
         SELECT f.n, coalesce(max(v.version), 0) + 1, ?, ?, ?, ?, ?, ?
         FROM function f LEFT JOIN function_version v ON v.function = f.n
         WHERE f.account = ? AND f.name = ? GROUP BY f.n",
    )
    .bind(version.module.as_bytes().to_vec())
    .bind(stored(version.module_bytes))
    .bind(version.source.map(|source| source.as_bytes().to_vec()))
    .bind(&version.kind)
    .bind(&version.settings)
    .bind(version.created_at.as_millis())
    .bind(stored(account.as_u64()))
    .bind(name.as_str())
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    let function: Stored = sqlx::query_as(concat!(select!(), "AND f.name = ?"))
        .bind(stored(account.as_u64()))
        .bind(name.as_str())
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    let function = function.check()?;
    let change = Change::function(name, &function.latest);
    audit::record(&mut transaction, account, change).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(function)
}

pub(super) async fn find(
    from: &SqlitePool,
    account: AccountId,
    name: &Name,
) -> Result<Option<Function>> {
    let function: Option<Stored> = sqlx::query_as(concat!(select!(), "AND f.name = ?"))
        .bind(stored(account.as_u64()))
        .bind(name.as_str())
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    function.map(Stored::check).transpose()
}

pub(super) async fn find_version(
    from: &SqlitePool,
    account: AccountId,
    name: &Name,
    version: u32,
) -> Result<Option<FunctionVersion>> {
    let found: Option<StoredVersion> =
        sqlx::query_as(concat!(select_versions!(), "AND v.version = ?"))
            .bind(stored(account.as_u64()))
            .bind(name.as_str())
            .bind(i64::from(version))
            .fetch_optional(from)
            .await
            .map_err(failed)?;
    found.map(StoredVersion::check).transpose()
}

pub(super) async fn versions(
    from: &SqlitePool,
    account: AccountId,
    name: &Name,
    limit: u32,
) -> Result<Vec<FunctionVersion>> {
    let versions: Vec<StoredVersion> = sqlx::query_as(concat!(
        select_versions!(),
        "ORDER BY v.version DESC LIMIT ?"
    ))
    .bind(stored(account.as_u64()))
    .bind(name.as_str())
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    versions.into_iter().map(StoredVersion::check).collect()
}

pub(super) async fn list(
    from: &SqlitePool,
    account: AccountId,
    after: Option<&Name>,
    limit: u32,
) -> Result<Vec<Function>> {
    let functions: Vec<Stored> =
        sqlx::query_as(concat!(select!(), "AND f.name > ? ORDER BY f.name LIMIT ?"))
            .bind(stored(account.as_u64()))
            .bind(after.map(Name::as_str).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(from)
            .await
            .map_err(failed)?;
    functions.into_iter().map(Stored::check).collect()
}

pub(super) async fn delete(
    to: &mut SqliteConnection,
    account: AccountId,
    name: &Name,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let deleted = sqlx::query("DELETE FROM function WHERE account = ? AND name = ?")
        .bind(stored(account.as_u64()))
        .bind(name.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let was_there = deleted.rows_affected() > 0;
    if was_there {
        let change = Change::deleted("function", name);
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(was_there)
}
