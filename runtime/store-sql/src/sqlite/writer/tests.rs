use sqlx::Connection;

use super::*;
use crate::error::failed;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/catalog");

async fn keep(to: &mut SqliteConnection, bytes: usize) -> Result<()> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    sqlx::query("INSERT INTO definition (digest, text) VALUES (randomblob(32), ?)")
        .bind("x".repeat(bytes))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// The limit of pages is the connection's own, so another connection is like room on the disk.
#[tokio::test]
async fn writing_goes_on_once_a_full_disk_has_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = connect::options(&folder.path().join("full.db"));
    let mut writer = Writer::open(options, &MIGRATIONS).await.unwrap();
    let connection = writer.connection().await.unwrap();
    sqlx::query("PRAGMA max_page_count = 30")
        .execute(&mut *connection)
        .await
        .unwrap();
    let full = keep(connection, 10_000_000).await;
    assert!(matches!(writer.settle(full), Err(Error::Unavailable(_))));
    let kept = keep(writer.connection().await.unwrap(), 10_000_000).await;
    writer.settle(kept).unwrap();
}
