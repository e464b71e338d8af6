//! How modules are called: a file for each kind.

mod command;
mod handler;
mod http;
mod language;
mod reactor;

pub(crate) use command::Command;
pub(crate) use handler::Handler;
pub(crate) use http::Http;
pub(crate) use language::{Language, LanguageRuntime};
pub(crate) use reactor::{Place, Reactor, Start};

use wasmtime::{Extern, Func, Instance, ModuleExport, Store};

use crate::guest::Guest;

/// What a guest that came to its end gave.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Its result; not yet known to be JSON.
    Result(Vec<u8>),
    /// The error that it answered.
    Failed(Vec<u8>),
    /// A result or error over its limit.
    TooLarge,
    /// It broke the contract of its kind; how.
    Nonsense(String),
}

/// A function of an instance.
fn export(
    instance: &Instance,
    store: &mut Store<Guest>,
    export: &ModuleExport,
) -> wasmtime::Result<Func> {
    instance
        .get_module_export(store, export)
        .and_then(Extern::into_func)
        .ok_or_else(changed)
}

/// Calls a function that takes and gives nothing.
async fn call(
    instance: &Instance,
    store: &mut Store<Guest>,
    function: &ModuleExport,
) -> wasmtime::Result<()> {
    let function = export(instance, store, function)?.typed::<(), ()>(&*store)?;
    function.call_async(store, ()).await
}

/// Exports were looked up when the code was loaded; they cannot be gone.
fn changed() -> wasmtime::Error {
    wasmtime::format_err!("an export is not what it was when the module was linked")
}
