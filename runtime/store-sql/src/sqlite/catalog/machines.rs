//! Machines, their versions, and definitions.

use sqlx::{Connection, SqliteConnection, SqliteExecutor, SqlitePool};
use steploom_store::audit::Change;
use steploom_store::catalog::{Machine, MachineVersion, Put};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Digest, Name, Timestamp};

use super::{audit, exists};
use crate::column::stored;
use crate::error::failed;
use crate::row::machine::{Stored, StoredVersion};

/// What [`Stored`] is made of: `machine m` with its newest version.
macro_rules! select {
    () => {
        "SELECT m.name, m.created_at AS since, v.version, v.definition, v.created_at
         FROM machine m JOIN machine_version v ON v.machine = m.n AND v.version =
             (SELECT max(version) FROM machine_version WHERE machine = m.n)
         WHERE m.account = ? "
    };
}

pub(super) async fn put(
    to: &mut SqliteConnection,
    (account, name): (AccountId, &Name),
    definition: &str,
    at: Timestamp,
    put: Put,
) -> Result<Machine> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let digest = Digest::of(definition.as_bytes());
    if let Some(machine) = find(&mut *transaction, account, name).await? {
        if machine.latest.definition == digest {
            return Ok(machine);
        }
        if put == Put::Create {
            return Err(exists("machine", name));
        }
    }
    keep(&mut transaction, definition).await?;
    add_version(&mut transaction, (account, name), digest, at).await?;
    let machine = find(&mut *transaction, account, name).await?;
    let machine = machine
        .ok_or_else(|| Error::Corrupt(format!("the machine '{name}' is not where it was put")))?;
    let change = Change::machine(name, &machine.latest);
    audit::record(&mut transaction, account, change).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(machine)
}

async fn add_version(
    to: &mut SqliteConnection,
    (account, name): (AccountId, &Name),
    digest: Digest,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO machine (account, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(stored(account.as_u64()))
    .bind(name.as_str())
    .bind(at.as_millis())
    .execute(&mut *to)
    .await
    .map_err(failed)?;
    sqlx::query(
        "INSERT INTO machine_version (machine, version, definition, created_at)
         SELECT m.n, coalesce(max(v.version), 0) + 1, ?, ?
         FROM machine m LEFT JOIN machine_version v ON v.machine = m.n
         WHERE m.account = ? AND m.name = ? GROUP BY m.n",
    )
    .bind(digest.as_bytes().to_vec())
    .bind(at.as_millis())
    .bind(stored(account.as_u64()))
    .bind(name.as_str())
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn find(
    from: impl SqliteExecutor<'_>,
    account: AccountId,
    name: &Name,
) -> Result<Option<Machine>> {
    let machine: Option<Stored> = sqlx::query_as(concat!(select!(), "AND m.name = ?"))
        .bind(stored(account.as_u64()))
        .bind(name.as_str())
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    machine.map(Stored::check).transpose()
}

pub(super) async fn versions(
    from: &SqlitePool,
    account: AccountId,
    name: &Name,
    limit: u32,
) -> Result<Vec<MachineVersion>> {
    let versions: Vec<StoredVersion> = sqlx::query_as(
        "SELECT v.version, v.definition, v.created_at
         FROM machine m JOIN machine_version v ON v.machine = m.n
         WHERE m.account = ? AND m.name = ? ORDER BY v.version DESC LIMIT ?",
    )
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
) -> Result<Vec<Machine>> {
    let machines: Vec<Stored> =
        sqlx::query_as(concat!(select!(), "AND m.name > ? ORDER BY m.name LIMIT ?"))
            .bind(stored(account.as_u64()))
            .bind(after.map(Name::as_str).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(from)
            .await
            .map_err(failed)?;
    machines.into_iter().map(Stored::check).collect()
}

pub(super) async fn delete(
    to: &mut SqliteConnection,
    account: AccountId,
    name: &Name,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let deleted = sqlx::query("DELETE FROM machine WHERE account = ? AND name = ?")
        .bind(stored(account.as_u64()))
        .bind(name.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let was_there = deleted.rows_affected() > 0;
    if was_there {
        let change = Change::deleted("machine", name);
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(was_there)
}

/// Keeps a definition, if it is not kept already.
pub(super) async fn keep(to: &mut SqliteConnection, definition: &str) -> Result<Digest> {
    let digest = Digest::of(definition.as_bytes());
    sqlx::query("INSERT INTO definition (digest, text) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(digest.as_bytes().to_vec())
        .bind(definition)
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(digest)
}

/// A definition; one that does not have its digest is never handed out.
pub(super) async fn definition(from: &SqlitePool, digest: Digest) -> Result<Option<String>> {
    let text: Option<String> = sqlx::query_scalar("SELECT text FROM definition WHERE digest = ?")
        .bind(digest.as_bytes().to_vec())
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    match text {
        Some(text) if Digest::of(text.as_bytes()) != digest => Err(Error::Corrupt(format!(
            "the definition {digest} is another text"
        ))),
        text => Ok(text),
    }
}
