//! What guests ask of the platform: the import module `steploom` of core modules, standard interfaces of components,
//! and what is kept of it for one guest. What a guest may ask for, and who does it, the call's [`Abilities`] say.

mod blobstore;
mod config;
mod keyvalue;
mod logging;
mod text;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use steploom_call::{Abilities, Answer, Ask, Unanswered};
use steploom_types::limits::function as limits;
use steploom_types::{Error, Grant, Timestamp};
use tokio::task::JoinSet;
use wasmtime::component;
use wasmtime::{Caller, Extern, Linker, Memory, Trap};

use self::blobstore::Room;
use crate::guest::Guest;
use crate::image::MEMORY;
use crate::streams::{Lines, Shared};

/// The module that core modules import.
pub(crate) const MODULE: &str = "steploom";
/// Its functions.
pub(crate) const FUNCTIONS: &[&str] = &["call", "take", "fuel"];
/// Interfaces that components may import whose function has a grant of a kind, and how that is written.
pub(crate) const INTERFACES: &[(&str, &str, &str)] = &[
    (config::STORE, "config", "config"),
    (logging::LOGGING, "logging", "logging"),
    (keyvalue::STORE, "keyvalue", "keyvalue=STORE"),
    (keyvalue::ATOMICS, "keyvalue", "keyvalue=STORE"),
    (keyvalue::BATCH, "keyvalue", "keyvalue=STORE"),
    (blobstore::BLOBSTORE, "objects", "objects=BUCKET"),
    (blobstore::CONTAINER, "objects", "objects=BUCKET"),
    (blobstore::TYPES, "objects", "objects=BUCKET"),
];
/// Bytes of the largest request: an object, and the line before it.
const REQUEST_BYTES_MAX: usize = limits::ASK_OBJECT_BYTES_MAX + limits::ASK_LINE_BYTES_MAX + 1;

/// What one guest asks of the platform.
#[derive(Debug)]
pub(crate) struct Platform {
    abilities: Option<Arc<dyn Abilities>>,
    deadline: Timestamp,
    logs: Shared<Lines>,
    room: Room,
    asked: u32,
    /// The line and the body of the last answer, until they are taken.
    answer: Option<(String, Bytes)>,
}

impl Platform {
    /// That of a guest whose time ends at `deadline`.
    pub(crate) fn new(
        abilities: Option<Arc<dyn Abilities>>,
        deadline: Timestamp,
        logs: Shared<Lines>,
    ) -> Self {
        Self {
            abilities,
            deadline,
            logs,
            room: Room::default(),
            asked: 0,
            answer: None,
        }
    }

    /// Ends it: nothing is asked or answered any more.
    pub(crate) fn close(&mut self) {
        self.abilities = None;
        self.answer = None;
    }

    /// Whether something is granted; nothing is while there is nobody to do it.
    fn is_granted(&self, wanted: &Grant) -> bool {
        let abilities = self.abilities.as_ref();
        abilities.is_some_and(|abilities| abilities.is_granted(wanted))
    }

    /// Where contents count that the guest reads and writes piece by piece.
    fn room(&self) -> &Room {
        &self.room
    }

    /// Writes a line of the guest's log.
    fn log(&self, line: &Value) {
        self.logs.lock().write(format!("{line}\n").as_bytes());
    }

    /// Has done what the guest asks for. Dropping the future gives it up.
    pub(crate) async fn ask(&mut self, ask: Ask) -> Result<Answer, Unanswered> {
        let Some(abilities) = self.abilities.clone() else {
            let message = "a program asks the platform for something when it is called, not while it is loaded: do it in the handler";
            return Err(Unanswered::new("NotNow", message));
        };
        self.asked += 1;
        if self.asked > limits::ASKS_MAX {
            let most = limits::ASKS_MAX;
            let message = format!("one invocation may ask the platform for something {most} times");
            return Err(Unanswered::new("TooManyCalls", message));
        }
        let deadline = self.deadline;
        // In a task of its own: what is awaited here is polled on the guest's stack, which is small.
        let mut work = JoinSet::new();
        work.spawn(async move { abilities.ask(ask, deadline).await });
        match work.join_next().await {
            Some(Ok(answered)) => answered,
            lost => {
                tracing::error!(?lost, "what a function asked for was not done");
                Err(Error::internal("a task ended before its work").into())
            }
        }
    }
}

/// Links the interfaces of components.
///
/// # Errors
/// Never with our engine.
pub(crate) fn add_interfaces_to_linker(
    linker: &mut component::Linker<Guest>,
) -> wasmtime::Result<()> {
    blobstore::add_to_linker(linker)?;
    config::add_to_linker(linker)?;
    keyvalue::add_to_linker(linker)?;
    logging::add_to_linker(linker)
}

/// Links the module.
///
/// # Errors
/// Never with our engine.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "call",
        |caller: Caller<'_, Guest>, (at, len): (u32, u32)| Box::new(call(caller, at, len)),
    )?;
    linker.func_wrap(MODULE, "take", take)?;
    linker.func_wrap(MODULE, "fuel", |caller: Caller<'_, Guest>| {
        caller.get_fuel()
    })?;
    Ok(())
}

/// `call(request, request_len) -> answer_len`
async fn call(mut caller: Caller<'_, Guest>, at: u32, len: u32) -> wasmtime::Result<u32> {
    let memory = memory(&mut caller)?;
    let (at, len) = (at as usize, len as usize);
    let (data, guest) = memory.data_and_store_mut(&mut caller);
    let request = data.get(at..).and_then(|rest| rest.get(..len));
    let request = request.ok_or(Trap::MemoryOutOfBounds)?;
    let asked = if len > REQUEST_BYTES_MAX {
        Err(text::too_large("a request", REQUEST_BYTES_MAX))
    } else {
        text::read(request)
    };
    // The one before is not wanted any more.
    guest.platform.answer = None;
    let answered = match asked {
        Ok(ask) => guest.platform.ask(ask).await,
        Err(refused) => Err(refused),
    };
    let (line, body) = text::write(answered);
    let length = u32::try_from(line.len() + body.len())?;
    caller.data_mut().platform.answer = Some((line, body));
    Ok(length)
}

/// `take(to)`
fn take(mut caller: Caller<'_, Guest>, to: u32) -> wasmtime::Result<()> {
    let memory = memory(&mut caller)?;
    let (data, guest) = memory.data_and_store_mut(&mut caller);
    let Some((line, body)) = guest.platform.answer.take() else {
        return Ok(());
    };
    let room = data.get_mut(to as usize..);
    let room = room.and_then(|room| room.get_mut(..line.len() + body.len()));
    let (of_line, of_body) = room
        .ok_or(Trap::MemoryOutOfBounds)?
        .split_at_mut(line.len());
    of_line.copy_from_slice(line.as_bytes());
    of_body.copy_from_slice(&body);
    Ok(())
}

/// The platform answered what was not asked for: a fault of ours.
fn confused(answer: &Answer) -> Unanswered {
    Error::internal(format!("an answer to something else: {answer:?}")).into()
}

/// The memory of whoever calls.
fn memory(caller: &mut Caller<'_, Guest>) -> wasmtime::Result<Memory> {
    caller
        .get_export(MEMORY)
        .and_then(Extern::into_memory)
        .ok_or_else(|| {
            wasmtime::format_err!("a module that calls '{MODULE}' exports its memory as '{MEMORY}'")
        })
}
