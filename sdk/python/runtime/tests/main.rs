//! What a function in Python can rely on, checked with the built module.

mod asynchronous;
mod errors;
mod events;
mod fresh;
mod language;
mod library;
mod limits;
mod log;
mod package;
mod platform;
mod support;
