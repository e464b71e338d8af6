//! The HTTP front: native REST under `/v1`, server-sent events, health and metrics.
//!
//! It knows the ports of `steploom-api` and nothing behind them. [`router`] builds the routes and
//! their OpenAPI document from one table (`route`); [`serve`] puts them on a socket with every
//! limit that a public-facing server needs. One middleware (`edge`) stands around all routes, and
//! one place (`failure`) makes every error the same `application/problem+json`.

mod app;
mod body;
mod config;
mod edge;
mod extract;
mod failure;
mod function_url;
mod need;
mod openapi;
mod peer;
mod request_id;
mod route;
mod s3;
mod server;
mod sse;

pub use config::{Config, Limits};
pub use peer::serve_peers;
pub use route::router;
pub use server::serve;
