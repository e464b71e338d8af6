//! Searching executions: lists over the projection and the archive, and counts.

use std::collections::BTreeMap;

use steploom_api::wire;
use steploom_store::projection::{Cursor, Filter, Row, Status};
use steploom_types::{AccountId, Error, MachineName, Result, Timestamp, limits};

use super::{Port, bad_next, page_size};
use crate::{tags, view};

impl Port {
    /// Executions, newest first: those of the projection, and where they end those of the archive.
    pub(super) async fn list_stored(
        &self,
        account: AccountId,
        list: wire::ListExecutions,
    ) -> Result<wire::ExecutionPage> {
        let limit = page_size(list.limit)? as usize;
        let after = list.next.as_deref().map(parse_cursor).transpose()?;
        let filter = filter(list)?;
        let projection = &self.shared.store.projection;
        let wanted = limit + 1;
        let mut rows = projection
            .list(account, &filter, after, wanted as u32)
            .await?;
        // Of the archive, only what belongs before the last of these, if the page is full with them.
        let last = rows.last().filter(|_| rows.len() == wanted);
        let range = (after, last.map(|row| row.started_at));
        let archive = &self.shared.archive;
        let (archived, left) = archive.list(account, &filter, range, wanted).await?;
        merge(&mut rows, archived);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more || left);
        Ok(wire::ExecutionPage {
            items: rows.iter().map(view::summary_of_row).collect(),
            next: next.map(|last| format!("{}~{}", last.started_at.as_millis(), last.id)),
        })
    }

    /// How many executions there are, by machine and status.
    pub(super) async fn counts_stored(
        &self,
        account: AccountId,
        count: wire::CountExecutions,
    ) -> Result<wire::ExecutionCounts> {
        let machine = count.machine.as_ref();
        let projection = &self.shared.store.projection;
        let mut sums: BTreeMap<(String, u8), u64> = BTreeMap::new();
        for (machine, status, count) in projection.counts(account, machine).await? {
            *sums
                .entry((machine.to_string(), status.code()))
                .or_default() += count;
        }
        let wanted = machine.map(ToString::to_string);
        let mut add = |machine: &str, status: u8, count: u64| {
            if wanted.as_deref().is_none_or(|wanted| wanted == machine) {
                *sums.entry((machine.to_owned(), status)).or_default() += count;
            }
        };
        self.shared.archive.count(account, &mut add).await?;
        let item = |((machine, code), count): ((String, u8), u64)| {
            Some(wire::ExecutionCount {
                machine: machine.parse::<MachineName>().ok()?,
                status: view::shown(Status::from_code(code)?),
                count,
            })
        };
        Ok(wire::ExecutionCounts {
            items: sums.into_iter().filter_map(item).collect(),
        })
    }
}

/// Adds what is in the archive. What is in both is on its way from one to the other.
fn merge(rows: &mut Vec<Row>, archived: Vec<Row>) {
    if archived.is_empty() {
        return;
    }
    let known: std::collections::HashSet<_> = rows.iter().map(|row| row.id).collect();
    rows.extend(archived.into_iter().filter(|row| !known.contains(&row.id)));
    rows.sort_by_key(|row| std::cmp::Reverse(row.started_at));
}

fn filter(list: wire::ListExecutions) -> Result<Filter> {
    let tag = tag(&list)?;
    Ok(Filter {
        machine: list.machine,
        status: list.status.map(view::stored),
        name_prefix: list.name_prefix,
        started_from: list.since,
        started_to: list.until,
        tag,
        error: list.error,
        part_of: None,
    })
}

/// The one tag that a list is narrowed by.
fn tag(list: &wire::ListExecutions) -> Result<Option<(String, String)>> {
    let Some(qualifier) = &list.qualifier else {
        return list.tag.as_deref().map(parse_tag).transpose();
    };
    let refuse = |message| Err(Error::invalid("InvalidQualifier", message));
    if !matches!(list.machine, Some(MachineName::Named(_))) {
        return refuse("a 'qualifier' needs the 'machine' whose release or alias it is");
    }
    if list.tag.is_some() {
        return refuse("a list is narrowed by a 'tag' or by a 'qualifier', not by both");
    }
    Ok(Some(tags::of_qualifier(qualifier)))
}

/// A tag of a filter, as `key=value`.
fn parse_tag(text: &str) -> Result<(String, String)> {
    let bad = || {
        Error::invalid(
            "InvalidTag",
            format!(
                "'tag' is to be key=value, with 1 to {} characters before the first '=' and at most {} behind it",
                limits::TAG_KEY_LENGTH_MAX,
                limits::TAG_VALUE_LENGTH_MAX
            ),
        )
    };
    let (key, value) = text.split_once('=').ok_or_else(bad)?;
    let fits = (1..=limits::TAG_KEY_LENGTH_MAX).contains(&key.chars().count())
        && value.chars().count() <= limits::TAG_VALUE_LENGTH_MAX;
    fits.then(|| (key.to_owned(), value.to_owned()))
        .ok_or_else(bad)
}

fn parse_cursor(text: &str) -> Result<Cursor> {
    let (ms, id) = text.split_once('~').ok_or_else(bad_next)?;
    Ok(Cursor {
        started_at: Timestamp::from_millis(ms.parse().map_err(|_| bad_next())?),
        id: id.parse().map_err(|_| bad_next())?,
    })
}
