//! What a function in JavaScript meets, against the built module.

mod context;
mod errors;
mod files;
mod fresh;
mod handlers;
mod limits;
mod log;
mod modules;
mod numbers;
mod platform;
mod timers;
mod web;
