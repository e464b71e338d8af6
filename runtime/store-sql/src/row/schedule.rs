//! Rows of schedules.

use sqlx::FromRow;
use steploom_store::schedule::Schedule;
use steploom_store::{Error, Result};

use crate::column;

/// The columns of a schedule.
#[derive(FromRow)]
pub(crate) struct Stored {
    account: i64,
    schedule_group: String,
    name: String,
    slot: i64,
    revision: i64,
    due_at: Option<i64>,
    body: String,
    state: String,
    created_at: i64,
    modified_at: i64,
}

impl TryFrom<Stored> for Schedule {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            account: column::account(row.account)?,
            group: column::name(&row.schedule_group)?,
            name: column::name(&row.name)?,
            slot: column::slot(row.slot)?,
            revision: column::count(row.revision)?,
            due_at: row.due_at.map(column::instant).transpose()?,
            body: row.body,
            state: row.state,
            created_at: column::instant(row.created_at)?,
            modified_at: column::instant(row.modified_at)?,
        })
    }
}
