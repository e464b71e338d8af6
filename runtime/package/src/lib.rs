//! What functions are uploaded as, besides a module alone: a zip with a module in it, or a program in a
//! language that has a runtime, as the text of one file or as a zip of several.
//!
//! Everything here is a function of the bytes, which nobody trusts. Running a program is the sandbox's
//! business.

mod archive;
mod language;
mod program;

pub use archive::Archive;
pub use language::{LANGUAGES, Language};
pub use program::Program;
