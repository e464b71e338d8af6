//! A client of Steploom.
//!
//! [`Client`] has one method per endpoint of `/v1`, with the types of [`wire`]; event streams come
//! as [`futures::Stream`]s that reconnect on their own. A call that may be repeated is repeated when
//! the line breaks or the server asks for patience.
//!
//! ```no_run
//! # async fn run() -> Result<(), steploom_sdk::Error> {
//! use steploom_sdk::{Client, Json, wire};
//!
//! let client = Client::new("http://127.0.0.1:8080")?;
//! let started = client
//!     .start_execution(&wire::StartExecution {
//!         version: None,
//!         name: Some("monday".parse()?),
//!         input: Json::parse(r#"{"text": "to be or not to be"}"#)?,
//!         ..wire::StartExecution::new("word-count".parse()?)
//!     })
//!     .await?;
//! let ended = client.wait(started.execution.summary.id).await?;
//! println!("{:?}", ended.output);
//! # Ok(())
//! # }
//! ```

mod audit;
mod bucket;
mod call;
mod client;
mod error;
mod execution;
mod form;
mod function;
mod function_profile;
mod key;
mod keyvalue;
mod log;
mod machine;
mod map_run;
mod node;
mod release;
mod retry;
mod schedule;
mod sse;
mod stream;
mod task;
mod transport;

pub use client::Client;
pub use error::Error;
pub use execution::{BATCH_BYTES_MAX, BATCH_STARTS_MAX, Started};
pub use function::{Answer, PutFunction};
pub use steploom_api::wire;
pub use steploom_types::{ExecutionId, Json, MachineName, Name, Timestamp};
pub use stream::Stream;

/// A result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;
