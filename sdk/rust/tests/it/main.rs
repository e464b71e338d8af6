//! The client against a real served front over in-memory ports, and against strange servers.

#[allow(
    dead_code,
    reason = "shared with the front's own tests, which use the rest"
)]
#[path = "../../../../gateway/http/tests/it/fakes/mod.rs"]
mod fakes;
mod serve;

mod calls;
mod failures;
mod streams;
