//! What a module exports, and which kind of function that makes it.

use wasmparser::{ValType, types::Types};

use crate::Kind;

/// The exports of a module or component, with what is known of their types.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) component: bool,
    pub(super) exports: Vec<(String, What)>,
    signatures: Vec<(String, Signature)>,
}

/// What is exported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A core function, by index.
    Function(u32),
    /// A linear memory.
    Memory,
    /// Anything else.
    Other,
}

type Signature = (Vec<ValType>, Vec<ValType>);

/// Exports of core modules whose types matter.
const START: &str = "_start";
const HANDLE: &str = "steploom_handle";
const ALLOC: &str = "steploom_alloc";
const INITIALIZE: &str = "_initialize";
const MEMORY: &str = "memory";

impl Shape {
    /// Looks up the types of the functions that we call.
    pub(super) fn learn_types(&mut self, types: &Types) {
        let types = types.as_ref();
        for (name, what) in &self.exports {
            if let What::Function(index) = what {
                let ty = types[types.core_function_at(*index)].unwrap_func();
                self.signatures
                    .push((name.clone(), (ty.params().to_vec(), ty.results().to_vec())));
            }
        }
    }

    /// The kind of function, or what to export to be one.
    pub(super) fn kind(&self) -> Result<Kind, String> {
        if self.component {
            return self.kind_of_component();
        }
        let (i32, i64) = (ValType::I32, ValType::I64);
        if self.has(HANDLE) {
            self.expect(HANDLE, &[i32, i32], &[i64])?;
            self.expect(ALLOC, &[i32], &[i32])?;
            self.expect_memory()?;
            if self.has(INITIALIZE) {
                self.expect(INITIALIZE, &[], &[])?;
            }
            return Ok(Kind::Reactor);
        }
        if self.has(START) {
            self.expect(START, &[], &[])?;
            return Ok(Kind::Command);
        }
        Err(format!(
            "a module exports '{START}' (a command) or '{HANDLE}', '{ALLOC}' and '{MEMORY}' (a reactor); this one exports {}",
            self.listed()
        ))
    }

    fn kind_of_component(&self) -> Result<Kind, String> {
        let exports: Vec<_> = self.exports.iter().map(|(name, _)| name.as_str()).collect();
        of_component(&exports).ok_or_else(|| {
            format!(
                "a component exports 'handle: func(input: string) -> result<string, string>' (a handler), 'wasi:cli/run' (a command) or 'wasi:http/incoming-handler'; this one exports {}",
                self.listed()
            )
        })
    }

    fn has(&self, name: &str) -> bool {
        self.exports.iter().any(|(export, _)| export == name)
    }

    fn expect(&self, name: &str, params: &[ValType], results: &[ValType]) -> Result<(), String> {
        let found = self.signatures.iter().find(|(export, _)| export == name);
        match found {
            Some((_, (p, r))) if p == params && r == results => Ok(()),
            Some((_, (p, r))) => Err(format!(
                "'{name}' takes {params:?} and gives {results:?}; this one takes {p:?} and gives {r:?}"
            )),
            None => Err(format!(
                "the function '{name}' is not exported; the module exports {}",
                self.listed()
            )),
        }
    }

    fn expect_memory(&self) -> Result<(), String> {
        let found = self
            .exports
            .iter()
            .any(|(name, what)| name == MEMORY && *what == What::Memory);
        found
            .then_some(())
            .ok_or_else(|| format!("a reactor exports its memory as '{MEMORY}'"))
    }

    fn listed(&self) -> String {
        const SHOWN_MAX: usize = 10;
        if self.exports.is_empty() {
            return "nothing".to_owned();
        }
        let mut names: Vec<_> = self
            .exports
            .iter()
            .take(SHOWN_MAX)
            .map(|(name, _)| super::offer::quoted(name))
            .collect();
        if self.exports.len() > SHOWN_MAX {
            names.push(format!("{} more", self.exports.len() - SHOWN_MAX));
        }
        names.join(", ")
    }
}

/// The kind of a component by its exports.
pub(crate) fn of_component(exports: &[&str]) -> Option<Kind> {
    let has = |wanted: &str| {
        exports
            .iter()
            .any(|name| *name == wanted || name.starts_with(&format!("{wanted}@0.2")))
    };
    if has("handle") {
        Some(Kind::Handler)
    } else if has("wasi:http/incoming-handler") {
        Some(Kind::Http)
    } else if has("wasi:cli/run") {
        Some(Kind::Command)
    } else {
        None
    }
}
