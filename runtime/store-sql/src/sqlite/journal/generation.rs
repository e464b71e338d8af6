//! One generation of the journal: one file.

use bytes::Bytes;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, QueryBuilder, Row as _, Sqlite, SqliteConnection};
use steploom_store::journal::{Append, Appended, Epoch, Lsn, Record, frame};
use steploom_store::lease::Lease;
use steploom_store::{Error, Result};
use steploom_types::ShardId;

use super::ahead::Ahead;
use super::places::Places;
use super::{FILES, Head, Heads};
use crate::column::{count, shard, slot, stored};
use crate::error::failed;
use crate::sqlite::connect;
use crate::sqlite::files;
use crate::sqlite::folder::Folder;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/journal");

/// Pages of the WAL after which SQLite copies it into the file, while a commit waits: 40 MiB, more
/// than a generation that is written fast ever has, so its records are written once.
const WAL_PAGES_MAX: &str = "10000";

/// What a record takes in the file besides its body, about.
const RECORD_BYTES: usize = 64;

/// A generation. Its connection is opened when it is needed.
pub(super) struct Generation {
    pub(super) number: u64,
    /// As they were when it was opened or closed. Final once it is closed.
    pub(super) heads: Heads,
    /// Bytes of records in it.
    pub(super) bytes: usize,
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    ahead: Ahead,
    places: Places,
}

/// A record as it is stored.
pub(super) struct Sealed {
    shard: ShardId,
    epoch: Epoch,
    lsn: Lsn,
    framed: Vec<u8>,
}

impl From<&Append> for Sealed {
    fn from(record: &Append) -> Self {
        Self {
            shard: record.shard,
            epoch: record.epoch,
            lsn: record.lsn,
            framed: frame::seal(record).into(),
        }
    }
}

impl Generation {
    /// Opens a generation's file, making one that has not begun if there is none.
    pub(super) async fn create(folder: &Folder, number: u64) -> Result<Self> {
        let path = folder.file(&FILES.name(number));
        let options = connect::options(&path).pragma("wal_autocheckpoint", WAL_PAGES_MAX);
        let mut generation = Self {
            number,
            heads: Heads::new(),
            bytes: 0,
            options,
            connection: None,
            ahead: Ahead::new(folder.file(&FILES.log(number))),
            places: Places::default(),
        };
        generation.connection().await?;
        folder.sync().map_err(files::failed)?;
        generation.heads = generation.load_heads().await?;
        generation.bytes = generation.load_bytes().await?;
        Ok(generation)
    }

    /// Makes this the generation that is written, in one commit.
    pub(super) async fn begin(&mut self, heads: Heads) -> Result<()> {
        insert_heads(self.connection().await?, &heads).await?;
        self.heads = heads;
        Ok(())
    }

    /// Appends in one statement, which is one commit: the fence leaves out single records.
    pub(super) async fn append(&mut self, batch: Vec<Sealed>) -> Result<Vec<Appended>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let mut answers = vec![Appended::Fenced; batch.len()];
        let bytes = batch.iter().map(|record| record.framed.len()).sum();
        self.ahead.expect(bytes).await;
        let mut firsts: Vec<(ShardId, usize, usize)> = Vec::with_capacity(batch.len());
        let mut insert =
            QueryBuilder::<Sqlite>::new("INSERT INTO record (shard, lsn, epoch, body) VALUES ");
        let mut rows = insert.separated(", ");
        for (position, record) in batch.into_iter().enumerate() {
            if firsts.iter().any(|(shard, ..)| *shard == record.shard) {
                continue;
            }
            firsts.push((record.shard, position, record.framed.len()));
            rows.push("(")
                .push_bind_unseparated(i64::from(record.shard.0))
                .push_bind(stored(record.lsn.0))
                .push_bind(stored(record.epoch.0))
                .push_bind(record.framed)
                .push_unseparated(")");
        }
        let connection = self.connection().await?;
        let written = insert.build().execute(&mut *connection).await;
        let written = written.map_err(failed)?.rows_affected();
        let is_whole = written == firsts.len() as u64;
        let done = if is_whole {
            Vec::new()
        } else {
            newest(connection, written).await?
        };
        for (shard, position, bytes) in firsts {
            if is_whole || done.contains(&i64::from(shard.0)) {
                answers[position] = Appended::Done;
                self.bytes += bytes + RECORD_BYTES;
            }
        }
        Ok(answers)
    }

    /// Records of `shard` from `from` on, as many as `bytes_max` takes; none if `from` is not here.
    pub(super) async fn read(
        &mut self,
        shard: ShardId,
        from: Lsn,
        bytes_max: usize,
    ) -> Result<Vec<Record>> {
        self.find_places().await?;
        let Some((first, last)) = self.places.page(shard, from, bytes_max) else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query(
            "SELECT lsn, epoch, body FROM record WHERE n BETWEEN ? AND ? AND shard = ? ORDER BY n",
        )
        .bind(first)
        .bind(last)
        .bind(i64::from(shard.0))
        .fetch_all(self.connection().await?)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| record(shard, row)).collect()
    }

    /// Every shard as it is in the file.
    pub(super) async fn load_heads(&mut self) -> Result<Heads> {
        let rows = sqlx::query(
            "SELECT shard, slot_first, slot_last, epoch, base_lsn, last_lsn, trimmed_lsn FROM head",
        )
        .fetch_all(self.connection().await?)
        .await
        .map_err(failed)?;
        rows.iter().map(head).collect()
    }

    /// Gives a shard its next epoch; `None` if there is no such shard.
    pub(super) async fn bump(&mut self, shard: ShardId) -> Result<Option<Lease>> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "UPDATE head SET epoch = epoch + 1 WHERE shard = ? RETURNING epoch, last_lsn",
        )
        .bind(i64::from(shard.0))
        .fetch_optional(self.connection().await?)
        .await
        .map_err(failed)?;
        let lease = |(epoch, last_lsn)| {
            Ok(Lease {
                shard,
                epoch: Epoch(count(epoch)?),
                last_lsn: Lsn(count(last_lsn)?),
            })
        };
        row.map(lease).transpose()
    }

    /// Stores up to where a shard has trimmed.
    pub(super) async fn store_trim(&mut self, shard: ShardId, upto: Lsn) -> Result<()> {
        sqlx::query("UPDATE head SET trimmed_lsn = ? WHERE shard = ?")
            .bind(stored(upto.0))
            .bind(i64::from(shard.0))
            .execute(self.connection().await?)
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// The newest record of `shard` when this was closed.
    pub(super) fn ends_at(&self, shard: ShardId) -> Lsn {
        let head = self.heads.get(&shard);
        head.map_or(Lsn(0), |head| head.last_lsn)
    }

    /// Removes the file. A connection to it may stay open: it has nothing to say any more.
    pub(super) fn remove(&self, folder: &Folder) -> Result<()> {
        FILES.remove(folder, self.number)
    }

    /// Closes the connection until it is needed again.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }

    /// Gives the slots of a shard to two new ones, in one commit. The old one's head stays, since the
    /// projection's is compared with it: with an epoch that nobody has, and without slots.
    pub(super) async fn split(
        &mut self,
        (shard, epoch): (ShardId, Epoch),
        children: &Heads,
    ) -> Result<()> {
        let mut transaction = self
            .connection()
            .await?
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        sqlx::query("UPDATE head SET epoch = ?, slot_first = 1, slot_last = 0 WHERE shard = ?")
            .bind(stored(epoch.0 + 1))
            .bind(i64::from(shard.0))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        insert_heads(&mut transaction, children).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        if self.connection.is_none() {
            self.connection = Some(connect::writer(&self.options, &MIGRATIONS).await?);
        }
        let missing = || Error::Unavailable("a connection that was opened is gone".into());
        self.connection.as_mut().ok_or_else(missing)
    }

    async fn load_bytes(&mut self) -> Result<usize> {
        let (records, bytes): (i64, i64) =
            sqlx::query_as("SELECT count(*), coalesce(sum(length(body)), 0) FROM record")
                .fetch_one(self.connection().await?)
                .await
                .map_err(failed)?;
        Ok(count(bytes)? as usize + count(records)? as usize * RECORD_BYTES)
    }

    /// Takes in what was committed since the last time. SQLite knows a body's length without reading
    /// it.
    async fn find_places(&mut self) -> Result<()> {
        let upto = self.places.upto;
        let rows: Vec<(i64, i64, i64, i64)> =
            sqlx::query_as("SELECT n, shard, lsn, length(body) FROM record WHERE n > ? ORDER BY n")
                .bind(upto)
                .fetch_all(self.connection().await?)
                .await
                .map_err(failed)?;
        for (n, id, lsn, bytes) in rows {
            let (id, lsn, bytes) = (shard(id)?, Lsn(count(lsn)?), count(bytes)?);
            self.places.add(n, id, lsn, bytes as usize);
        }
        Ok(())
    }
}

/// The shards of the newest so many records. Asked for only when the fence has left one out: to return
/// them from each insert would wake who waits for it before the commit.
async fn newest(from: &mut SqliteConnection, count: u64) -> Result<Vec<i64>> {
    sqlx::query_scalar("SELECT shard FROM record ORDER BY n DESC LIMIT ?")
        .bind(stored(count))
        .fetch_all(from)
        .await
        .map_err(failed)
}

fn record(shard: ShardId, row: &SqliteRow) -> Result<Record> {
    let framed: Vec<u8> = row.try_get("body").map_err(failed)?;
    let lsn = Lsn(count(row.try_get("lsn").map_err(failed)?)?);
    let epoch = Epoch(count(row.try_get("epoch").map_err(failed)?)?);
    frame::open(shard, lsn, epoch, &Bytes::from(framed))
}

async fn insert_heads(to: &mut SqliteConnection, heads: &Heads) -> Result<()> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO head (shard, slot_first, slot_last, epoch, base_lsn, last_lsn, trimmed_lsn) ",
    );
    insert.push_values(heads, |mut row, (shard, head)| {
        row.push_bind(i64::from(shard.0))
            .push_bind(i64::from(head.slots.0.0))
            .push_bind(i64::from(head.slots.1.0))
            .push_bind(stored(head.epoch.0))
            .push_bind(stored(head.base_lsn.0))
            .push_bind(stored(head.last_lsn.0))
            .push_bind(stored(head.trimmed_lsn.0));
    });
    insert.build().execute(to).await.map_err(failed)?;
    Ok(())
}

fn head(row: &SqliteRow) -> Result<(ShardId, Head)> {
    let number = |column: &str| row.try_get::<i64, _>(column).map_err(failed);
    let head = Head {
        slots: (slot(number("slot_first")?)?, slot(number("slot_last")?)?),
        epoch: Epoch(count(number("epoch")?)?),
        base_lsn: Lsn(count(number("base_lsn")?)?),
        last_lsn: Lsn(count(number("last_lsn")?)?),
        trimmed_lsn: Lsn(count(number("trimmed_lsn")?)?),
    };
    Ok((shard(number("shard")?)?, head))
}
