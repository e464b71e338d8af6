//! Programs in a language that has a runtime: the code is the runtime's and shared, the memory is the
//! program's image.

use std::sync::Arc;

use steploom_types::{Digest, Error};
use wasmtime::{Extern, Instance, InstancePre, Linker, Memory, Module, ModuleExport, Store};

use crate::guest::Guest;
use crate::image;

/// The code of a language's runtime: it imports its memory.
pub(crate) struct LanguageRuntime {
    module: Module,
    linker: Linker<Guest>,
    digest: Digest,
    /// `steploom_alloc(len) -> ptr`.
    pub(crate) alloc: ModuleExport,
    /// `steploom_handle(ptr, len) -> ptr << 32 | len`.
    pub(crate) handle: ModuleExport,
    /// `steploom_load(ptr, len) -> ptr << 32 | len`.
    pub(crate) load: ModuleExport,
    /// `_initialize()`, if it is there: called before a program is loaded, and never after.
    pub(crate) initialize: Option<ModuleExport>,
}

/// An image of memory and the runtime that goes with it.
pub(crate) struct Language {
    /// The image, ready to be instantiated.
    pub(crate) image: InstancePre<Guest>,
    /// Its memory.
    pub(crate) memory: ModuleExport,
    /// The code.
    pub(crate) runtime: Arc<LanguageRuntime>,
}

impl LanguageRuntime {
    /// Whether a module is the code of a runtime: only what we divided imports a memory.
    pub(crate) fn is_one(module: &Module) -> bool {
        module
            .imports()
            .any(|import| import.ty().memory().is_some())
    }

    /// # Errors
    /// `Invalid` / `InvalidRuntime` when an export is missing.
    pub(crate) fn new(
        module: Module,
        linker: &Linker<Guest>,
        digest: Digest,
    ) -> Result<Self, Error> {
        let find = |name: &str| {
            module.get_export_index(name).ok_or_else(|| {
                Error::invalid(
                    "InvalidRuntime",
                    format!("a runtime of a language exports '{name}', which this one does not"),
                )
            })
        };
        Ok(Self {
            alloc: find("steploom_alloc")?,
            handle: find("steploom_handle")?,
            load: find("steploom_load")?,
            initialize: module.get_export_index("_initialize"),
            linker: linker.clone(),
            digest,
            module,
        })
    }
}

impl Language {
    /// An instance of the runtime's code on a copy of the image.
    pub(super) async fn instantiate(
        &self,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<(Instance, Memory)> {
        let image = self.image.instantiate_async(&mut *store).await?;
        let memory = image
            .get_module_export(&mut *store, &self.memory)
            .and_then(Extern::into_memory)
            .ok_or_else(super::changed)?;
        let runtime = &self.runtime;
        let mut imports = Vec::with_capacity(runtime.module.imports().len());
        for import in runtime.module.imports() {
            imports.push(if import.ty().memory().is_some() {
                Extern::Memory(memory)
            } else {
                runtime
                    .linker
                    .get_by_import(&mut *store, &import)
                    .ok_or_else(|| {
                        wasmtime::format_err!(
                            "the runtime imports '{}.{}', which is not offered",
                            import.module(),
                            import.name()
                        )
                    })?
            });
        }
        let instance = Instance::new_async(&mut *store, &runtime.module, &imports).await?;
        Ok((instance, memory))
    }

    /// What a memory is written down as.
    pub(super) fn image(&self, memory: &[u8]) -> Vec<u8> {
        image::write(memory, self.runtime.digest)
    }
}
