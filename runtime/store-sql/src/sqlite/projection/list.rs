//! Lists over all files: the open executions first, then partition after partition from the newest
//! on, until nothing older can be in the page.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::SqlitePool;
use steploom_store::Result;
use steploom_store::projection::{Cursor, Filter, Row, Status};
use steploom_types::AccountId;

use super::closed::Part;
use super::key;
use super::shelf::list::{Place, Wanted, list as list_one};
use crate::error::failed;

/// Executions that pass the filter, newest first.
pub(super) async fn list(
    open: &SqlitePool,
    mut parts: Vec<Arc<Part>>,
    (account, filter): (AccountId, &Filter),
    cursor: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Row>> {
    let mut wanted = Wanted {
        account,
        filter,
        before: before(filter, cursor),
        after: filter
            .started_from
            .map_or((i64::MIN, Vec::new()), |at| (at.as_millis(), Vec::new())),
        limit: limit as usize,
    };
    if wanted.limit == 0 {
        return Ok(Vec::new());
    }
    let mut page = Page::default();
    let is_wanted = |open: bool| filter.status.is_none_or(|s: Status| s.is_open() == open);
    if is_wanted(true) {
        page.take(open, &mut wanted).await?;
    }
    parts.retain(|part| is_wanted(false) && part.started_last().is_some());
    parts.sort_by_key(|part| std::cmp::Reverse(part.started_last()));
    for part in parts {
        // The parts to come are older still.
        if part.started_last() < Some(wanted.after.0) {
            break;
        }
        page.take(&part.readers, &mut wanted).await?;
    }
    Ok(page.rows.into_iter().map(|(_, row)| row).collect())
}

/// The first place that is not shown any more, on the newer side.
fn before(filter: &Filter, cursor: Option<Cursor>) -> Place {
    let end = filter
        .started_to
        .map_or((i64::MAX, Vec::new()), |at| (at.as_millis(), Vec::new()));
    let cursor = cursor.map(|c| (c.started_at.as_millis(), key::key(c.id)));
    cursor.map_or(end.clone(), |cursor| cursor.min(end))
}

/// What is shown, as far as it is known.
#[derive(Default)]
struct Page {
    rows: Vec<(Place, Row)>,
    seen: HashSet<Vec<u8>>,
}

impl Page {
    /// Takes in what one file has. An execution that is on its way from one file to another is in
    /// both: the first counts, and makes room for another of the second.
    async fn take(&mut self, from: &SqlitePool, wanted: &mut Wanted<'_>) -> Result<()> {
        let mut snapshot = from.begin().await.map_err(failed)?;
        let before = wanted.before.clone();
        loop {
            let found = list_one(&mut snapshot, wanted).await?;
            let is_last = found.len() < wanted.limit;
            let last = found.last().map(|(place, _)| place.clone());
            let count = found.len();
            let new = found
                .into_iter()
                .filter(|(place, _)| !self.seen.contains(&place.1));
            let new: Vec<_> = new.collect();
            let repeated = new.len() < count;
            self.rows.extend(new);
            match last {
                Some(last) if repeated && !is_last => wanted.before = last,
                _ => break,
            }
        }
        wanted.before = before;
        self.rows.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        self.rows.truncate(wanted.limit);
        self.seen = self.rows.iter().map(|(place, _)| place.1.clone()).collect();
        if self.rows.len() == wanted.limit
            && let Some((place, _)) = self.rows.last()
        {
            wanted.after = place.clone();
        }
        Ok(())
    }
}
