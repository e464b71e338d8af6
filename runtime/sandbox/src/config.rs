//! What a [`Sandbox`](crate::Sandbox) is built from: where code lies, and how much may run at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use steploom_artifacts::Artifacts;
use steploom_types::Name;

/// The settings of a process's one sandbox. None changes while it runs.
#[derive(Clone)]
pub struct Config {
    /// Where modules come from when their compiled code is not in the cache.
    pub artifacts: Arc<Artifacts>,
    /// The folder of compiled code; made if missing. Only this process's user should write there,
    /// though a file that somebody else puts there is never run: see `mac_key`.
    pub cache_dir: PathBuf,
    /// The secret under which compiled code is sealed. Code that does not carry its seal is set
    /// aside and compiled again.
    pub mac_key: [u8; 32],
    /// The process that compiles: it must do what [`compiler_main`](crate::compiler_main) does.
    pub compiler: CompilerCommand,
    /// Invocations that run at once.
    pub instances_max: u32,
    /// Bytes of linear memory of the whole sandbox. Three quarters are for running invocations, by
    /// what their functions are allowed (one that is allowed more runs alone); one quarter is for
    /// what the pool keeps between invocations, which makes the next one start quickly.
    pub memory_bytes_total: u64,
    /// Invocations that wait for their turn; one more is refused.
    pub queue_max: usize,
    /// How long an invocation waits for its turn before it is refused.
    pub queue_wait_max: Duration,
    /// Folders of this node that functions may read, by name.
    pub volumes: BTreeMap<Name, PathBuf>,
    /// Runtimes of languages, by name: each the file of a module.
    pub runtimes: BTreeMap<Name, PathBuf>,
}

/// How the compiling process is started.
#[derive(Clone, Debug)]
pub struct CompilerCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}
