//! One partition: its stretch of time, and its file to be read.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{SqliteConnection, SqlitePool};
use steploom_store::Result;
use steploom_store::projection::{Partition, Row};

use super::names::{Hashed, Names};
use super::{FILES, make};
use crate::column::{count, instant};
use crate::error::failed;
use crate::sqlite::connect;
use crate::sqlite::folder::Folder;
use crate::sqlite::projection::key;

/// Pages of the WAL after which it is copied into the file: 16 MiB.
const WAL_PAGES_MAX: &str = "2000";

/// Larger than usual: rows have some hundred bytes, and what is written is beside each other.
const PAGE_BYTES: u32 = 8192;

/// What the writing connection keeps in memory, in KiB (hence negative): an index of names.
const WRITER_CACHE: &str = "-32768";

/// Connections that read one partition: each is a thread.
const READERS_MAX: u32 = 2;

/// A partition.
pub(in crate::sqlite::projection) struct Part {
    pub(super) id: u64,
    pub(in crate::sqlite::projection) readers: SqlitePool,
    names: Names,
    state: Mutex<State>,
}

struct State {
    first: Option<i64>,
    end: Option<i64>,
    meta: Meta,
    /// The oldest and the newest id's time.
    created: Option<(i64, i64)>,
}

/// What a write leaves behind.
#[derive(Clone, Copy, Default)]
pub(super) struct Meta {
    pub(super) version: u64,
    pub(super) rows: u64,
    /// When the last of the executions began.
    pub(super) started_last: Option<i64>,
}

impl Part {
    /// Opens a partition's file, making it if it is new.
    pub(super) async fn open(
        folder: &Folder,
        id: u64,
        (first, end): (Option<i64>, Option<i64>),
        filter_bytes: &Arc<AtomicUsize>,
    ) -> Result<Self> {
        let mut file = make(folder, id).await?;
        let state = State {
            first,
            end,
            meta: Meta::read(&mut file).await?,
            created: created(&mut file).await?,
        };
        Ok(Self {
            id,
            readers: connect::few_readers(options(folder, id), READERS_MAX),
            names: Names::new(filter_bytes.clone()),
            state: Mutex::new(state),
        })
    }

    pub(in crate::sqlite::projection) fn id(&self) -> u64 {
        self.id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn first(&self) -> Option<i64> {
        self.lock().first
    }

    pub(super) fn end(&self) -> Option<i64> {
        self.lock().end
    }

    pub(super) fn begins_by(&self, at: i64) -> bool {
        self.lock().first.is_none_or(|first| first <= at)
    }

    pub(super) fn holds(&self, at: i64) -> bool {
        let state = self.lock();
        state.first.is_none_or(|first| first <= at) && state.end.is_none_or(|end| at < end)
    }

    pub(super) fn version(&self) -> u64 {
        self.lock().meta.version
    }

    /// When the last of the executions began.
    pub(in crate::sqlite::projection) fn started_last(&self) -> Option<i64> {
        self.lock().meta.started_last
    }

    /// Whether an execution of this name may be in it. What is full learns its names from the first time
    /// that somebody asks.
    pub(in crate::sqlite::projection) fn may_have(self: &Arc<Self>, name: Hashed) -> bool {
        if self.names.are_unasked() && self.end().is_some() {
            let part = self.clone();
            tokio::spawn(async move { part.names.make(&part.readers).await });
        }
        self.names.may_have(name)
    }

    /// It is about to be written.
    pub(super) fn writes<'a>(&self, rows: impl Iterator<Item = &'a Row>) {
        self.names.wrote(rows);
    }

    /// It was written.
    pub(super) fn wrote<'a>(&self, meta: Meta, rows: impl Iterator<Item = &'a Row> + Clone) {
        self.names.wrote(rows.clone());
        let mut state = self.lock();
        state.meta = meta;
        for row in rows {
            let at = row.id.created().as_millis();
            let (first, last) = state.created.unwrap_or((at, at));
            state.created = Some((first.min(at), last.max(at)));
        }
    }

    /// Where this partition ends, if it is the newest and full.
    pub(super) fn to_be_cut(&self, rows_max: u64, ms_max: i64) -> Option<i64> {
        let state = self.lock();
        let (first, last) = state.created.filter(|_| state.end.is_none())?;
        let full = state.meta.rows >= rows_max || last - first >= ms_max;
        full.then_some(last + 1)
    }

    pub(super) fn cut(&self, end: i64) {
        self.lock().end = Some(end);
    }

    pub(super) fn describe(&self, folder: &Folder) -> Result<Partition> {
        let state = self.lock();
        let name = FILES.name(self.id);
        let size = |name: &str| std::fs::metadata(folder.file(name)).map_or(0, |file| file.len());
        Ok(Partition {
            id: self.id,
            from: state.first.map(instant).transpose()?,
            to: state.end.map(instant).transpose()?,
            rows: state.meta.rows,
            bytes: size(&name) + size(&format!("{name}-wal")),
            version: state.meta.version,
        })
    }
}

impl Meta {
    pub(super) async fn read(from: &mut SqliteConnection) -> Result<Self> {
        let (version, started_last, rows): (i64, Option<i64>, i64) = sqlx::query_as(
            "SELECT version, started_last, (SELECT coalesce(sum(n), 0) FROM count) FROM meta",
        )
        .fetch_one(from)
        .await
        .map_err(failed)?;
        Ok(Self {
            version: count(version)?,
            rows: count(rows)?,
            started_last,
        })
    }
}

/// The times of the oldest and the newest id.
async fn created(from: &mut SqliteConnection) -> Result<Option<(i64, i64)>> {
    let ends: (Option<Vec<u8>>, Option<Vec<u8>>) =
        sqlx::query_as("SELECT (SELECT min(key) FROM execution), (SELECT max(key) FROM execution)")
            .fetch_one(from)
            .await
            .map_err(failed)?;
    let (Some(first), Some(last)) = ends else {
        return Ok(None);
    };
    let at = |stored: &[u8]| Ok(key::id(stored)?.created().as_millis());
    Ok(Some((at(&first)?, at(&last)?)))
}

fn options(folder: &Folder, id: u64) -> SqliteConnectOptions {
    connect::options(&folder.file(&FILES.name(id)))
        .page_size(PAGE_BYTES)
        .pragma("wal_autocheckpoint", WAL_PAGES_MAX)
}

pub(super) fn writer_options(folder: &Folder, id: u64) -> SqliteConnectOptions {
    options(folder, id).pragma("cache_size", WRITER_CACHE)
}
