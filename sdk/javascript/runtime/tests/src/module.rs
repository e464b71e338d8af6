//! The module in two: its code, and what it wants in memory at the start.

use std::path::PathBuf;
use std::{env, fs};

use wasm_encoder::{ConstExpr, DataSection, ExportKind, ExportSection, MemorySection, RawSection};
use wasmparser::{DataKind, Operator, Parser, Payload, TypeRef};
use wasmtime::{Engine, Module, Result, format_err};

const PAGE_BYTES: usize = 4096;

/// The module, compiled without its data: an instance takes memory as it is.
#[derive(Debug)]
pub struct Code {
    /// What is compiled.
    pub module: Module,
    /// Where in memory which bytes are at the start.
    pub data: Vec<(usize, Vec<u8>)>,
    /// How many pages of 64 KiB the memory has at the start.
    pub pages_min: u64,
    /// How large the module is as a file.
    pub bytes: usize,
}

impl Code {
    /// Reads and compiles it.
    pub fn read(engine: &Engine) -> Result<Self> {
        let path = path();
        let wasm = fs::read(&path).map_err(|error| {
            format_err!(
                "can't read {}: {error}. Build the module as the README says, or name one in STEPLOOM_JAVASCRIPT",
                path.display()
            )
        })?;
        Self::of(engine, &wasm)
    }

    /// Compiles what was read.
    pub fn of(engine: &Engine, wasm: &[u8]) -> Result<Self> {
        let mut code = wasm_encoder::Module::new();
        let mut data = Vec::new();
        let mut pages_min = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            match &payload {
                Payload::DataSection(segments) => {
                    for segment in segments.clone() {
                        let segment = segment?;
                        data.push((offset(&segment.kind)?, segment.data.to_vec()));
                    }
                    continue;
                }
                Payload::DataCountSection { .. } => continue,
                Payload::ImportSection(imports) => {
                    for import in imports.clone().into_imports() {
                        if let TypeRef::Memory(memory) = import?.ty {
                            pages_min = memory.initial;
                        }
                    }
                }
                _ => {}
            }
            if let Some((id, range)) = payload.as_section() {
                let data = &wasm[range.start as usize..range.end as usize];
                code.section(&RawSection { id, data });
            }
        }
        Ok(Self {
            module: Module::new(engine, code.finish())?,
            data,
            pages_min,
            bytes: wasm.len(),
        })
    }
}

fn path() -> PathBuf {
    env::var_os("STEPLOOM_JAVASCRIPT").map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../../../../target/modules/javascript.wasm")
        },
        PathBuf::from,
    )
}

fn offset(kind: &DataKind<'_>) -> Result<usize> {
    if let DataKind::Active { offset_expr, .. } = kind
        && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
    {
        return Ok(usize::try_from(value.cast_unsigned())?);
    }
    Err(format_err!("data without a place"))
}

/// A module that is nothing but a memory, as it was kept, and how many pages of 4 KiB are not zeros.
pub fn image(memory: &[u8]) -> (Vec<u8>, usize) {
    let mut memories = MemorySection::new();
    memories.memory(wasm_encoder::MemoryType {
        minimum: memory.len() as u64 / 65_536,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut data = DataSection::new();
    let mut count = 0;
    let mut run: Option<usize> = None;
    for (at, page) in memory.chunks(PAGE_BYTES).chain([&[][..]]).enumerate() {
        let is_used = page.iter().any(|byte| *byte != 0);
        count += usize::from(is_used);
        match (run, is_used) {
            (None, true) => run = Some(at),
            (Some(start), false) => {
                let place = u32::try_from(start * PAGE_BYTES).expect("32 bits");
                let bytes = &memory[start * PAGE_BYTES..at * PAGE_BYTES];
                data.active(
                    0,
                    &ConstExpr::i32_const(place.cast_signed()),
                    bytes.iter().copied(),
                );
                run = None;
            }
            _ => {}
        }
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&memories).section(&exports).section(&data);
    (module.finish(), count)
}
