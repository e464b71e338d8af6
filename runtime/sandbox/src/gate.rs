//! The module gate: reads what was uploaded, which nobody trusts, and says what it is or why it is
//! refused. It validates but never compiles, and takes time in proportion to the module's size.

use steploom_types::error::Problem;
use steploom_types::limits::{self, compile, function};
use steploom_types::{Error, Grant, limits::MODULE_BYTES_MAX};
use wasmparser::{
    Encoding, ExternalKind, FuncToValidate, FuncValidatorAllocations, FunctionBody, Parser,
    Payload, TypeRef, ValidPayload, Validator, ValidatorResources,
};

use crate::engine::{self, FEATURES};
use crate::{Inspected, Kind};

mod offer;
mod shape;

pub(crate) use offer::names_filesystem;
use shape::Shape;
pub(crate) use shape::of_component;

/// How every module and component begins.
const MAGIC: &[u8] = b"\0asm";
/// Problems that are reported at once.
const PROBLEMS_MAX: usize = 20;
/// Blocks within blocks of one function. Interpreters compiled to WebAssembly reach some hundreds.
const NESTING_MAX: u32 = 10_000;
/// Modules and components within a component.
const PARTS_MAX: u32 = 256;
/// Bytes of a page of linear memory.
const PAGE_BYTES: u64 = 64 * 1024;

/// Checks a module or component of a function with these grants.
///
/// # Errors
/// `Invalid` / `InvalidModule` with each problem and its place.
pub(crate) fn inspect(module: &[u8], grants: &[Grant]) -> Result<Inspected, Error> {
    let mut gate = Gate::default();
    if module.len() > MODULE_BYTES_MAX {
        gate.refuse(
            "MODULE_TOO_LARGE",
            String::new(),
            format!(
                "the module has {} bytes; at most {MODULE_BYTES_MAX} are allowed",
                module.len()
            ),
        );
        return Err(gate.error());
    }
    if !module.starts_with(MAGIC) {
        gate.refuse("MALFORMED", "byte 0x0".to_owned(), no_magic(module));
        return Err(gate.error());
    }
    if let Err(error) = gate.read(module) {
        gate.refuse(
            "MALFORMED",
            format!("byte {:#x}", error.offset()),
            error.message().to_owned(),
        );
        return Err(gate.error());
    }
    let kind = gate.shape.kind().unwrap_or_else(|why| {
        gate.refuse("NOT_CALLABLE", "exports".to_owned(), why);
        Kind::Command
    });
    gate.check_imports(grants);
    if !gate.problems.is_empty() {
        return Err(gate.error());
    }
    Ok(Inspected {
        kind,
        memory_bytes_min: gate.memory_bytes,
        uses_filesystem: gate.imports.iter().any(offer::is_of_filesystem),
    })
}

/// Why what does not begin as a module does is none.
fn no_magic(module: &[u8]) -> String {
    let text = module.trim_ascii_start();
    if text.starts_with(b"(module") || text.starts_with(b"(component") || text.starts_with(b";;") {
        "this is WebAssembly's text format; translate it first, such as with 'wasm-tools parse'"
            .into()
    } else {
        "this is not WebAssembly, which begins with the bytes 00 61 73 6d".into()
    }
}

/// What an import names: a module's two names, or a component's one and an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) name: String,
}

/// What was found so far.
#[derive(Default)]
struct Gate {
    problems: Vec<Problem>,
    problems_dropped: usize,
    shape: Shape,
    imports: Vec<Import>,
    memory_bytes: u64,
    table_elements: u64,
    functions: u32,
    data_segments: u32,
    parts: u32,
    depth: u32,
}

impl Gate {
    /// Reads everything once. An error is where reading cannot go on.
    fn read(&mut self, module: &[u8]) -> wasmparser::Result<()> {
        let mut validator = Validator::new_with_features(FEATURES);
        let mut allocations = FuncValidatorAllocations::default();
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        for payload in parser.parse_all(module) {
            let payload = payload?;
            self.look(&payload)?;
            if self.problems.iter().any(|p| p.code == "TOO_LARGE") {
                // What is too large is not worth the time that validating it takes.
                return Ok(());
            }
            match validator.payload(&payload)? {
                ValidPayload::Func(function, body) => {
                    allocations = self.check_function(function, &body, allocations)?;
                }
                ValidPayload::End(types) if self.depth == 1 => self.shape.learn_types(&types),
                ValidPayload::Ok | ValidPayload::Parser(_) | ValidPayload::End(_) => {}
            }
            if matches!(payload, Payload::End(_)) {
                self.depth = self.depth.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// Looks at a part before it is validated: are its sizes within bounds?
    fn look(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::Version { encoding, .. } if self.depth == 0 => {
                self.depth = 1;
                self.shape.component = *encoding == Encoding::Component;
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                self.depth += 1;
                self.parts += 1;
                self.bound(
                    "nested modules",
                    u64::from(self.parts),
                    u64::from(PARTS_MAX),
                );
            }
            Payload::FunctionSection(section) => {
                self.functions = self.functions.saturating_add(section.count());
                self.bound(
                    "functions",
                    u64::from(self.functions),
                    u64::from(compile::FUNCTIONS_MAX),
                );
            }
            Payload::CodeSectionEntry(body) => self.bound(
                "bytes in one function",
                body.range().len() as u64,
                u64::from(compile::FUNCTION_BYTES_MAX),
            ),
            Payload::DataSection(section) => {
                self.data_segments = self.data_segments.saturating_add(section.count());
                self.bound(
                    "data segments",
                    u64::from(self.data_segments),
                    u64::from(compile::DATA_SEGMENTS_MAX),
                );
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memory_bytes = self
                        .memory_bytes
                        .saturating_add(memory?.initial.saturating_mul(PAGE_BYTES));
                }
                self.bound(
                    "bytes of initial memory",
                    self.memory_bytes,
                    function::MEMORY_BYTES_MAX,
                );
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.table_elements = self.table_elements.saturating_add(table?.ty.initial);
                }
                self.bound(
                    "initial table elements",
                    self.table_elements,
                    function::TABLE_ELEMENTS_MAX,
                );
            }
            Payload::InstanceSection(section) => self.bound(
                "core instances",
                u64::from(section.count()),
                u64::from(engine::CORE_INSTANCES_PER_CALL) * 4,
            ),
            _ if self.depth == 1 => self.look_at_borders(payload)?,
            _ => {}
        }
        Ok(())
    }

    /// Imports and exports of the outermost module or component.
    fn look_at_borders(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    self.imports.push(Import {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                    });
                    if !matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        self.refuse(
                            offer::UNKNOWN,
                            format!("import {}", self.imports.len() - 1),
                            format!(
                                "'{}.{}' is no function, and only functions are offered",
                                import.module, import.name
                            ),
                        );
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    self.imports.push(Import {
                        module: import?.name.name.to_owned(),
                        name: String::new(),
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    let what = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            shape::What::Function(export.index)
                        }
                        ExternalKind::Memory => shape::What::Memory,
                        _ => shape::What::Other,
                    };
                    self.shape.exports.push((export.name.to_owned(), what));
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    self.shape
                        .exports
                        .push((export.name.name.to_owned(), shape::What::Other));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn check_function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        allocations: FuncValidatorAllocations,
    ) -> wasmparser::Result<FuncValidatorAllocations> {
        let index = function.index;
        let mut validator = function.into_validator(allocations);
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        reader.set_features(FEATURES);
        while !reader.eof() {
            let at = reader.original_position();
            reader.visit_operator(&mut validator.visitor(at))??;
            if validator.control_stack_height() > NESTING_MAX {
                self.refuse(
                    "TOO_LARGE",
                    format!("function {index}"),
                    format!("it nests more than {NESTING_MAX} blocks"),
                );
                break;
            }
        }
        if reader.eof() {
            reader.finish_expression(&validator.visitor(reader.original_position()))?;
        }
        Ok(validator.into_allocations())
    }

    fn check_imports(&mut self, grants: &[Grant]) {
        let missing: Vec<_> = self
            .imports
            .iter()
            .enumerate()
            .filter_map(|(at, import)| Some((at, offer::refusal(import, grants)?)))
            .collect();
        for (at, (code, why)) in missing {
            let path = format!("import {at}");
            // What is no function was refused for that.
            if self.problems.iter().all(|problem| problem.path != path) {
                self.refuse(code, path, why);
            }
        }
    }

    fn bound(&mut self, what: &str, found: u64, most: u64) {
        if found > most {
            self.refuse(
                "TOO_LARGE",
                what.to_owned(),
                format!("the module has {found} {what}; at most {most} are allowed"),
            );
        }
    }

    fn refuse(&mut self, code: &str, path: String, message: String) {
        if self.problems.len() == PROBLEMS_MAX {
            self.problems_dropped += 1;
            return;
        }
        self.problems.push(Problem {
            code: code.to_owned(),
            path,
            message,
        });
    }

    fn error(self) -> Error {
        let first = self.problems.first().map_or("", |p| &p.message);
        let more = self.problems.len() + self.problems_dropped - 1;
        let mut message = match more {
            0 => format!("the module is refused: {first}"),
            _ => format!("the module is refused: {first} (and {more} more)"),
        };
        if self.problems.iter().any(|p| p.code == offer::UNKNOWN) {
            message += "; ";
            message += &offer::offered(self.shape.component);
        }
        Error::invalid("InvalidModule", message).with_problems(self.problems)
    }
}

/// The most bytes of a function's name in a message; names come from the module.
pub(crate) const NAME_SHOWN_MAX: usize = limits::NAME_LENGTH_MAX * 2;

#[cfg(test)]
mod tests;
