//! What a user of the sandbox can observe: kinds of functions, limits, files, the cache of code.
//! Guests are WebAssembly text, in `guests/` or beside the test.

#[path = "ability.rs"]
mod ability;
#[path = "blobstore.rs"]
mod blobstore;
#[path = "cache.rs"]
mod cache;
#[path = "files.rs"]
mod files;
#[path = "http.rs"]
mod http;
#[path = "kinds.rs"]
mod kinds;
#[path = "limits.rs"]
mod limits;
#[path = "outgoing.rs"]
mod outgoing;
mod programs;
#[path = "support.rs"]
mod support;
