//! The interpreter: made at loading, never taken down.

use std::cell::OnceCell;

use rustpython_vm::frozen::FrozenLib;
use rustpython_vm::{Interpreter, InterpreterBuilder, Settings, VirtualMachine};

/// Python's standard library, compiled, as `build.rs` picked it.
static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library"));

/// Calls of Python functions within each other; more is a `RecursionError`. The host's stack, of 2 MiB, has room for
/// this many of the costliest kind.
pub(crate) const RECURSION_MAX: usize = 400;

thread_local! {
    static INTERPRETER: OnceCell<Interpreter> = const { OnceCell::new() };
}

/// Does something with the interpreter, which is made the first time.
pub(crate) fn with<R>(work: impl FnOnce(&VirtualMachine) -> R) -> R {
    INTERPRETER.with(|interpreter| interpreter.get_or_init(make).enter(work))
}

fn make() -> Interpreter {
    let mut settings = Settings::default();
    settings.install_signal_handlers = false;
    settings.import_site = false;
    settings.write_bytecode = false;
    settings.user_site_directory = false;
    settings.argv = vec![String::new()];
    let builder = InterpreterBuilder::new().settings(settings);
    let mut modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    modules.push(crate::native::module_def(&builder.ctx));
    let interpreter = builder
        .add_native_modules(&modules)
        .add_frozen_modules(FrozenLib::from_ref(LIBRARY))
        .add_frozen_modules(rustpython_vm::py_freeze!(dir = "python"))
        .build();
    interpreter.enter(|vm| vm.recursion_limit.set(RECURSION_MAX));
    interpreter
}
