//! What the tests of the real program share: a server of a test's own, the command line, HTTP to
//! the byte, and guests as text.
//!
//! Each test program takes this in by path, because only there does cargo say where the program is.

pub(crate) mod api;
pub(crate) mod cli;
pub(crate) mod guest;
pub(crate) mod http;
pub(crate) mod postgres;
pub(crate) mod server;
pub(crate) mod toolchain;
pub(crate) mod wait;
