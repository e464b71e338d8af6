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

// What the attribute adds calls this crate by its name, also in its own tests.
#[cfg(test)]
extern crate self as steploom_function;

mod answer;
mod context;
mod error;
mod log;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod host;

// Calls to the platform: none yet. What a function may ask of its host while it runs will be a module
// of its own here.

pub use answer::{Answer, answer};
pub use context::Context;
pub use error::Error;
pub use log::{Level, field, log};
pub use steploom_function_macro::handler;
