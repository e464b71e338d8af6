//! WebAssembly functions in fresh, metered sandboxes.
//!
//! The only crate that knows wasmtime. A module passes the gate ([`Sandbox::inspect`]), is compiled
//! in a process of its own ([`Sandbox::prepare`]) and is then called ([`Sandbox::invoke`], [`Sandbox::serve`]), each
//! time in a fresh instance that is gone when the call is over, whatever became of it. What a guest
//! may use is bounded: fuel, wall time, memory, tables, output, logs, host calls and scratch disk;
//! each failure says which limit was hit and what it was set to. It reaches no hosts, no
//! environment and no files but those that it is granted.
//!
//! The worker calls it; what a function's name, versions and retries are is the worker's business.

mod ability;
mod admission;
mod cache;
mod code;
mod codes;
mod compile;
mod config;
mod context;
mod disk;
mod engine;
mod fail;
mod gate;
mod guest;
mod http;
mod idle;
mod image;
mod invoke;
mod kind;
mod limiter;
mod link;
mod runtimes;
mod sandbox;
mod streams;

pub use compile::child::compiler_main;
pub use config::{CompilerCommand, Config};
pub use sandbox::Sandbox;
pub use steploom_call::{
    Abilities, Answer, Ask, Body, Call, Cancel, Context, Failure, Finished, Gauges, Inspected,
    Kind, Limits, Loaded, LogEntry, NotSent, Outbound, Program, Refused, Reuse, Runner, Served,
    Snapshot, Unanswered,
};
