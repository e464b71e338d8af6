//! The HTTP front as a client sees it: the router driven directly, and over real sockets.

mod call;
mod fakes;

mod access;
mod bad_input;
mod credentials;
mod errors;
mod executions;
mod function_releases;
mod functions;
mod machines;
mod node;
mod openapi;
mod releases;
mod resources;
mod schedules;
mod streams;
mod wire_limits;
