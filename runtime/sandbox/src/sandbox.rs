//! The sandbox of a process: what others call.

use std::sync::Arc;

use bytes::Bytes;
use steploom_types::{Digest, Error, Name};

use crate::{Call, Config, Finished, Kind, Refused};

/// The sandbox of this process; clones share it.
#[derive(Clone, Debug)]
pub struct Sandbox {
    config: Arc<Config>,
}

/// What the module gate found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// How the module is called.
    pub kind: Kind,
    /// Bytes of linear memory that an instance has from its start.
    pub memory_bytes_min: u64,
    /// Whether it imports functions of a filesystem, and so gets a `/tmp`.
    pub uses_filesystem: bool,
}

/// What runs and what waits, now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Invocations that run.
    pub running: u32,
    /// Invocations that wait for their turn.
    pub waiting: u32,
    /// Bytes of linear memory that running invocations may hold.
    pub memory_bytes_admitted: u64,
    /// Modules whose code is loaded.
    pub modules_loaded: u32,
}

impl Sandbox {
    /// Makes the process's sandbox.
    ///
    /// # Errors
    /// `Invalid` when the configuration cannot work, `Unavailable` when this machine cannot give
    /// what it asks for.
    pub fn new(config: Config) -> Result<Self, Error> {
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Whether this node offers a volume of that name.
    pub fn volume_exists(&self, name: &Name) -> bool {
        self.config.volumes.contains_key(name)
    }

    /// Checks an uploaded module, which is not trusted, without compiling it.
    ///
    /// # Errors
    /// `Invalid` with every problem and its place: the module must be changed.
    pub fn inspect(&self, module: &[u8]) -> Result<Inspected, Error> {
        Err(Error::internal(format!("{} bytes", module.len())))
    }

    /// Compiles a module in the compiling process, and keeps the code for later calls. Calls for
    /// one digest at the same time compile once.
    ///
    /// # Errors
    /// `Invalid` when the module cannot be compiled within its limits; `Unavailable` when the
    /// compiling process cannot be started or the cache cannot be written: try again later.
    pub async fn prepare(&self, digest: Digest, module: &Bytes) -> Result<(), Error> {
        Err(Error::internal(format!("{digest} {}", module.len())))
    }

    /// Runs an invocation in a fresh instance. Dropping the future stops the guest and frees what
    /// it holds.
    ///
    /// # Errors
    /// [`Refused`] says what to do. A failing function is no error: see [`Finished::outcome`].
    pub async fn invoke(&self, call: Call) -> Result<Finished, Refused> {
        Err(Error::internal(call.module).into())
    }

    /// What runs and what waits, now.
    pub fn gauges(&self) -> Gauges {
        Gauges::default()
    }
}
