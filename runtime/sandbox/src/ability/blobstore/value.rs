//! The interface `types`: values that a guest writes, which are put when they are finished, and those that it reads.

use steploom_call::Ask;
use steploom_types::Name;
use steploom_types::limits::OBJECT_KEY_BYTES_MAX;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

use super::body::{Body, Content};
use super::{Answered, Told, View, ask, resource};
use crate::guest::Guest;

/// Places in which one value is put.
const PLACES_MAX: usize = 16;

/// A value that a guest writes.
pub(super) struct Outgoing {
    body: Body,
    has_stream: bool,
    /// Where it is put when it is finished.
    places: Vec<(Name, String)>,
}

/// Links the interface.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(interface: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    resource::<Outgoing>(interface, "outgoing-value")?;
    resource::<Content>(interface, "incoming-value")?;
    interface.func_wrap(
        "[static]outgoing-value.new-outgoing-value",
        |mut guest: View<'_>, (): ()| {
            let guest = guest.data_mut();
            let value = Outgoing {
                body: Body::new(guest.platform.room()),
                has_stream: false,
                places: Vec::new(),
            };
            Ok((guest.ctx().table.push(value)?,))
        },
    )?;
    interface.func_wrap(
        "[method]outgoing-value.outgoing-value-write-body",
        |guest: View<'_>, (value,): (Resource<Outgoing>,)| Ok((stream(guest, &value)?,)),
    )?;
    interface.func_wrap_async(
        "[static]outgoing-value.finish",
        |guest: View<'_>, (value,): (Resource<Outgoing>,)| {
            Box::new(async move { Ok((finish(guest, value).await?,)) })
        },
    )?;
    interface.func_wrap(
        "[static]incoming-value.incoming-value-consume-sync",
        |mut guest: View<'_>, (value,): (Resource<Content>,)| {
            let content = guest.data_mut().ctx().table.delete(value)?;
            Ok((Told::Ok(Vec::from(content.into_bytes())),))
        },
    )?;
    interface.func_wrap(
        "[static]incoming-value.incoming-value-consume-async",
        |mut guest: View<'_>, (value,): (Resource<Content>,)| {
            let table = guest.data_mut().ctx().table;
            let stream: DynInputStream = Box::new(table.delete(value)?);
            Ok((Told::Ok(table.push(stream)?),))
        },
    )?;
    interface.func_wrap(
        "[method]incoming-value.size",
        |mut guest: View<'_>, (value,): (Resource<Content>,)| {
            let content = guest.data_mut().ctx().table.get(&value)?;
            Ok((content.bytes().len() as u64,))
        },
    )
}

/// The interface has no reason for this error: a value has one stream.
fn stream(
    mut guest: View<'_>,
    value: &Resource<Outgoing>,
) -> wasmtime::Result<Result<Resource<DynOutputStream>, ()>> {
    let table = guest.data_mut().ctx().table;
    let value = table.get_mut(value)?;
    if std::mem::replace(&mut value.has_stream, true) {
        return Ok(Err(()));
    }
    let stream: DynOutputStream = Box::new(value.body.clone());
    Ok(Ok(table.push(stream)?))
}

/// Notes where a value is put.
pub(super) fn place(
    mut guest: View<'_>,
    value: &Resource<Outgoing>,
    bucket: Name,
    key: String,
) -> Answered<()> {
    let value = guest.data_mut().ctx().table.get_mut(value)?;
    if !(1..=OBJECT_KEY_BYTES_MAX).contains(&key.len()) {
        let why = format!("InvalidKey: an object's key has 1 to {OBJECT_KEY_BYTES_MAX} bytes");
        return Ok(Err(why));
    }
    if value.places.len() == PLACES_MAX {
        let why = format!("InvalidRequest: a value is put in {PLACES_MAX} places at the most");
        return Ok(Err(why));
    }
    value.places.push((bucket, key));
    Ok(Ok(()))
}

async fn finish(mut guest: View<'_>, value: Resource<Outgoing>) -> Answered<()> {
    let value = guest.data_mut().ctx().table.delete(value)?;
    let content = match value.body.finish() {
        Ok(content) => content,
        Err(why) => return Ok(Err(why)),
    };
    for (bucket, key) in value.places {
        let write = Ask::Write {
            bucket,
            key,
            content_type: None,
            content: content.bytes().clone(),
        };
        if let Err(why) = ask(&mut guest, write).await {
            return Ok(Err(why));
        }
    }
    Ok(Ok(()))
}
