//! Keys of a bucket, page by page as a guest reads them.

use std::mem;

use steploom_call::{Answer, Ask};
use steploom_types::Name;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::WasiView as _;

use super::body::{Held, Room};
use super::{Answered, View, ask, confused, resource};
use crate::guest::Guest;

/// A list of keys that a guest reads.
pub(super) struct Names {
    bucket: Name,
    /// Those that were listed and not read, the next one last.
    ahead: Vec<String>,
    held: Held,
    /// The next page is behind this key; the first one if `None`.
    after: Option<String>,
    /// Whether there is no page after those that were listed.
    is_end: bool,
}

impl Names {
    /// All keys of a bucket.
    pub(super) fn of(bucket: Name, room: &Room) -> Self {
        Self {
            bucket,
            ahead: Vec::new(),
            held: Held::nothing(room),
            after: None,
            is_end: false,
        }
    }
}

/// Links what is done with it.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(interface: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    resource::<Names>(interface, "stream-object-names")?;
    interface.func_wrap_async(
        "[method]stream-object-names.read-stream-object-names",
        |mut guest: View<'_>, (names, most): (Resource<Names>, u64)| {
            Box::new(async move { Ok((read(&mut guest, &names, most).await?,)) })
        },
    )?;
    interface.func_wrap_async(
        "[method]stream-object-names.skip-stream-object-names",
        |guest: View<'_>, (names, most): (Resource<Names>, u64)| {
            Box::new(async move { Ok((skip(guest, &names, most).await?,)) })
        },
    )
}

/// Up to so many keys, of one page; whether they are the last.
async fn read(
    guest: &mut View<'_>,
    names: &Resource<Names>,
    most: u64,
) -> Answered<(Vec<String>, bool)> {
    let of = guest.data_mut().ctx().table.get_mut(names)?;
    if of.ahead.is_empty() && !of.is_end {
        let page = Ask::List {
            bucket: of.bucket.clone(),
            prefix: String::new(),
            after: of.after.clone(),
        };
        let (mut keys, next) = match ask(guest, page).await {
            Ok(Answer::Keys { keys, next }) => (keys, next),
            Ok(other) => return Ok(Err(confused(&other))),
            Err(why) => return Ok(Err(why)),
        };
        keys.reverse();
        let bytes = keys.iter().map(|key| mem::size_of_val(key) + key.len());
        let guest = guest.data_mut();
        let mut held = Held::nothing(guest.platform.room());
        if let Err(why) = held.grow(bytes.sum()) {
            return Ok(Err(why));
        }
        let of = guest.ctx().table.get_mut(names)?;
        of.ahead = keys;
        of.held = held;
        of.is_end = next.is_none();
        of.after = next;
    }
    let of = guest.data_mut().ctx().table.get_mut(names)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let rest = of.ahead.len().saturating_sub(most);
    let read = of.ahead.split_off(rest).into_iter().rev().collect();
    if of.ahead.is_empty() {
        of.held.release();
    }
    Ok(Ok((read, of.ahead.is_empty() && of.is_end)))
}

/// How many keys were passed over; whether they are the last.
async fn skip(mut guest: View<'_>, names: &Resource<Names>, most: u64) -> Answered<(u64, bool)> {
    let mut skipped = 0;
    loop {
        let (keys, is_end) = match read(&mut guest, names, most - skipped).await? {
            Ok(page) => page,
            Err(why) => return Ok(Err(why)),
        };
        skipped += keys.len() as u64;
        if is_end || skipped == most {
            return Ok(Ok((skipped, is_end)));
        }
    }
}
