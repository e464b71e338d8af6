//! `wasi:keyvalue`: the values of a store, to components that are granted `keyvalue=STORE`.

use bytes::Bytes;
use steploom_call::{Answer, Ask, Unanswered};
use steploom_types::{Grant, Name};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, Lower, Resource, ResourceType};
use wasmtime_wasi::WasiView as _;

use super::confused;
use crate::guest::Guest;

/// The interfaces.
pub(crate) const STORE: &str = "wasi:keyvalue/store@0.2.0-draft";
/// See [`STORE`].
pub(crate) const ATOMICS: &str = "wasi:keyvalue/atomics@0.2.0-draft";
/// See [`STORE`].
pub(crate) const BATCH: &str = "wasi:keyvalue/batch@0.2.0-draft";

/// A store that a guest has opened.
struct Bucket {
    store: Name,
    /// The last keys of the pages that were listed: a cursor is a place in here.
    pages: Vec<String>,
}

/// Why something is not done.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "other")]
    Other(String),
}

/// A page of keys.
#[derive(ComponentType, Lower)]
#[component(record)]
struct KeyResponse {
    keys: Vec<String>,
    cursor: Option<u64>,
}

type View<'a> = StoreContextMut<'a, Guest>;
/// What the interfaces answer; the outer error stops the guest.
type Answered<T> = wasmtime::Result<Result<T, Error>>;
type Pair = (String, Vec<u8>);

impl From<Unanswered> for Error {
    fn from(why: Unanswered) -> Self {
        match why.code.as_str() {
            "AccessDenied" => Self::AccessDenied,
            _ => Self::Other(format!("{}: {}", why.code, why.message)),
        }
    }
}

/// Links the interfaces.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut store = linker.instance(STORE)?;
    store.resource(
        "bucket",
        ResourceType::host::<Bucket>(),
        |mut guest, rep| {
            guest
                .data_mut()
                .ctx()
                .table
                .delete(Resource::<Bucket>::new_own(rep))?;
            Ok(())
        },
    )?;
    store.func_wrap("open", |guest: View<'_>, (name,): (String,)| {
        Ok((open(guest, &name)?,))
    })?;
    store.func_wrap_async(
        "[method]bucket.get",
        |guest: View<'_>, (bucket, key): (Resource<Bucket>, String)| {
            Box::new(async move { Ok((get(guest, &bucket, key).await?,)) })
        },
    )?;
    store.func_wrap_async(
        "[method]bucket.set",
        |guest: View<'_>, (bucket, key, value): (Resource<Bucket>, String, Vec<u8>)| {
            Box::new(async move { Ok((set(guest, &bucket, vec![(key, value)]).await?,)) })
        },
    )?;
    store.func_wrap_async(
        "[method]bucket.delete",
        |guest: View<'_>, (bucket, key): (Resource<Bucket>, String)| {
            Box::new(async move { Ok((delete(guest, &bucket, vec![key]).await?,)) })
        },
    )?;
    store.func_wrap_async(
        "[method]bucket.exists",
        |guest: View<'_>, (bucket, key): (Resource<Bucket>, String)| {
            Box::new(async move {
                let found = get(guest, &bucket, key).await?;
                Ok((found.map(|value| value.is_some()),))
            })
        },
    )?;
    store.func_wrap_async(
        "[method]bucket.list-keys",
        |guest: View<'_>, (bucket, cursor): (Resource<Bucket>, Option<u64>)| {
            Box::new(async move { Ok((list(guest, &bucket, cursor).await?,)) })
        },
    )?;
    linker.instance(ATOMICS)?.func_wrap_async(
        "increment",
        |guest: View<'_>, (bucket, key, delta): (Resource<Bucket>, String, u64)| {
            Box::new(async move { Ok((increment(guest, &bucket, key, delta).await?,)) })
        },
    )?;
    let mut batch = linker.instance(BATCH)?;
    batch.func_wrap_async(
        "get-many",
        |guest: View<'_>, (bucket, keys): (Resource<Bucket>, Vec<String>)| {
            Box::new(async move { Ok((get_pairs(guest, &bucket, keys).await?,)) })
        },
    )?;
    batch.func_wrap_async(
        "set-many",
        |guest: View<'_>, (bucket, values): (Resource<Bucket>, Vec<Pair>)| {
            Box::new(async move { Ok((set(guest, &bucket, values).await?,)) })
        },
    )?;
    batch.func_wrap_async(
        "delete-many",
        |guest: View<'_>, (bucket, keys): (Resource<Bucket>, Vec<String>)| {
            Box::new(async move { Ok((delete(guest, &bucket, keys).await?,)) })
        },
    )
}

fn open(mut guest: View<'_>, name: &str) -> Answered<Resource<Bucket>> {
    let Ok(store) = name.parse::<Name>() else {
        return Ok(Err(Error::NoSuchStore));
    };
    let guest = guest.data_mut();
    if !guest.platform.is_granted(&Grant::Keyvalue(store.clone())) {
        return Ok(Err(Error::AccessDenied));
    }
    let bucket = Bucket {
        store,
        pages: Vec::new(),
    };
    Ok(Ok(guest.ctx().table.push(bucket)?))
}

fn store_of(guest: &mut View<'_>, bucket: &Resource<Bucket>) -> wasmtime::Result<Name> {
    Ok(guest.data_mut().ctx().table.get(bucket)?.store.clone())
}

async fn get_many(
    guest: &mut View<'_>,
    bucket: &Resource<Bucket>,
    keys: Vec<String>,
) -> Answered<Vec<Option<Bytes>>> {
    let store = store_of(guest, bucket)?;
    let answered = guest
        .data_mut()
        .platform
        .ask(Ask::Get { store, keys })
        .await;
    Ok(match answered {
        Ok(Answer::Values(values)) => Ok(values),
        Ok(other) => Err(confused(&other).into()),
        Err(why) => Err(why.into()),
    })
}

async fn get(
    mut guest: View<'_>,
    bucket: &Resource<Bucket>,
    key: String,
) -> Answered<Option<Vec<u8>>> {
    let values = get_many(&mut guest, bucket, vec![key]).await?;
    let first = |values: Vec<Option<Bytes>>| values.into_iter().next().flatten();
    Ok(values.map(|values| first(values).map(Into::into)))
}

async fn get_pairs(
    mut guest: View<'_>,
    bucket: &Resource<Bucket>,
    keys: Vec<String>,
) -> Answered<Vec<Option<Pair>>> {
    let values = get_many(&mut guest, bucket, keys.clone()).await?;
    Ok(values.map(|values| {
        let pairs = keys.into_iter().zip(values);
        let pairs = pairs.map(|(key, value)| value.map(|value| (key, value.into())));
        pairs.collect()
    }))
}

async fn set(mut guest: View<'_>, bucket: &Resource<Bucket>, values: Vec<Pair>) -> Answered<()> {
    let store = store_of(&mut guest, bucket)?;
    let values = values.into_iter().map(|(key, value)| (key, value.into()));
    let values = values.collect();
    done(&mut guest, Ask::Set { store, values }).await
}

async fn delete(mut guest: View<'_>, bucket: &Resource<Bucket>, keys: Vec<String>) -> Answered<()> {
    let store = store_of(&mut guest, bucket)?;
    done(&mut guest, Ask::Delete { store, keys }).await
}

async fn done(guest: &mut View<'_>, ask: Ask) -> Answered<()> {
    let answered = guest.data_mut().platform.ask(ask).await;
    Ok(answered.map(drop).map_err(Into::into))
}

async fn increment(
    mut guest: View<'_>,
    bucket: &Resource<Bucket>,
    key: String,
    delta: u64,
) -> Answered<u64> {
    let store = store_of(&mut guest, bucket)?;
    let Ok(by) = i64::try_from(delta) else {
        return Ok(Err(too_large()));
    };
    let ask = Ask::Increment { store, key, by };
    let answered = guest.data_mut().platform.ask(ask).await;
    Ok(match answered {
        Ok(Answer::Number(sum)) => u64::try_from(sum).map_err(|_| too_large()),
        Ok(other) => Err(confused(&other).into()),
        Err(why) => Err(why.into()),
    })
}

fn too_large() -> Error {
    Error::Other("a number that is incremented is 0 to 9223372036854775807".to_owned())
}

async fn list(
    mut guest: View<'_>,
    bucket: &Resource<Bucket>,
    cursor: Option<u64>,
) -> Answered<KeyResponse> {
    let of = guest.data_mut().ctx().table.get(bucket)?;
    let after = match cursor {
        None => None,
        Some(cursor) => {
            let page = usize::try_from(cursor).ok().and_then(|at| of.pages.get(at));
            let Some(page) = page else {
                let why = "the cursor is none that this bucket gave".to_owned();
                return Ok(Err(Error::Other(why)));
            };
            Some(page.clone())
        }
    };
    let ask = Ask::Keys {
        store: of.store.clone(),
        prefix: String::new(),
        after,
    };
    let answered = guest.data_mut().platform.ask(ask).await;
    let (keys, next) = match answered {
        Ok(Answer::Keys { keys, next }) => (keys, next),
        Ok(other) => return Ok(Err(confused(&other).into())),
        Err(why) => return Ok(Err(why.into())),
    };
    let of = guest.data_mut().ctx().table.get_mut(bucket)?;
    let cursor = next.map(|next| {
        of.pages.push(next);
        of.pages.len() as u64 - 1
    });
    Ok(Ok(KeyResponse { keys, cursor }))
}
