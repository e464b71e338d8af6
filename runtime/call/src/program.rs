//! A program in a language that has a runtime: it is loaded once, and every call begins with what it
//! left in memory.

use std::sync::Arc;

use bytes::Bytes;
use steploom_types::{Json, Name};

use crate::{Context, Failure, Inspected, Limits, LogEntry};

/// A program to load into a language's runtime.
#[derive(Clone, Debug)]
pub struct Program {
    /// The runtime's name, such as `javascript`.
    pub runtime: Name,
    /// The files and where the handler is: `{"entry", "handler", "files": {path: text}}`.
    pub package: Json,
    /// What loading may use.
    pub limits: Limits,
    /// The environment variables that the function's owner set: programs read them while they are loaded.
    pub environment: Arc<[(String, String)]>,
    /// What it learns of its circumstances while it is loaded.
    pub context: Context,
}

/// What became of a program that was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The module that every call begins with, or how loading failed.
    pub outcome: Result<Snapshot, Failure>,
    /// What the program logged.
    pub logs: Vec<LogEntry>,
}

/// A module that is a loaded program: an image of memory, and the runtime whose code goes with it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The module: to be stored and prepared as any other.
    pub module: Bytes,
    /// What it is.
    pub found: Inspected,
}
