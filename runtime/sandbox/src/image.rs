//! Memory as a module: what a language's runtime is divided into, and what a snapshot is written as.
//!
//! A runtime imports its memory. What it compiles to is its *code*, a module without data; what its
//! memory begins with is an *image*, a module that has a memory, data and no code. An image says by the
//! name of its only export which code goes with it. So all programs of a language share one code, and
//! one more program is one more image, which has nothing to compile.

use steploom_types::{Digest, Error};
use wasm_encoder::{
    ConstExpr, DataSection, DataSegment, DataSegmentMode, ExportKind, ExportSection, MemorySection,
    MemoryType, Module, RawSection,
};
use wasmparser::{DataKind, ExternalKind, Operator, Parser, Payload, TypeRef};

/// The runtime's memory: where it imports it from, and as what its code exports it.
const IMPORTED: (&str, &str) = ("env", "memory");
/// See [`IMPORTED`]. WASI looks for the memory of its caller under this name.
pub(crate) const MEMORY: &str = "memory";
/// How the name of an image's export begins; the digest of its code follows.
const EXPORT_PREFIX: &str = "steploom:image-of:";
/// Bytes of a page of WebAssembly.
const PAGE_BYTES: usize = 64 * 1024;
/// What an image is looked through by: pages of the computer's memory.
const GRAIN_BYTES: usize = 4 * 1024;
/// Sections by number.
const CUSTOM_SECTION: u8 = 0;
const EXPORT_SECTION: u8 = 7;
/// What a linker has run first where memory is imported: it clears what an image says already.
const START_SECTION: u8 = 8;
const DATA_SECTION: u8 = 11;
const DATA_COUNT_SECTION: u8 = 12;

/// A runtime, divided.
pub(crate) struct Divided {
    /// Its code.
    pub(crate) code: Vec<u8>,
    /// Its memory before anything ran.
    pub(crate) image: Vec<u8>,
}

/// Divides a runtime.
///
/// # Errors
/// `Invalid` / `InvalidRuntime` when it is no such module.
pub(crate) fn divide(runtime: &[u8]) -> Result<Divided, Error> {
    let mut code = Module::new();
    let mut pages = None;
    let mut data = DataSection::new();
    for payload in Parser::new(0).parse_all(runtime) {
        let payload = payload.map_err(invalid)?;
        match &payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import.map_err(invalid)?;
                    if let TypeRef::Memory(memory) = import.ty
                        && (import.module, import.name) == IMPORTED
                    {
                        pages = Some(memory.initial);
                    }
                }
            }
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section.clone() {
                    let export = export.map_err(invalid)?;
                    if export.kind == ExternalKind::Func {
                        exports.export(export.name, ExportKind::Func, export.index);
                    }
                }
                exports.export(MEMORY, ExportKind::Memory, 0);
                code.section(&exports);
            }
            Payload::DataSection(section) => {
                for segment in section.clone() {
                    let segment = segment.map_err(invalid)?;
                    data.active(
                        0,
                        &ConstExpr::i32_const(offset(&segment.kind)?),
                        segment.data.iter().copied(),
                    );
                }
            }
            _ => {}
        }
        let dropped = [
            CUSTOM_SECTION,
            EXPORT_SECTION,
            START_SECTION,
            DATA_SECTION,
            DATA_COUNT_SECTION,
        ];
        if let Some((id, range)) = payload.as_section()
            && !dropped.contains(&id)
        {
            code.section(&RawSection {
                id,
                data: &runtime[range],
            });
        }
    }
    let pages = pages.ok_or_else(|| {
        let (module, name) = IMPORTED;
        invalid(format!(
            "it does not import its memory as '{module}.{name}'"
        ))
    })?;
    let code = code.finish();
    let image = module(pages, &data, Digest::of(&code));
    Ok(Divided { code, image })
}

/// Whether a module is the code of a runtime: only what was divided here imports a memory, as the gate lets no
/// uploaded module do so.
pub(crate) fn is_code(module: &[u8]) -> bool {
    let imports = Parser::new(0)
        .parse_all(module)
        .find_map(|payload| match payload {
            Ok(Payload::ImportSection(section)) => Some(section),
            _ => None,
        });
    imports.is_some_and(|section| {
        let mut imports = section.into_imports().flatten();
        imports.any(|import| matches!(import.ty, TypeRef::Memory(_)))
    })
}

/// Writes memory down as an image of a code.
pub(crate) fn write(memory: &[u8], code: Digest) -> Vec<u8> {
    let mut data = DataSection::new();
    let mut at = 0;
    while at < memory.len() {
        let start = at;
        while at < memory.len() && !is_empty(memory, at) {
            at = (at + GRAIN_BYTES).min(memory.len());
        }
        if start < at {
            data.segment(DataSegment {
                mode: DataSegmentMode::Active {
                    memory_index: 0,
                    offset: &ConstExpr::i32_const(start as u32 as i32),
                },
                data: memory[start..at].iter().copied(),
            });
        }
        while at < memory.len() && is_empty(memory, at) {
            at = (at + GRAIN_BYTES).min(memory.len());
        }
    }
    module((memory.len() / PAGE_BYTES) as u64, &data, code)
}

/// The code that goes with an image, by the name of its export; `None` if that is none.
pub(crate) fn code_of(export: &str) -> Option<Digest> {
    export.strip_prefix(EXPORT_PREFIX)?.parse().ok()
}

fn is_empty(memory: &[u8], at: usize) -> bool {
    let end = (at + GRAIN_BYTES).min(memory.len());
    memory[at..end].iter().all(|byte| *byte == 0)
}

fn module(pages: u64, data: &DataSection, code: Digest) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export(&format!("{EXPORT_PREFIX}{code}"), ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&memories).section(&exports).section(data);
    module.finish()
}

/// Where a segment of data lies.
fn offset(kind: &DataKind<'_>) -> Result<i32, Error> {
    let DataKind::Active {
        memory_index: 0,
        offset_expr,
    } = kind
    else {
        return Err(invalid(
            "its data is not laid into its memory from the start",
        ));
    };
    let mut operators = offset_expr.get_operators_reader();
    match operators.read().map_err(invalid)? {
        Operator::I32Const { value } => Ok(value),
        _ => Err(invalid("its data does not say where it lies")),
    }
}

fn invalid(why: impl std::fmt::Display) -> Error {
    Error::invalid(
        "InvalidRuntime",
        format!("this is no runtime of a language: {why}"),
    )
}

#[cfg(test)]
mod tests;
