//! What a user of the sandbox can observe: kinds of functions, limits, files, the cache of code.
//! Guests are WebAssembly text, in `guests/` or beside the test.

#[path = "cache.rs"]
mod cache;
#[path = "files.rs"]
mod files;
#[path = "kinds.rs"]
mod kinds;
#[path = "limits.rs"]
mod limits;
mod programs;
#[path = "support.rs"]
mod support;
