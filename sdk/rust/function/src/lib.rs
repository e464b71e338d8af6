//! Steploom: functions in Rust.
//!
//! ```
//! use serde::Deserialize;
//! use steploom_function::{Context, Error, handler, info};
//!
//! #[derive(Deserialize)]
//! struct Event {
//!     text: String,
//! }
//!
//! #[handler]
//! fn measure(event: Event, context: &Context) -> Result<usize, Error> {
//!     if event.text.is_empty() {
//!         return Err(Error::new("NoText", "there is nothing in it"));
//!     }
//!     info!("measured", bytes = event.text.len(), retry = context.retry);
//!     Ok(event.text.len())
//! }
//! ```
//!
//! A crate of the type `cdylib` with one such handler, built for `wasm32-wasip1`, is a module of the
//! kind `reactor`: the host writes the event into the module's memory and reads the answer from there.
//! Every call has an instance of its own, so no variable keeps its value for the next call.
//!
//! An event is what serde reads from JSON, a result what it writes. `serde_json::Value` takes any event;
//! its numbers have 64 bits, unless `serde_json`'s feature `arbitrary_precision` is on. A panic ends the
//! call, which fails with `Function.Trap`; the log has the panic's words.
//!
//! While it runs a function may ask things of the platform, which its owner grants it
//! (`steploom deploy --grant invoke=resize`): [`invoke`] other functions, [`start`] executions, read and write
//! [`objects`] and [`keyvalue`] stores, end tasks ([`succeed`], [`fail`], [`heartbeat`]), read its [`config`].
//! What is not granted is the error `AccessDenied`; outside of Steploom, as in a test, each is `NoPlatform`.
//! [`fuel`] says how much work is left to it.

// What the attribute adds calls this crate by its name, also in its own tests.
#[cfg(test)]
extern crate self as steploom_function;

mod answer;
mod context;
mod error;
pub mod keyvalue;
mod log;
pub mod objects;
mod platform;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod host;

pub use answer::{Answer, answer};
pub use context::Context;
pub use error::Error;
pub use log::{Level, field, log};
pub use platform::{Keys, config, fail, fuel, heartbeat, invoke, start, succeed};
pub use steploom_function_macro::handler;
