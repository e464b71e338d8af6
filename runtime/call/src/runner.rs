//! The port to what runs functions.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{Digest, Error, Grant, Name};

use crate::{Body, Call, Finished, Kind, Loaded, Program, Refused, Served};

/// Runs functions in this process.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Whether this node offers a volume of that name.
    fn volume_exists(&self, name: &Name) -> bool;

    /// Checks an uploaded module, which is not trusted, without compiling it; some interfaces may be imported
    /// by a function that has the grant alone. Takes CPU in proportion to its size, up to a second for the
    /// largest: call it where blocking is allowed.
    ///
    /// # Errors
    /// `Invalid` / `InvalidModule` with every problem and its place: the module must be changed.
    fn inspect(&self, module: &[u8], grants: &[Grant]) -> Result<Inspected, Error>;

    /// Makes a module ready for calls, once. The module must have passed [`Runner::inspect`], and
    /// `digest` must be its digest. May be dropped.
    ///
    /// # Errors
    /// `Invalid` when the module cannot be compiled within its limits or cannot be linked;
    /// `Exhausted` when too many modules wait to be compiled; `Unavailable` when it cannot be tried
    /// now: try again later.
    async fn prepare(&self, digest: Digest, module: &Bytes) -> Result<(), Error>;

    /// The languages that this node has a runtime for, in order.
    fn runtimes(&self) -> Vec<Name>;

    /// Loads a program into the runtime of its language, in a fresh instance, after waiting for its turn.
    ///
    /// # Errors
    /// [`Refused::Failed`] with `UnknownRuntime` if there is no such runtime here; otherwise as for calls. A
    /// program that cannot be loaded is no error: see [`Loaded::outcome`].
    async fn load_program(&self, program: Program) -> Result<Loaded, Refused>;

    /// Runs a call in a fresh instance, after waiting for its turn. Dropping the future stops the
    /// guest and frees what it holds.
    ///
    /// # Errors
    /// [`Refused`] says what to do. A failing function is no error: see [`Finished::outcome`].
    async fn invoke(&self, call: Call) -> Result<Finished, Refused>;

    /// Hands a request to a function of kind [`Kind::Http`], in a fresh instance, after waiting for
    /// its turn; the call's event is not looked at. Dropping the future stops the guest, and so does
    /// dropping the answer's body before its end.
    ///
    /// # Errors
    /// As of [`Runner::invoke`].
    async fn serve(&self, call: Call, request: http::Request<Body>) -> Result<Served, Refused>;

    /// What runs and what waits, now.
    fn gauges(&self) -> Gauges;
}

/// What the module gate found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// How the module is called.
    pub kind: Kind,
    /// Bytes of linear memory that an instance has from its start.
    pub memory_bytes_min: u64,
    /// Whether it imports functions that create or open files, and so gets a `/tmp`.
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
    /// Instances of programs that wait for another call.
    pub idle: u32,
}
