//! Which files of a folder are text, and in what order they come.
//!
//! `split` cuts the order into spans and `count` finds the files of one span again, so both have
//! to agree on it: that is why it is a library of its own. It holds no state and never writes.

mod entries;
mod span;
mod text;
mod walk;

pub use span::Span;
pub use text::{TEXT_BYTES_MAX, read_text, text_bytes};
pub use walk::{FILES_MAX, Listing, walk};
