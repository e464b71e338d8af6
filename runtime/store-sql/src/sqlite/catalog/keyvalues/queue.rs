//! Writes that wait for the catalog's one writer, and share its next transaction: functions write
//! many small values at once, and each transaction waits for the disk.
//!
//! Whoever gets the writer takes what waits, first come first served, writes it in one transaction
//! and tells everybody. There is no timer: groups grow while the write before runs, and others who
//! want the writer have their turn between two groups.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{Connection, SqliteConnection};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};
use tokio::sync::{OwnedMutexGuard, oneshot};

use super::write::{Done, Write};
use crate::error::failed;
use crate::sqlite::catalog::Entries;
use crate::sqlite::folder::Folder;
use crate::sqlite::writer::Writer;

/// Writes of one transaction, and the bytes after which it takes no more: others wait meanwhile.
const GROUP_WRITES_MAX: usize = 256;
/// See [`GROUP_WRITES_MAX`].
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// What waits: as much as there are callers.
#[derive(Default)]
pub(in crate::sqlite::catalog) struct Queue(Mutex<VecDeque<Waiting>>);

/// A write whose caller waits for it.
struct Waiting {
    account: AccountId,
    store: Name,
    write: Write,
    answer: oneshot::Sender<Result<Done>>,
}

impl Queue {
    fn push(&self, waiting: Waiting) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back(waiting);
    }

    /// The next group. Whose caller has gone is left out: it would come late.
    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut group, mut bytes) = (Vec::new(), 0);
        while group.len() < GROUP_WRITES_MAX && bytes < GROUP_BYTES {
            let Some(waiting) = queue.pop_front() else {
                break;
            };
            if !waiting.answer.is_closed() {
                bytes += waiting.write.bytes();
                group.push(waiting);
            }
        }
        group
    }
}

/// Does a write in a transaction that it may share with others.
pub(super) async fn write(
    entries: &Entries,
    (account, store): (AccountId, &Name),
    write: Write,
) -> Result<Done> {
    let (answer, mut answered) = oneshot::channel();
    entries.queue.push(Waiting {
        account,
        store: store.clone(),
        write,
        answer,
    });
    loop {
        let writer = tokio::select! {
            biased;
            done = &mut answered => return done.unwrap_or_else(|_| Err(lost())),
            writer = Arc::clone(&entries.writer).lock_owned() => writer,
        };
        let group = entries.queue.take();
        if !group.is_empty() {
            // Beside the caller: what others wait for does not end when this one is dropped.
            let folder = Arc::clone(&entries.folder);
            tokio::spawn(commit(writer, folder, group));
        }
    }
}

/// Writes a group and tells its callers. The folder is ours until it is done.
async fn commit(mut writer: OwnedMutexGuard<Writer>, _folder: Arc<Folder>, group: Vec<Waiting>) {
    let done = match writer.connection().await {
        Ok(connection) => transact(connection, &group).await,
        Err(error) => Err(error),
    };
    // Whose receiver has gone does not want to know. Who is told is told before the writer is free, and
    // so does not wait for it any more.
    match writer.settle(done) {
        Ok(done) => {
            for (waiting, done) in group.into_iter().zip(done) {
                let _ = waiting.answer.send(Ok(done));
            }
        }
        Err(error) => {
            for waiting in group {
                let _ = waiting.answer.send(Err(again(&error)));
            }
        }
    }
    drop(writer);
}

async fn transact(to: &mut SqliteConnection, group: &[Waiting]) -> Result<Vec<Done>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let mut done = Vec::with_capacity(group.len());
    for waiting in group {
        let place = (waiting.account, &waiting.store);
        done.push(waiting.write.apply(&mut transaction, place).await?);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(done)
}

/// The same failure for each of those that it concerns.
fn again(error: &Error) -> Error {
    match error {
        Error::Corrupt(why) => Error::Corrupt(why.clone()),
        Error::Unavailable(why) => Error::Unavailable(why.clone()),
        other => Error::Unavailable(other.to_string()),
    }
}

/// The task that wrote is gone, as when the process ends.
fn lost() -> Error {
    Error::Unavailable("the write was given up; nobody knows what came of it".into())
}
