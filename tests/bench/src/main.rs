//! Benchmarks, each beside the floor measured in the same run.
//!
//! A floor is the least that the measured thing could cost: bare wasmtime, an HTTP server that does
//! nothing, a journal that is only appended to. Both take turns in rounds and medians over the
//! rounds are shown, so that a noisy computer disturbs both alike. Nothing here fails because
//! something was slow; `docs/benchmarks.md` says what each row means.

mod batch;
mod child;
mod cli;
mod disk;
mod echo;
mod execute;
mod express;
mod host;
mod invoke;
mod languages;
mod latency;
mod load;
mod metrics;
mod million;
mod place;
#[expect(dead_code, reason = "the tests stop it and start it again")]
#[path = "../../support/postgres.rs"]
mod postgres;
mod programs;
mod recover;
mod report;
mod sandbox;
mod server;
mod sleepers;
mod stats;

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use crate::cli::{Bench, Cli};
use crate::host::Host;

/// The same as the server's, so that floors are not the slower for theirs.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The word by which the sandbox of this process starts it again to compile a module under limits.
const COMPILE_MODULE: &str = "compile-module";

fn main() -> ExitCode {
    if env::args_os()
        .nth(1)
        .is_some_and(|word| word == COMPILE_MODULE)
    {
        return steploom_sandbox::compiler_main();
    }
    // What the sandbox and the store warn of would explain odd figures.
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let options = &cli.options;
    let report = match &cli.bench {
        Bench::Sandbox => sandbox::run(options)?,
        Bench::Languages => runtime()?.block_on(languages::run(options))?,
        Bench::Invoke(args) => runtime()?.block_on(invoke::run(options, args))?,
        Bench::Express(args) => runtime()?.block_on(express::run(options, args))?,
        Bench::Execute(args) => runtime()?.block_on(execute::run(options, args))?,
        Bench::Million(args) => runtime()?.block_on(million::run(options, args))?,
        Bench::Latency => runtime()?.block_on(latency::run(options))?,
        Bench::Sleepers(args) => runtime()?.block_on(sleepers::run(options, args))?,
        Bench::Recover(args) => runtime()?.block_on(recover::run(options, args))?,
        Bench::EchoServer => return runtime()?.block_on(echo::serve()),
    };
    if options.json {
        println!("{}", report.json());
    } else if options.markdown {
        print!("{}", report.markdown());
    } else {
        println!("{}", Host::read(&options.data_folder()?));
        println!();
        print!("{}", report.table());
    }
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
