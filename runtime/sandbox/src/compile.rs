//! Compiling: in a process of its own, since what cranelift makes of a hostile module is outside
//! of what wasmtime promises. [`child`] is that process, [`parent`] starts it and kills it.

pub(crate) mod child;
pub(crate) mod parent;

use std::time::Duration;

use steploom_types::limits::compile as limits;

/// The variable that tells the child how many seconds of CPU it has.
const CPU_SECONDS: &str = "STEPLOOM_COMPILE_CPU_SECONDS";

/// How long one module may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Wall time.
    wall: Duration,
    /// Seconds of CPU.
    cpu_seconds: u64,
}

impl Patience {
    /// For what somebody uploaded.
    pub(crate) const MODULE: Self = Self {
        wall: Duration::from_secs(limits::WALL_SECONDS_MAX),
        cpu_seconds: limits::CPU_SECONDS_MAX,
    };
    /// For the code of a language's runtime, which the operator gave, and which is large.
    pub(crate) const RUNTIME: Self = Self {
        wall: Duration::from_secs(limits::RUNTIME_WALL_SECONDS_MAX),
        cpu_seconds: limits::RUNTIME_CPU_SECONDS_MAX,
    };
}

/// How the child says that the module, not the child, is at fault; its message is on stderr.
const REFUSED: u8 = 2;
