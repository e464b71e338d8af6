//! Commands: the event on standard input, the result on standard output, the exit code says
//! whether it went well.

use wasmtime::component::{self, ComponentExportIndex};
use wasmtime::{InstancePre, ModuleExport, Store};
use wasmtime_wasi::I32Exit;

use crate::guest::Guest;

/// A linked command.
pub(crate) enum Command {
    /// A module with `_start`.
    Module {
        /// Ready to be instantiated.
        pre: InstancePre<Guest>,
        /// `_start`.
        start: ModuleExport,
    },
    /// A component with `wasi:cli/run`.
    Component {
        /// Ready to be instantiated.
        pre: component::InstancePre<Guest>,
        /// `run` of that interface.
        run: ComponentExportIndex,
    },
}

impl Command {
    /// Runs it to its end and answers its exit code.
    ///
    /// # Errors
    /// A trap, or a limit that was hit.
    pub(crate) async fn run(&self, store: &mut Store<Guest>) -> wasmtime::Result<i32> {
        let ended = match self {
            Self::Module { pre, start } => run_module(pre, start, store).await,
            Self::Component { pre, run } => run_component(pre, run, store).await,
        };
        match ended {
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(exit) => Ok(exit.0),
                None => Err(error),
            },
            ok => ok,
        }
    }
}

async fn run_module(
    pre: &InstancePre<Guest>,
    start: &ModuleExport,
    store: &mut Store<Guest>,
) -> wasmtime::Result<i32> {
    let instance = pre.instantiate_async(&mut *store).await?;
    super::call(&instance, store, start).await?;
    Ok(0)
}

async fn run_component(
    pre: &component::InstancePre<Guest>,
    run: &ComponentExportIndex,
    store: &mut Store<Guest>,
) -> wasmtime::Result<i32> {
    let instance = pre.instantiate_async(&mut *store).await?;
    let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut *store, run)?;
    let (ended,) = run.call_async(store, ()).await?;
    Ok(i32::from(ended.is_err()))
}
