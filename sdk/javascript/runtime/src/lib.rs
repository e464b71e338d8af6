//! Runs a function's JavaScript: a reactor that loads source once, then answers events.
//!
//! The host calls `steploom_load` with the function's files, keeps the whole memory, and starts each call from that
//! picture: what loading made is there, and a call does no more than to run the handler. Nothing that differs between
//! calls (environment, clock, randomness, folders) may be read before and kept. [`abi`] is what the host sees.

#[cfg(target_family = "wasm")]
mod abi;
mod builtins;
mod disk;
mod engine;
mod files;
mod host;
mod modules;
mod platform;
mod random;
mod raw;
mod system;
mod url;
