//! Reactors: the event is written into the guest's memory, the result read from there.

use wasmtime::{Extern, Instance, InstancePre, ModuleExport, Store};

use super::Answer;
use crate::guest::Guest;

/// In the length that `steploom_handle` answers: the result is an error.
const ERROR_BIT: u32 = 1 << 31;

/// A linked reactor and where its exports are.
pub(crate) struct Reactor {
    /// Ready to be instantiated.
    pub(crate) pre: InstancePre<Guest>,
    /// `memory`.
    pub(crate) memory: ModuleExport,
    /// `steploom_alloc(len) -> ptr`.
    pub(crate) alloc: ModuleExport,
    /// `steploom_handle(ptr, len) -> ptr << 32 | len`.
    pub(crate) handle: ModuleExport,
    /// `_initialize()`, if it is there.
    pub(crate) initialize: Option<ModuleExport>,
}

impl Reactor {
    /// Calls it once.
    ///
    /// # Errors
    /// A trap, or a limit that was hit.
    pub(crate) async fn run(
        &self,
        store: &mut Store<Guest>,
        event: &[u8],
        output_bytes_max: u64,
    ) -> wasmtime::Result<Answer> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        if let Some(initialize) = &self.initialize {
            let initialize = export(&instance, store, initialize)?.typed::<(), ()>(&*store)?;
            initialize.call_async(&mut *store, ()).await?;
        }
        let memory = instance
            .get_module_export(&mut *store, &self.memory)
            .and_then(Extern::into_memory)
            .ok_or_else(super::changed)?;
        let alloc = export(&instance, store, &self.alloc)?.typed::<u32, u32>(&*store)?;
        let handle = export(&instance, store, &self.handle)?.typed::<(u32, u32), u64>(&*store)?;

        let size = u32::try_from(event.len())?;
        let at = alloc.call_async(&mut *store, size).await?;
        if memory.write(&mut *store, at as usize, event).is_err() {
            return Ok(Answer::Nonsense(format!(
                "steploom_alloc({size}) gave {at}, which leaves its memory of {} bytes",
                memory.data_size(&*store)
            )));
        }
        let packed = handle.call_async(&mut *store, (at, size)).await?;
        let (at, size) = ((packed >> 32) as u32, packed as u32);
        let failed = size & ERROR_BIT != 0;
        let size = size & !ERROR_BIT;
        if u64::from(size) > output_bytes_max {
            return Ok(Answer::TooLarge);
        }
        let data = memory.data(&*store);
        let Some(bytes) = data
            .get(at as usize..)
            .and_then(|rest| rest.get(..size as usize))
        else {
            return Ok(Answer::Nonsense(format!(
                "steploom_handle gave {size} bytes at {at}, which leave its memory of {} bytes",
                data.len()
            )));
        };
        Ok(if failed {
            Answer::Failed(bytes.to_vec())
        } else {
            Answer::Result(bytes.to_vec())
        })
    }
}

fn export(
    instance: &Instance,
    store: &mut Store<Guest>,
    export: &ModuleExport,
) -> wasmtime::Result<wasmtime::Func> {
    instance
        .get_module_export(store, export)
        .and_then(Extern::into_func)
        .ok_or_else(super::changed)
}
