//! Compiled code that is ready to be called: loaded, linked, its exports looked up, so that a call
//! does nothing but instantiate, call and drop.

use std::sync::Arc;

use steploom_types::{Digest, Error};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{self, Component, Type};
use wasmtime::{Engine, InstancePre, Module, ModuleExport};

use crate::guest::{Guest, WasiVersion};
use crate::kind::{Command, Handler, Http, Language, LanguageRuntime, Reactor, Start};
use crate::link::Linkers;
use crate::{Kind, gate, image};

/// A module's code.
pub(crate) struct Code {
    /// How it is called.
    pub(crate) callable: Callable,
    /// The WASI that it imports, if any.
    pub(crate) wasi: Option<WasiVersion>,
    /// Whether it imports functions that create or open files.
    pub(crate) uses_filesystem: bool,
    /// Bytes of the code.
    pub(crate) size_bytes: usize,
}

impl Code {
    /// Whether an instance of it can be called more than once.
    pub(crate) fn is_reusable(&self) -> bool {
        matches!(&self.callable, Callable::Reactor(reactor) if reactor.is_reusable())
    }
}

/// Code by kind.
pub(crate) enum Callable {
    /// See [`Kind::Command`].
    Command(Command),
    /// See [`Kind::Reactor`].
    Reactor(Reactor),
    /// See [`Kind::Handler`].
    Handler(Handler),
    /// See [`Kind::Http`].
    Http(Http),
    /// The code of a language's runtime: called as programs in it alone.
    Runtime(Arc<LanguageRuntime>),
}

impl Callable {
    /// The kind of function that it is, if it is one.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Command(_) => Some(Kind::Command),
            Self::Reactor(_) => Some(Kind::Reactor),
            Self::Handler(_) => Some(Kind::Handler),
            Self::Http(_) => Some(Kind::Http),
            Self::Runtime(_) => None,
        }
    }
}

/// What compiled code turned out to be.
pub(crate) enum Found {
    /// Code that can be called.
    Code(Code),
    /// A program in some language, whose runtime's code must be found first.
    Image(Image),
}

/// An image of memory.
pub(crate) struct Image {
    /// The runtime's code that goes with it.
    pub(crate) runtime: Digest,
    pre: InstancePre<Guest>,
    memory: ModuleExport,
    size_bytes: usize,
}

impl Found {
    /// Loads and links the compiled code of the module of a digest.
    ///
    /// `code` must come from this node's own compiler: see [`crate::cache`].
    ///
    /// # Errors
    /// `Invalid` when the module wants imports of other types, or exports a handler of another type.
    pub(crate) fn load(
        engine: &Engine,
        linkers: &Linkers,
        digest: Digest,
        code: &[u8],
    ) -> Result<Self, Error> {
        if Engine::detect_precompiled(code) == Some(wasmtime::Precompiled::Component) {
            Ok(Self::Code(of_component(engine, linkers, code)?))
        } else {
            of_module(engine, linkers, digest, code)
        }
    }
}

impl Image {
    /// The program: the image with its runtime's code.
    ///
    /// # Errors
    /// `Invalid` when that is no runtime's code.
    pub(crate) fn over(self, code: &Code) -> Result<Code, Error> {
        let Callable::Runtime(runtime) = &code.callable else {
            return Err(Error::invalid(
                "InvalidModule",
                "the module is an image of something that is no runtime of a language",
            ));
        };
        let language = Language {
            image: self.pre,
            memory: self.memory,
            runtime: Arc::clone(runtime),
        };
        Ok(Code {
            callable: Callable::Reactor(Reactor {
                alloc: runtime.alloc,
                handle: runtime.handle,
                start: Start::Loaded(language),
            }),
            wasi: code.wasi,
            uses_filesystem: code.uses_filesystem,
            size_bytes: self.size_bytes,
        })
    }
}

fn of_module(
    engine: &Engine,
    linkers: &Linkers,
    digest: Digest,
    code: &[u8],
) -> Result<Found, Error> {
    #[expect(
        unsafe_code,
        reason = "deserialize runs what it is given; our compiler made it, and its seal was checked"
    )]
    // SAFETY: `code` is what our compiling process wrote, directly or through the cache, whose
    // HMAC over these very bytes was verified.
    let module = unsafe { Module::deserialize(engine, code) }.map_err(|e| unloadable(&e))?;
    let size_bytes = code.len();
    let callable = if LanguageRuntime::is_one(&module) {
        let runtime = LanguageRuntime::new(module.clone(), &linkers.module, digest)?;
        Callable::Runtime(Arc::new(runtime))
    } else {
        let pre = linkers
            .module
            .instantiate_pre(&module)
            .map_err(|e| unlinkable(&e))?;
        if let Some((runtime, memory)) = image_of(&module) {
            return Ok(Found::Image(Image {
                runtime,
                pre,
                memory,
                size_bytes,
            }));
        }
        link_module(&module, pre)?
    };
    Ok(Found::Code(Code {
        callable,
        wasi: module.imports().next().map(|_| WasiVersion::Preview1),
        uses_filesystem: module
            .imports()
            .any(|import| gate::names_filesystem(import.module(), import.name())),
        size_bytes,
    }))
}

/// Of an image, the runtime's code that it goes with, and its memory.
fn image_of(module: &Module) -> Option<(Digest, ModuleExport)> {
    let export = module.exports().next()?;
    let runtime = image::code_of(export.name())?;
    Some((runtime, module.get_export_index(export.name())?))
}

fn link_module(module: &Module, pre: InstancePre<Guest>) -> Result<Callable, Error> {
    let find = |name| module.get_export_index(name);
    if let (Some(handle), Some(alloc), Some(memory)) = (
        find("steploom_handle"),
        find("steploom_alloc"),
        find(image::MEMORY),
    ) {
        return Ok(Callable::Reactor(Reactor {
            start: Start::Fresh {
                pre,
                memory,
                initialize: find("_initialize"),
            },
            alloc,
            handle,
        }));
    }
    let start = find("_start").ok_or_else(not_callable)?;
    Ok(Callable::Command(Command::Module { pre, start }))
}

fn of_component(engine: &Engine, linkers: &Linkers, code: &[u8]) -> Result<Code, Error> {
    #[expect(
        unsafe_code,
        reason = "deserialize runs what it is given; our compiler made it, and its seal was checked"
    )]
    // SAFETY: as for modules.
    let component = unsafe { Component::deserialize(engine, code) }.map_err(|e| unfit(&e))?;
    let ty = component.component_type();
    let exports: Vec<_> = ty
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let imports: Vec<_> = ty
        .imports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let names: Vec<_> = exports.iter().map(String::as_str).collect();
    let kind = gate::of_component(&names).ok_or_else(not_callable)?;
    let pre = linkers
        .component
        .instantiate_pre(&component)
        .map_err(|e| unlinkable(&e))?;
    let callable = if kind == Kind::Http {
        let http = Http::link(&component, pre, &exports);
        Callable::Http(http.map_err(|e| unlinkable(&e))?)
    } else {
        link_component(kind, &component, pre, &exports)?
    };
    let uses_wasi = !imports.is_empty() || kind == Kind::Http;
    Ok(Code {
        callable,
        wasi: uses_wasi.then_some(WasiVersion::Preview2),
        uses_filesystem: imports.iter().any(|name| gate::names_filesystem(name, "")),
        size_bytes: code.len(),
    })
}

fn link_component(
    kind: Kind,
    component: &Component,
    pre: component::InstancePre<crate::guest::Guest>,
    exports: &[String],
) -> Result<Callable, Error> {
    if kind == Kind::Handler {
        let (item, handle) = component
            .get_export(None, "handle")
            .ok_or_else(not_callable)?;
        if !takes_and_gives_text(&item) {
            return Err(Error::invalid(
                "InvalidModule",
                "the export 'handle' is of another type than 'func(input: string) -> result<string, string>'",
            ));
        }
        return Ok(Callable::Handler(Handler { pre, handle }));
    }
    let run = exports
        .iter()
        .find(|name| name.starts_with("wasi:cli/run"))
        .and_then(|name| component.get_export_index(None, name))
        .and_then(|interface| component.get_export_index(Some(&interface), "run"))
        .ok_or_else(not_callable)?;
    Ok(Callable::Command(Command::Component { pre, run }))
}

/// Whether this is `func(string) -> result<string, string>`.
fn takes_and_gives_text(item: &ComponentItem) -> bool {
    let ComponentItem::ComponentFunc(function) = item else {
        return false;
    };
    let is_text = |ty: Option<Type>| matches!(ty, Some(Type::String));
    let params: Vec<_> = function.params().map(|(_, ty)| ty).collect();
    let results: Vec<_> = function.results().collect();
    matches!(params.as_slice(), [Type::String])
        && matches!(results.as_slice(), [Type::Result(r)] if is_text(r.ok()) && is_text(r.err()))
}

fn not_callable() -> Error {
    Error::invalid(
        "InvalidModule",
        "the module exports nothing that can be called",
    )
}

fn unloadable(error: &wasmtime::Error) -> Error {
    Error::internal(format!("compiled code cannot be loaded: {error:#}"))
}

/// A component is held against what the pool has for one call when it is loaded.
fn unfit(error: &wasmtime::Error) -> Error {
    let text = format!("{error:#}");
    if text.contains("exceeds the configured maximum") {
        return Error::invalid(
            "InvalidModule",
            format!("the component has more parts than a call may have: {text}"),
        );
    }
    unloadable(error)
}

fn unlinkable(error: &wasmtime::Error) -> Error {
    Error::invalid(
        "InvalidModule",
        format!("the module cannot be linked: {error:#}"),
    )
}
