//! The interface `container`: what a bucket has.

use steploom_call::{Answer, Ask, Unanswered};
use steploom_types::Name;
use steploom_types::limits::PAGE_SIZE_MAX;
use wasmtime::component::{ComponentType, LinkerInstance, Lower, Resource};
use wasmtime_wasi::WasiView as _;

use super::body::Content;
use super::names::{self, Names};
use super::value::{self, Outgoing};
use super::{Answered, Told, View, ask, confused, resource, seconds, told};
use crate::guest::Guest;

/// A bucket that a guest has opened.
pub(super) struct Container(pub(super) Name);

/// What is known of a container.
#[derive(ComponentType, Lower)]
#[component(record)]
struct ContainerMetadata {
    name: String,
    #[component(name = "created-at")]
    created_at: u64,
}

/// What is known of an object.
#[derive(ComponentType, Lower)]
#[component(record)]
struct ObjectMetadata {
    name: String,
    container: String,
    #[component(name = "created-at")]
    created_at: u64,
    size: u64,
}

type Of = Resource<Container>;

/// Links the interface.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(interface: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    resource::<Container>(interface, "container")?;
    names::add_to_linker(interface)?;
    interface.func_wrap(
        "[method]container.name",
        |mut guest: View<'_>, (of,): (Of,)| {
            let bucket = bucket(&mut guest, &of)?;
            Ok((Told::Ok(bucket.as_str().to_owned()),))
        },
    )?;
    interface.func_wrap_async("[method]container.info", |guest: View<'_>, (of,): (Of,)| {
        Box::new(async move { Ok((info(guest, &of).await?,)) })
    })?;
    interface.func_wrap(
        "[method]container.list-objects",
        |mut guest: View<'_>, (of,): (Of,)| {
            let bucket = bucket(&mut guest, &of)?;
            let guest = guest.data_mut();
            let names = Names::of(bucket, guest.platform.room());
            Ok((Told::Ok(guest.ctx().table.push(names)?),))
        },
    )?;
    interface.func_wrap_async(
        "[method]container.clear",
        |guest: View<'_>, (of,): (Of,)| Box::new(async move { Ok((clear(guest, &of).await?,)) }),
    )?;
    objects(interface)
}

/// What is done with single objects.
fn objects(interface: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    interface.func_wrap_async(
        "[method]container.get-data",
        |guest: View<'_>, (of, key, start, end): (Of, String, u64, u64)| {
            Box::new(async move { Ok((read(guest, &of, key, start, end).await?,)) })
        },
    )?;
    interface.func_wrap(
        "[method]container.write-data",
        |mut guest: View<'_>, (of, key, value): (Of, String, Resource<Outgoing>)| {
            let bucket = bucket(&mut guest, &of)?;
            Ok((value::place(guest, &value, bucket, key)?,))
        },
    )?;
    interface.func_wrap_async(
        "[method]container.delete-object",
        |guest: View<'_>, (of, key): (Of, String)| {
            Box::new(async move { Ok((remove(guest, &of, vec![key]).await?,)) })
        },
    )?;
    interface.func_wrap_async(
        "[method]container.delete-objects",
        |guest: View<'_>, (of, keys): (Of, Vec<String>)| {
            Box::new(async move { Ok((remove(guest, &of, keys).await?,)) })
        },
    )?;
    interface.func_wrap_async(
        "[method]container.has-object",
        |guest: View<'_>, (of, key): (Of, String)| {
            Box::new(async move {
                let found = about(guest, &of, key).await?;
                Ok((match found {
                    Ok(_) => Ok(true),
                    Err(why) if why.code == "ObjectNotFound" => Ok(false),
                    Err(why) => Err(told(&why)),
                },))
            })
        },
    )?;
    interface.func_wrap_async(
        "[method]container.object-info",
        |guest: View<'_>, (of, key): (Of, String)| {
            Box::new(async move {
                let found = about(guest, &of, key).await?;
                Ok((found.map_err(|why| told(&why)),))
            })
        },
    )
}

fn bucket(guest: &mut View<'_>, of: &Of) -> wasmtime::Result<Name> {
    Ok(guest.data_mut().ctx().table.get(of)?.0.clone())
}

async fn info(mut guest: View<'_>, of: &Of) -> Answered<ContainerMetadata> {
    let bucket = bucket(&mut guest, of)?;
    let name = bucket.as_str().to_owned();
    Ok(match ask(&mut guest, Ask::Bucket { bucket }).await {
        Ok(Answer::MadeAt(at)) => Ok(ContainerMetadata {
            name,
            created_at: seconds(at),
        }),
        Ok(other) => Err(confused(&other)),
        Err(why) => Err(why),
    })
}

async fn about(
    mut guest: View<'_>,
    of: &Of,
    key: String,
) -> wasmtime::Result<Result<ObjectMetadata, Unanswered>> {
    let bucket = bucket(&mut guest, of)?;
    let (name, container) = (key.clone(), bucket.as_str().to_owned());
    let about = Ask::About { bucket, key };
    Ok(match guest.data_mut().platform.ask(about).await {
        Ok(Answer::About {
            size_bytes,
            modified_at,
        }) => Ok(ObjectMetadata {
            name,
            container,
            created_at: seconds(modified_at),
            size: size_bytes,
        }),
        Ok(other) => Err(crate::ability::confused(&other)),
        Err(why) => Err(why),
    })
}

/// Both ends of the range are a part of it.
async fn read(
    mut guest: View<'_>,
    of: &Of,
    key: String,
    start: u64,
    end: u64,
) -> Answered<Resource<Content>> {
    let read = Ask::Read {
        bucket: bucket(&mut guest, of)?,
        key,
        range: start..end.saturating_add(1),
    };
    let content = match ask(&mut guest, read).await {
        Ok(Answer::Object { content, .. }) => content,
        Ok(other) => return Ok(Err(confused(&other))),
        Err(why) => return Ok(Err(why)),
    };
    let guest = guest.data_mut();
    Ok(match Content::new(content, guest.platform.room()) {
        Ok(content) => Ok(guest.ctx().table.push(content)?),
        Err(why) => Err(why),
    })
}

async fn remove(mut guest: View<'_>, of: &Of, keys: Vec<String>) -> Answered<()> {
    let bucket = bucket(&mut guest, of)?;
    if keys.len() > PAGE_SIZE_MAX as usize {
        let why =
            format!("RequestTooLarge: {PAGE_SIZE_MAX} objects are deleted at once at the most");
        return Ok(Err(why));
    }
    Ok(remove_all(&mut guest, &bucket, keys).await)
}

async fn remove_all(guest: &mut View<'_>, bucket: &Name, keys: Vec<String>) -> Told<()> {
    for key in keys {
        let bucket = bucket.clone();
        ask(guest, Ask::Remove { bucket, key }).await?;
    }
    Ok(())
}

async fn clear(mut guest: View<'_>, of: &Of) -> Answered<()> {
    let bucket = bucket(&mut guest, of)?;
    loop {
        let page = Ask::List {
            bucket: bucket.clone(),
            prefix: String::new(),
            after: None,
        };
        let keys = match ask(&mut guest, page).await {
            Ok(Answer::Keys { keys, .. }) => keys,
            Ok(other) => return Ok(Err(confused(&other))),
            Err(why) => return Ok(Err(why)),
        };
        if keys.is_empty() {
            return Ok(Ok(()));
        }
        if let Err(why) = remove_all(&mut guest, &bucket, keys).await {
            return Ok(Err(why));
        }
    }
}
