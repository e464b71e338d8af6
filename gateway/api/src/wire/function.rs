//! Functions, their versions and settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::limits::function as limits;
use steploom_types::{Digest, Grant, Name, Timestamp};
use utoipa::ToSchema;

/// What a version may use and what it is given. Everything may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FunctionSettings {
    /// For people.
    #[serde(skip_serializing_if = "super::is_default")]
    pub description: String,
    /// The language of a program, such as `javascript` or `python`, if its text was uploaded, or a zip of it; a
    /// zip tells it by its files, if this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "python")]
    pub runtime: Option<Name>,
    /// The function of a program that is called: `handler` in a single file, `file.function` in a zip. The usual
    /// names are looked for if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "index.handler")]
    pub handler: Option<String>,
    /// Milliseconds of wall time of one invocation: 1 to 900,000.
    pub timeout_ms: u64,
    /// Bytes of linear memory: 65,536 to 4 GiB.
    pub memory_bytes_max: u64,
    /// Fuel of one invocation: about one a WebAssembly instruction.
    pub fuel_max: u64,
    /// Bytes of a result: up to 6 MiB, of kind `http` up to 1 GiB.
    pub output_bytes_max: u64,
    /// Bytes of logs kept of one invocation; the rest is counted and dropped.
    pub log_bytes_max: u64,
    /// Bytes in the invocation's own `/tmp`; 0 gives it none.
    pub disk_bytes_max: u64,
    /// Attempts by executions that run at once, on each node: 1 to 100,000; more of them wait and do
    /// not fail. No limit of its own if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
    /// Whether an attempt by an execution is made once at the most: one of which nobody knows what became is
    /// not made again, and fails with `Function.OutcomeUnknown`. As `AtMostOnce` of each `Task` that calls it.
    #[serde(skip_serializing_if = "super::is_default")]
    pub at_most_once: bool,
    /// Whether a program's instance serves more than one call.
    #[serde(skip_serializing_if = "super::is_default")]
    pub reuse: Reuse,
    /// Calls that an instance serves, if it serves more than one: 1 to 1,000,000.
    pub reuse_uses_max: u32,
    /// Seconds for which it does: 1 to 86,400.
    pub reuse_seconds_max: u32,
    /// Environment variables; names that start with `STEPLOOM_` are ours.
    #[serde(skip_serializing_if = "super::is_default")]
    pub environment: BTreeMap<String, String>,
    /// Folders of the node that its operator offers (`steploom up --volume NAME=DIR`).
    #[serde(skip_serializing_if = "super::is_default")]
    pub volumes: Vec<VolumeMount>,
    /// Hosts that it may call over HTTP; none if left out.
    #[serde(skip_serializing_if = "super::is_default")]
    pub allow_hosts: Vec<AllowedHost>,
    /// What it may do on the platform while it runs: `config`, `logging`, `keyvalue=STORE`, `objects=BUCKET`,
    /// `invoke=FUNCTION`, `start=MACHINE`, `tasks`; nothing if left out.
    #[serde(skip_serializing_if = "super::is_default")]
    #[schema(value_type = Vec<String>, example = json!(["invoke=resize", "objects=photos"]))]
    pub grants: Vec<Grant>,
    /// What else AWS's tools said of it, such as `Runtime` and `Role`: kept, shown to them, and of no effect.
    #[serde(skip_serializing_if = "super::is_default")]
    #[schema(value_type = Object)]
    pub lambda: BTreeMap<String, serde_json::Value>,
}

impl Default for FunctionSettings {
    fn default() -> Self {
        Self {
            description: String::new(),
            runtime: None,
            handler: None,
            timeout_ms: limits::TIMEOUT_MS_DEFAULT,
            memory_bytes_max: limits::MEMORY_BYTES_DEFAULT,
            fuel_max: limits::FUEL_DEFAULT,
            output_bytes_max: limits::OUTPUT_BYTES_DEFAULT,
            log_bytes_max: limits::LOG_BYTES_DEFAULT,
            disk_bytes_max: limits::DISK_BYTES_DEFAULT,
            max_concurrency: None,
            at_most_once: false,
            reuse: Reuse::None,
            reuse_uses_max: limits::REUSE_USES_DEFAULT,
            reuse_seconds_max: limits::REUSE_SECONDS_DEFAULT,
            environment: BTreeMap::new(),
            volumes: Vec::new(),
            allow_hosts: Vec::new(),
            grants: Vec::new(),
            lambda: BTreeMap::new(),
        }
    }
}

/// Which calls share an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reuse {
    /// None: each has a fresh one.
    #[default]
    None,
    /// Calls of one version, one after the other: what one leaves in memory the next finds.
    Version,
}

/// A volume that a function sees, read-only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeMount {
    /// The volume's name, as its operator offers it.
    #[schema(value_type = String, example = "input")]
    pub name: Name,
    /// Where the function finds it: an absolute path.
    #[schema(example = "/input")]
    pub path: String,
}

/// A host that a function may call over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllowedHost {
    /// Its name, `*.` and the end of its name, or `*`, over HTTPS on port 443 unless a scheme or a port is said:
    /// `http://api.example.com:8080`.
    #[schema(example = "api.example.com")]
    pub host: String,
    /// The connection whose headers and parameters are added to each request there; the function never sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "billing")]
    pub connection: Option<Name>,
}

/// How a module is called; recognised at upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FunctionKind {
    /// `_start` or `wasi:cli/run`: event on standard input, result on standard output.
    Command,
    /// `steploom_alloc` and `steploom_handle` over linear memory.
    Reactor,
    /// A component that exports `handle`.
    Handler,
    /// A component that exports `wasi:http/incoming-handler`.
    Http,
}

/// One immutable version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionVersion {
    /// Counts up from 1.
    pub version: u32,
    /// SHA-256 of the module.
    #[schema(value_type = String)]
    pub module: Digest,
    /// Bytes of the module.
    pub module_bytes: u64,
    /// SHA-256 of what was uploaded, if the module was made from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<Digest>,
    /// How it is called.
    pub kind: FunctionKind,
    /// What it may use.
    pub settings: FunctionSettings,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A function with its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Function {
    /// Its name.
    #[schema(value_type = String, example = "count")]
    pub name: Name,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The newest version.
    pub latest: FunctionVersion,
}

/// A page of functions, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionPage {
    /// The functions.
    pub items: Vec<Function>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A function's versions, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionVersions {
    /// The versions; the newest 1,000.
    pub items: Vec<FunctionVersion>,
}
