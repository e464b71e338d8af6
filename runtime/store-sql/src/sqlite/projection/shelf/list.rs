//! Lists from one file, newest first.
//!
//! A list is some *scans*, each an index read from its newest end on: by machine and status, or by
//! tag, error or map run where one is asked for. What an index does not say is checked in the rows.
//! Each scan is read only for what may still be in the page, so a list costs what it shows, and a
//! little for every scan.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use steploom_store::Result;
use steploom_store::projection::{Filter, Row, Status};
use steploom_types::AccountId;

use super::{Stored, columns};
use crate::column::{status, stored};
use crate::error::failed;
use crate::sqlite::projection::key;
use crate::sqlite::projection::rows::{part_to_store, tag_to_store};

/// A place in the order of lists: start and key.
pub(in crate::sqlite::projection) type Place = (i64, Vec<u8>);

/// Names with a prefix that are read one by one; where there are more, the newest executions are
/// looked through for such names, which then come soon.
const NAMED_MAX: i64 = 1_000;

/// What a list is about.
pub(in crate::sqlite::projection) struct Wanted<'a> {
    pub(in crate::sqlite::projection) account: AccountId,
    pub(in crate::sqlite::projection) filter: &'a Filter,
    /// Only what comes before this place, in time.
    pub(in crate::sqlite::projection) before: Place,
    /// Only what comes after this place, in time.
    pub(in crate::sqlite::projection) after: Place,
    pub(in crate::sqlite::projection) limit: usize,
}

/// An execution in an index.
type Found = (i64, Vec<u8>, i64);

/// The newest executions of a file that pass.
pub(in crate::sqlite::projection) async fn list(
    from: &mut SqliteConnection,
    wanted: &Wanted<'_>,
) -> Result<Vec<(Place, Row)>> {
    let mut page: Vec<(Place, Row)> = Vec::new();
    for scan in scans(from, wanted).await? {
        let floor = page.get(wanted.limit.wrapping_sub(1));
        let floor = floor.map_or_else(|| wanted.after.clone(), |(place, _)| place.clone());
        page.extend(newest(from, wanted, &scan, floor).await?);
        page.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        page.truncate(wanted.limit);
    }
    Ok(page)
}

/// The newest of one scan that pass, as many as the page has room for.
async fn newest(
    from: &mut SqliteConnection,
    wanted: &Wanted<'_>,
    scan: &Scan,
    floor: Place,
) -> Result<Vec<(Place, Row)>> {
    let mut passed = Vec::new();
    let mut before = wanted.before.clone();
    while passed.len() < wanted.limit {
        let found = scan.page(from, (&before, &floor), wanted).await?;
        let is_last = found.len() < wanted.limit;
        if let Some((at, key, _)) = found.last() {
            before = (*at, key.clone());
        }
        for (place, row) in rows(from, found).await? {
            if row.account == wanted.account && wanted.filter.passes(&row) {
                passed.push((place, row));
            }
        }
        if is_last {
            break;
        }
    }
    Ok(passed)
}

/// A stretch of an index.
enum Scan {
    Status(i64, Status),
    Error(i64),
    Tag,
    Part,
    /// Executions that were found one by one, newest first.
    These(Vec<Found>),
}

async fn scans(from: &mut SqliteConnection, wanted: &Wanted<'_>) -> Result<Vec<Scan>> {
    let filter = wanted.filter;
    if filter.part_of.is_some() {
        return Ok(vec![Scan::Part]);
    }
    if filter.tag.is_some() {
        return Ok(vec![Scan::Tag]);
    }
    let mut scans = Vec::new();
    for (machine, statuses) in machines(from, wanted).await? {
        if filter.error.is_some() {
            scans.push(Scan::Error(machine));
        } else if let Some(named) = named(from, machine, filter).await? {
            scans.push(Scan::These(named));
        } else {
            scans.extend(statuses.into_iter().map(|s| Scan::Status(machine, s)));
        }
    }
    Ok(scans)
}

/// The machines that a list is about, with the statuses that any of their executions has here.
async fn machines(
    from: &mut SqliteConnection,
    wanted: &Wanted<'_>,
) -> Result<Vec<(i64, Vec<Status>)>> {
    let name = wanted.filter.machine.as_ref().map(ToString::to_string);
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT m.n, c.status FROM machine m CROSS JOIN count c ON c.machine = m.n
         WHERE m.account = ?1 AND (?2 IS NULL OR m.name = ?2) AND c.is_range = 0 AND c.n > 0
         ORDER BY m.n",
    )
    .bind(stored(wanted.account.as_u64()))
    .bind(name)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let mut machines: Vec<(i64, Vec<Status>)> = Vec::new();
    for (machine, code) in rows {
        let status = status(code)?;
        if wanted.filter.status.is_some_and(|wanted| wanted != status) {
            continue;
        }
        match machines.last_mut() {
            Some((last, statuses)) if *last == machine => statuses.push(status),
            _ => machines.push((machine, vec![status])),
        }
    }
    Ok(machines)
}

/// The executions of a machine whose name begins as wanted, if they are few and none is named by its
/// id.
async fn named(
    from: &mut SqliteConnection,
    machine: i64,
    filter: &Filter,
) -> Result<Option<Vec<Found>>> {
    let Some(prefix) = filter.name_prefix.as_deref().filter(|p| !p.is_empty()) else {
        return Ok(None);
    };
    if ids_that_begin(prefix).is_some() {
        return Ok(None);
    }
    let mut found: Vec<Found> = sqlx::query_as(
        "SELECT started_at, key, n FROM execution INDEXED BY execution_by_name
         WHERE machine = ?1 AND name >= ?2 AND name < ?2 || char(0x10ffff)
         AND name IS NOT NULL LIMIT ?3",
    )
    .bind(machine)
    .bind(prefix)
    .bind(NAMED_MAX + 1)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    if found.len() > NAMED_MAX as usize {
        return Ok(None);
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(Some(found))
}

impl Scan {
    /// The newest between two places, `limit` at most.
    async fn page(
        &self,
        from: &mut SqliteConnection,
        (before, after): (&Place, &Place),
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Found>> {
        let filter = wanted.filter;
        if let Self::These(found) = self {
            let place = |(at, key, _): &Found| (*at, key.clone());
            let between = found
                .iter()
                .filter(|f| place(f) < *before && place(f) > *after);
            return Ok(between.take(wanted.limit).cloned().collect());
        }
        let mut query = QueryBuilder::<Sqlite>::new(match self {
            // The rest of the row is not in the index, but where it is follows from the key.
            Self::Tag => "SELECT started_at, key, -1 FROM tag WHERE account = ",
            Self::Status(..) => {
                "SELECT started_at, key, n FROM execution INDEXED BY execution_by_status \
                 WHERE part_of IS NULL AND machine = "
            }
            Self::Error(_) => {
                "SELECT started_at, key, n FROM execution INDEXED BY execution_by_error \
                 WHERE error IS NOT NULL AND machine = "
            }
            Self::Part | Self::These(_) => {
                "SELECT started_at, key, n FROM execution INDEXED BY execution_by_part \
                 WHERE part_of IS NOT NULL AND part_of = "
            }
        });
        match self {
            Self::Status(machine, status) => {
                query.push_bind(*machine).push(" AND status = ");
                query.push_bind(i64::from(status.code()));
            }
            Self::Error(machine) => {
                query.push_bind(*machine).push(" AND error = ");
                query.push_bind(filter.error.clone());
            }
            Self::Tag => {
                query.push_bind(stored(wanted.account.as_u64()));
                query.push(" AND tag = ");
                query.push_bind(filter.tag.as_ref().map(|(k, v)| tag_to_store(k, v)));
            }
            Self::Part | Self::These(_) => {
                query.push_bind(filter.part_of.map(part_to_store));
            }
        }
        push_bounds(&mut query, before, after);
        if let (Self::Status(..), Some(prefix)) = (self, filter.name_prefix.as_deref()) {
            push_prefix(&mut query, prefix);
        }
        query.push(" ORDER BY started_at DESC, key DESC LIMIT ");
        query.push_bind(wanted.limit as i64);
        query.build_query_as().fetch_all(from).await.map_err(failed)
    }
}

fn push_bounds(query: &mut QueryBuilder<Sqlite>, before: &Place, after: &Place) {
    query.push(" AND (started_at, key) < (").push_bind(before.0);
    query.push(", ").push_bind(before.1.clone());
    query.push(") AND (started_at, key) > (").push_bind(after.0);
    query.push(", ").push_bind(after.1.clone()).push(")");
}

/// A name that was given begins with `prefix`; one that was not is the id, so its bytes do.
fn push_prefix(query: &mut QueryBuilder<Sqlite>, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    query.push(" AND (substr(name, 1, ");
    query.push_bind(prefix.chars().count() as i64);
    query.push(") = ").push_bind(prefix.to_owned());
    if let Some((first, last)) = ids_that_begin(prefix) {
        query.push(
            " OR name IS NULL AND CAST(substr(key, 7, 2) || substr(key, 1, 6) || substr(key, 9) \
             AS BLOB) BETWEEN ",
        );
        query.push_bind(first).push(" AND ").push_bind(last);
    }
    query.push(")");
}

/// The first and the last id whose text begins with `prefix`.
fn ids_that_begin(prefix: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let fill = |with: char| {
        const FORM: &str = "00000000-0000-0000-0000-000000000000";
        let rest = FORM
            .get(prefix.len()..)?
            .replace('0', with.encode_utf8(&mut [0; 4]));
        let id: steploom_types::ExecutionId = format!("{prefix}{rest}").parse().ok()?;
        Some(id.to_bytes().to_vec())
    };
    Some((fill('0')?, fill('f')?))
}

/// The rows of what was found in an index.
async fn rows(from: &mut SqliteConnection, found: Vec<Found>) -> Result<Vec<(Place, Row)>> {
    const PAGE: usize = 256;
    let mut rows = Vec::with_capacity(found.len());
    for page in found.chunks(PAGE) {
        let mut query = QueryBuilder::<Sqlite>::new(concat!(
            "SELECT ",
            columns!(),
            " FROM execution e CROSS JOIN machine m ON m.n = e.machine WHERE "
        ));
        let by_number = page.iter().all(|(_, _, n)| *n >= 0);
        query.push(if by_number { "e.n IN (" } else { "e.key IN (" });
        let mut values = query.separated(", ");
        for (_, key, n) in page {
            if by_number {
                values.push_bind(*n);
            } else {
                values.push_bind(key.clone());
            }
        }
        values.push_unseparated(")");
        let read: Vec<Stored> = query
            .build_query_as()
            .fetch_all(&mut *from)
            .await
            .map_err(failed)?;
        for stored in read {
            let place = (stored.started_at, stored.key.clone());
            debug_assert!(key::id(&place.1).is_ok(), "it was written as one");
            rows.push((place, stored.check()?));
        }
    }
    rows.sort_unstable_by(|a, b| b.0.cmp(&a.0));
    Ok(rows)
}
