//! What guests are linked to: WASI preview 1 and the platform for modules, WASI 0.2 with HTTP for components, the
//! scratch disk's limit in between. Built once per engine.

use wasmtime::component;
use wasmtime::{Engine, Linker};

use crate::guest::Guest;
use crate::{ability, disk};

/// The linkers of an engine.
pub(crate) struct Linkers {
    /// For core modules.
    pub(crate) module: Linker<Guest>,
    /// For components.
    pub(crate) component: component::Linker<Guest>,
}

impl Linkers {
    /// # Errors
    /// Never with our engine.
    pub(crate) fn new(engine: &Engine) -> wasmtime::Result<Self> {
        let mut module = Linker::new(engine);
        wasmtime_wasi::p1::add_to_linker_async(&mut module, Guest::preview1)?;
        disk::preview1::add_to_linker(&mut module)?;
        ability::add_to_linker(&mut module)?;
        let mut component = component::Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut component)?;
        disk::preview2::add_to_linker(&mut component)?;
        ability::add_interfaces_to_linker(&mut component)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut component)?;
        Ok(Self { module, component })
    }
}
