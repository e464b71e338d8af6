//! JSON to Python and back, without Python's own `json`: an event is read and a result written in every call.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::{RESULT, Style, write, write_text};

/// Lists and objects within each other at the most.
const DEPTH_MAX: usize = 500;
