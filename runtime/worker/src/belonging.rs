//! Entries of the catalog that belong to a machine or a function: a change of one is a compare-and-swap, so that two who
//! change it at once both have their way or learn of the other. What belonged to one that was deleted counts for nothing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{AccountId, Error, Name, Result, Timestamp};

/// How often a change is tried again as another one came first.
const TRIES_MAX: usize = 10;

/// An entry's body.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<T> {
    /// When what it belongs to was made.
    #[serde(default)]
    of: Option<Timestamp>,
    #[serde(flatten)]
    content: T,
}

/// What belongs to the thing of this name that was made then; the default if nothing does.
pub(crate) async fn find<T: DeserializeOwned + Default>(
    catalog: &dyn Catalog,
    kind: EntryKind,
    (account, name, made_at): (AccountId, &Name, Timestamp),
) -> Result<T> {
    let found = catalog.find_entry(account, kind, name).await?;
    read(found.as_ref(), made_at)
}

/// What an entry has to say of the thing of its name that was made then.
pub(crate) fn read<T: DeserializeOwned + Default>(
    entry: Option<&Entry>,
    made_at: Timestamp,
) -> Result<T> {
    let Some(entry) = entry else {
        return Ok(T::default());
    };
    let body: Body<T> = serde_json::from_str(&entry.body)
        .map_err(|e| StoreError::Corrupt(format!("what belongs to '{}': {e}", entry.name)))?;
    let is_its = body.of == Some(made_at);
    Ok(if is_its { body.content } else { T::default() })
}

/// Changes it. `change` may be called more than once, with what others have made of it meanwhile.
///
/// # Errors
/// Those of `change`; `Unavailable` / `Busy` when others change it all the time.
pub(crate) async fn change<T: Serialize + DeserializeOwned + Default, A>(
    catalog: &dyn Catalog,
    kind: EntryKind,
    (account, name, made_at): (AccountId, &Name, Timestamp),
    now: Timestamp,
    mut change: impl FnMut(&mut T) -> Result<A>,
) -> Result<A> {
    for _ in 0..TRIES_MAX {
        let found = catalog.find_entry(account, kind, name).await?;
        let mut content: T = read(found.as_ref(), made_at)?;
        let answer = change(&mut content)?;
        let of = Some(made_at);
        let entry = Entry {
            name: name.clone(),
            body: serde_json::to_string(&Body { of, content }).map_err(Error::internal)?,
            created_at: now,
        };
        let is_done = match found {
            Some(was) if was.body == entry.body => true,
            Some(was) => {
                let replaced = catalog.replace_entry(account, kind, &was.body, &entry);
                replaced.await?
            }
            None => {
                catalog
                    .put_entry(account, kind, &entry, Put::Create)
                    .await?
            }
        };
        if is_done {
            return Ok(answer);
        }
    }
    Err(Error::new(
        steploom_types::Kind::Unavailable,
        "Busy",
        format!("'{name}' is changed by many at once"),
    ))
}
