//! One invocation, as it is asked for and as it ends.

use std::sync::Arc;

use steploom_types::{AccountId, Digest, Error, Json, Name, Timestamp, limits::function};

use crate::{Abilities, Cancel, Kind, Outbound};

/// An invocation to run.
#[derive(Clone, Debug)]
pub struct Call {
    /// The module, which [`Runner::prepare`](crate::Runner::prepare) has compiled before, here or
    /// on another node.
    pub module: Digest,
    /// How it is called, as [`Runner::inspect`](crate::Runner::inspect) said.
    pub kind: Kind,
    /// What it may use.
    pub limits: Limits,
    /// The environment variables that its owner set.
    pub environment: Arc<[(String, String)]>,
    /// Volumes that it sees, read-only, each with the absolute path where the guest finds it.
    pub volumes: Vec<(Name, String)>,
    /// What it learns of its circumstances.
    pub context: Context,
    /// The event.
    pub event: Json,
    /// Where the requests go that the function makes itself; it may make none if `None`.
    pub outbound: Option<Arc<dyn Outbound>>,
    /// Whether it may run in the instance of an earlier call, and its own be used again.
    pub reuse: Option<Reuse>,
    /// Who does what the function asks of the platform; nobody does it now if `None`.
    pub abilities: Option<Arc<dyn Abilities>>,
    /// Ends the invocation early. Dropping the future of the invocation does the same.
    pub cancel: Option<Cancel>,
}

/// How long an instance of a program serves one version of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reuse {
    /// Calls.
    pub uses_max: u32,
    /// Seconds from the beginning of its first.
    pub seconds_max: u32,
}

/// What one invocation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds of wall time, from the start of the instance.
    pub timeout_ms: u64,
    /// Bytes of linear memory, over all memories of the instance.
    pub memory_bytes_max: u64,
    /// Fuel: about one a WebAssembly instruction.
    pub fuel_max: u64,
    /// Bytes of the result.
    pub output_bytes_max: u64,
    /// Bytes of logs that are kept.
    pub log_bytes_max: u64,
    /// Bytes written to `/tmp` in all, 4 KiB for each file and folder included; nothing is given
    /// back for what is deleted or truncated. With 0 there is no `/tmp`.
    pub disk_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout_ms: function::TIMEOUT_MS_DEFAULT,
            memory_bytes_max: function::MEMORY_BYTES_DEFAULT,
            fuel_max: function::FUEL_DEFAULT,
            output_bytes_max: function::OUTPUT_BYTES_DEFAULT,
            log_bytes_max: function::LOG_BYTES_DEFAULT,
            disk_bytes_max: function::DISK_BYTES_DEFAULT,
        }
    }
}

/// What a function learns of its circumstances, as `STEPLOOM_*` environment variables.
#[derive(Clone, Debug)]
pub struct Context {
    /// The invocation's id: `STEPLOOM_REQUEST_ID`.
    pub request_id: Arc<str>,
    /// The function's name: `STEPLOOM_FUNCTION`.
    pub function: Name,
    /// Its version: `STEPLOOM_VERSION`.
    pub version: u32,
    /// Whose it is: `STEPLOOM_ACCOUNT`.
    pub account: AccountId,
    /// When whoever called stops waiting; the invocation ends then at the latest.
    /// `STEPLOOM_DEADLINE`, in RFC 3339, is this or the end of the invocation's own wall time,
    /// whichever comes first.
    pub deadline: Option<Timestamp>,
    /// The execution's name, if a step calls: `STEPLOOM_EXECUTION`.
    pub execution: Option<Name>,
    /// The state, if a step calls: `STEPLOOM_STATE`.
    pub state: Option<Arc<str>>,
    /// The attempt's id, the same when the step is dispatched again after a crash:
    /// `STEPLOOM_ATTEMPT`.
    pub attempt: Option<Arc<str>>,
    /// How often the step was retried before: `STEPLOOM_RETRY`.
    pub retry: u32,
    /// The W3C trace context: `TRACEPARENT`.
    pub traceparent: Option<String>,
}

/// An invocation that came to its end, well or not.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What the function answered, or how it failed.
    pub outcome: Result<Json, Failure>,
    /// Microseconds from the start of the instance to its end.
    pub duration_us: u64,
    /// Fuel used.
    pub fuel_used: u64,
    /// The most linear memory that it held, in bytes.
    pub memory_bytes: u64,
    /// What it logged, oldest first.
    pub logs: Vec<LogEntry>,
    /// Bytes of logs beyond the limit, which are gone.
    pub log_bytes_dropped: u64,
}

/// A failing function: an answer, not an error of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name that `Retry` and `Catch` match, such as `Function.OutOfFuel`.
    pub error: String,
    /// Why, for people: which limit was hit and what it was set to.
    pub cause: String,
    /// The JSON object by which the function itself named its error, as it wrote it; at most
    /// [`function::ERROR_OBJECT_BYTES_MAX`] of it, and none if it is longer.
    pub object: Option<String>,
}

/// A line that the function, or the sandbox on its behalf, logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When its first byte was written.
    pub at: Timestamp,
    /// Whether the sandbox wrote it, such as the line that says how much was dropped.
    pub platform: bool,
    /// The text without the line's end; control characters are escaped.
    pub message: String,
}

/// Why an invocation did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No sandbox came free in time: try again after so many seconds.
    TooManyRequests {
        /// Seconds.
        retry_after_s: u32,
    },
    /// The artifacts hold no such module.
    ModuleMissing,
    /// We could not do our part; the function was not called, or its outcome is unknown.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
