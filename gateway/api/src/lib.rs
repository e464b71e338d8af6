//! The public JSON shapes ([`wire`]) and the ports ([`port`]) through which the gateway reaches the
//! rest.
//!
//! Every shape that a caller of `/v1` sends or gets is in `wire` and nowhere else. The gateway knows
//! the traits of `port` and neither the database nor wasmtime; the worker implements them.

pub mod port;
pub mod wire;

pub use port::Ports;
