//! The compiling process: bounds itself, reads WebAssembly on standard input, writes compiled code
//! on standard output. It has no other input and does nothing else.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use steploom_types::limits::{MODULE_BYTES_MAX, compile as limits};

use super::{CPU_SECONDS, Patience, REFUSED};
use crate::engine;

/// How much less urgent compiling is than serving.
const NICENESS: i32 = 5;

/// Runs the compiling process: WebAssembly on standard input, compiled code on standard output.
///
/// It must be the process's only task: it lowers its own limits (CPU, address space, no core dump)
/// for good. The parent decides what to do about its exit.
pub fn compiler_main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Module(why)) => {
            eprint!("{why}");
            ExitCode::from(REFUSED)
        }
        Err(Failed::Process(why)) => {
            eprint!("{why}");
            ExitCode::FAILURE
        }
    }
}

enum Failed {
    /// The module cannot be compiled.
    Module(String),
    /// We cannot compile.
    Process(String),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Process(error.to_string())
    }
}

fn compile() -> Result<(), Failed> {
    bound()?;
    let mut module = Vec::new();
    io::stdin()
        .lock()
        .take(MODULE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut module)?;
    if module.len() > MODULE_BYTES_MAX {
        return Err(Failed::Module(format!(
            "the module is over {MODULE_BYTES_MAX} bytes"
        )));
    }
    let engine = engine::compiling().map_err(|e| Failed::Process(format!("{e:#}")))?;
    let code = if wasmparser::Parser::is_component(&module) {
        engine.precompile_component(&module)
    } else {
        engine.precompile_module(&module)
    };
    let code = code.map_err(|e| Failed::Module(format!("{e:#}")))?;
    let mut out = io::stdout().lock();
    out.write_all(&code)?;
    out.flush()?;
    Ok(())
}

/// Lowers this process's limits. The CPU limit ends it by a signal.
fn bound() -> io::Result<()> {
    let given = std::env::var(CPU_SECONDS).ok();
    let given = given.and_then(|seconds| seconds.parse().ok());
    let limits = [
        (Resource::Cpu, given.unwrap_or(Patience::MODULE.cpu_seconds)),
        (Resource::As, limits::MEMORY_BYTES_MAX),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    // Being refused a lower priority is no reason not to compile.
    let _ = rustix::process::nice(NICENESS);
    Ok(())
}
