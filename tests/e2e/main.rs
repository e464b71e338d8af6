//! The real program from the outside: what people see on the command line and programs over HTTP,
//! the happy path of everything once, and bad input that changes nothing.
//!
//! Most tests share one server, under names of their own.

mod ability;
mod bad_definition;
mod bad_input;
mod bad_module;
mod command;
mod data_folder;
mod database;
mod definition;
mod demo;
mod effect;
mod execution;
mod exit_code;
mod express;
mod function;
mod http;
mod keys;
mod keyvalue;
mod limit;
mod log;
mod machine;
mod map_run;
mod node;
mod program;
mod project;
mod release;
mod schedule;
mod start;

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test programs use the rest")]
mod support;

use std::sync::OnceLock;

use support::server::Server;

/// The server that tests share which leave it as they found it but for names of their own.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start_for_all)
}
