//! `wasi:blobstore`: the objects of buckets, to components that are granted `objects=BUCKET`. A container is a bucket.
//!
//! Here are the interface `blobstore`, which opens buckets and copies between them, and what the others share. Whether a
//! bucket is granted the platform says, whenever something of it is asked for.

mod body;
mod container;
mod names;
mod value;

use steploom_call::{Answer, Ask, Unanswered};
use steploom_types::{Error, Name, Timestamp};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Resource, ResourceType};
use wasmtime_wasi::WasiView as _;

pub(crate) use self::body::Room;
use self::container::Container;
use crate::guest::Guest;

/// The interfaces.
pub(crate) const BLOBSTORE: &str = "wasi:blobstore/blobstore@0.2.0-draft";
/// See [`BLOBSTORE`].
pub(crate) const CONTAINER: &str = "wasi:blobstore/container@0.2.0-draft";
/// See [`BLOBSTORE`].
pub(crate) const TYPES: &str = "wasi:blobstore/types@0.2.0-draft";

/// Where an object is.
#[derive(ComponentType, Lift)]
#[component(record)]
struct ObjectId {
    container: String,
    object: String,
}

type View<'a> = StoreContextMut<'a, Guest>;
/// What the interfaces answer: their errors are texts.
type Told<T> = Result<T, String>;
/// The outer error stops the guest.
type Answered<T> = wasmtime::Result<Told<T>>;

/// Links the interfaces.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    value::add_to_linker(&mut linker.instance(TYPES)?)?;
    container::add_to_linker(&mut linker.instance(CONTAINER)?)?;
    let mut interface = linker.instance(BLOBSTORE)?;
    interface.func_wrap("create-container", |_: View<'_>, (_,): (String,)| {
        Ok((Told::<Resource<Container>>::Err(not_here()),))
    })?;
    interface.func_wrap("delete-container", |_: View<'_>, (_,): (String,)| {
        Ok((Told::<()>::Err(not_here()),))
    })?;
    interface.func_wrap_async("get-container", |guest: View<'_>, (name,): (String,)| {
        Box::new(async move { Ok((open(guest, &name).await?,)) })
    })?;
    interface.func_wrap_async("container-exists", |guest: View<'_>, (name,): (String,)| {
        Box::new(async move { Ok((exists(guest, &name).await,)) })
    })?;
    interface.func_wrap_async(
        "copy-object",
        |mut guest: View<'_>, (from, to): (ObjectId, ObjectId)| {
            Box::new(async move { Ok((copy(&mut guest, &from, to).await.map(drop),)) })
        },
    )?;
    interface.func_wrap_async(
        "move-object",
        |guest: View<'_>, (from, to): (ObjectId, ObjectId)| {
            Box::new(async move { Ok((rename(guest, from, to).await,)) })
        },
    )
}

/// A resource that lies in the guest's table.
fn resource<T: Send + 'static>(
    interface: &mut LinkerInstance<'_, Guest>,
    name: &str,
) -> wasmtime::Result<()> {
    interface.resource(name, ResourceType::host::<T>(), |mut guest, rep| {
        let table = guest.data_mut().ctx().table;
        table.delete(Resource::<T>::new_own(rep))?;
        Ok(())
    })
}

async fn open(mut guest: View<'_>, name: &str) -> Answered<Resource<Container>> {
    let bucket = match bucket(name) {
        Ok(bucket) => bucket,
        Err(why) => return Ok(Err(why)),
    };
    let found = Ask::Bucket {
        bucket: bucket.clone(),
    };
    if let Err(why) = ask(&mut guest, found).await {
        return Ok(Err(why));
    }
    Ok(Ok(guest.data_mut().ctx().table.push(Container(bucket))?))
}

async fn exists(mut guest: View<'_>, name: &str) -> Told<bool> {
    let bucket = bucket(name)?;
    let found = guest.data_mut().platform.ask(Ask::Bucket { bucket }).await;
    match found {
        Ok(_) => Ok(true),
        Err(why) if why.code == "BucketNotFound" => Ok(false),
        Err(why) => Err(told(&why)),
    }
}

/// Copies an object, and says where it was; nowhere, if that is where it is to be.
async fn copy(guest: &mut View<'_>, from: &ObjectId, to: ObjectId) -> Told<Option<(Name, String)>> {
    let (source, target) = (bucket(&from.container)?, bucket(&to.container)?);
    let key = from.object.clone();
    if (&source, &key) == (&target, &to.object) {
        let bucket = source;
        ask(guest, Ask::About { bucket, key }).await?;
        return Ok(None);
    }
    let copy = Ask::Copy {
        bucket: source.clone(),
        key: key.clone(),
        to_bucket: target,
        to_key: to.object,
    };
    ask(guest, copy).await?;
    Ok(Some((source, key)))
}

async fn rename(mut guest: View<'_>, from: ObjectId, to: ObjectId) -> Told<()> {
    if let Some((bucket, key)) = copy(&mut guest, &from, to).await? {
        ask(&mut guest, Ask::Remove { bucket, key }).await?;
    }
    Ok(())
}

/// The bucket of this name.
fn bucket(name: &str) -> Told<Name> {
    name.parse().map_err(|error: Error| told(&error.into()))
}

/// Has done what the guest asks for.
async fn ask(guest: &mut View<'_>, ask: Ask) -> Told<Answer> {
    let answered = guest.data_mut().platform.ask(ask).await;
    answered.map_err(|why| told(&why))
}

fn told(why: &Unanswered) -> String {
    format!("{}: {}", why.code, why.message)
}

/// See [`super::confused`].
fn confused(answer: &Answer) -> String {
    told(&super::confused(answer))
}

fn not_here() -> String {
    let why = "a function makes and deletes no buckets; their owner does so: PUT and DELETE /v1/buckets/NAME";
    told(&Unanswered::new("AccessDenied", why))
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis() / 1_000).unwrap_or_default()
}
