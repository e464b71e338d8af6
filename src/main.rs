//! The `steploom` command line.
//!
//! `up` and `demo` run the whole platform in this process; every other command is a client of its
//! HTTP API. One file a command under `command/`; whatever goes wrong becomes a
//! [`failure::Failure`], said here and nowhere else.

mod cli;
mod command;
mod exit;
mod failure;
mod follow;
mod input;
mod logging;
mod parse;
mod platform;
mod project;
mod signal;
mod view;

use std::env;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::{Paint, out};

/// Every invocation and every fact allocates a little: with the system's allocator that was a sixth of
/// a request's time. This one also gives back what other threads than the allocating one have freed.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The word by which the platform starts itself again to compile one untrusted module under limits.
/// Not for people, so it is no command that the help knows.
const COMPILE_MODULE: &str = "compile-module";

fn main() -> ExitCode {
    if env::args_os()
        .nth(1)
        .is_some_and(|word| word == COMPILE_MODULE)
    {
        return steploom_sandbox::compiler_main();
    }
    let cli = Cli::parse();
    let json = cli.json;
    match run(cli) {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            say(&failure, json);
            failure.exit.into()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(command::run(cli));
    // What still runs here is of no use any more, and nothing durable depends on it.
    runtime.shutdown_background();
    result
}

fn say(failure: &Failure, json: bool) {
    if failure.quiet {
        return;
    }
    if json {
        out::note(failure.json());
    } else {
        out::note(failure.text(Paint::of_stderr()));
    }
}
