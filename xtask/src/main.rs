//! All automation of the repository: `cargo xtask <verb>`.
//!
//! A verb is a file; this one says which there are. What a verb starts is printed before it runs,
//! on stderr, so that it can be repeated by hand. Continuous integration runs the same verbs.

mod aws;
mod bench;
mod ci;
mod clients;
mod conformance;
mod docs;
mod foreign;
mod fuzz;
mod languages;
mod modules;
mod postgres;
mod reference;
mod runtimes;
mod samples;
mod service;
mod shell;
mod sim;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// All automation of the repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be done.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Build the functions of modules/ to WebAssembly, those that changed
    Modules {
        /// Folder for the *.wasm files [default: modules/ in cargo's target folder]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Print a JSON list of {"name", "path", "bytes", "built"} on stdout
        #[arg(long)]
        json: bool,
    },
    /// Build the runtimes of JavaScript and Python, those that changed
    Runtimes {
        /// Folder for the *.wasm files [default: runtimes/ in cargo's target folder]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Run their own tests as well, which compile an engine for themselves; no part of the tests
        #[arg(long)]
        test: bool,
    },
    /// Run every test: the workspace's, and those of modules/
    Test {
        /// Only tests whose name contains this
        filter: Option<String>,
    },
    /// Run a benchmark, in release mode
    Bench {
        /// Which one
        name: bench::Name,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Run AWS's own clients against the real program: boto3 and the AWS CLI
    Aws {
        /// What pytest is told, such as `-k history`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Test the client libraries in other languages against the real program
    Clients {
        /// Only this one
        client: Option<clients::Client>,
    },
    /// Make, build, deploy and call a project in every language whose toolchain is there
    Languages {
        /// Only this one, such as go
        language: Option<String>,
    },
    /// Type what the pages of docs/languages/ say, and compare with what they say is printed
    Docs {
        /// Only this one, such as go
        page: Option<String>,
    },
    /// Call a component that others wrote for `wasmtime serve`, as they left it
    Foreign,
    /// Test, build, deploy and call the projects of modules/ whose toolchains are there
    Samples {
        /// Only this one, such as csv-json
        name: Option<String>,
    },
    /// Run moto's own tests against the real program, and count; no part of the tests
    Moto {
        /// A service, such as stepfunctions, and what pytest is told
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Compare with what AWS answered, feature by feature
    Conformance {
        /// What to run and how to print it: see `cargo xtask conformance -- --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Feed parts of the product with what nobody would write, in release mode; no part of the tests
    Fuzz {
        /// A part, seconds, seed, case: see `cargo xtask fuzz -- --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Simulate hours of load and faults, seeded, with the real worker
    Sim {
        /// Hours, seed, trace, bug: see `cargo xtask sim -- --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run random machines through our interpreter and a naive one
    Reference {
        /// How many, seed: see `cargo xtask reference -- --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check format and lints, then run every test
    Ci,
}

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Modules { out, json } => modules::run(out, json),
        Verb::Runtimes { out, test } => runtimes::run(out, test),
        Verb::Test { filter } => test::run(filter.as_deref()),
        Verb::Bench { name, json } => bench::run(name, json),
        Verb::Aws { args } => aws::run(&args),
        Verb::Clients { client } => clients::run(client),
        Verb::Languages { language } => languages::run(language.as_deref()),
        Verb::Docs { page } => docs::run(page.as_deref()),
        Verb::Foreign => foreign::run(),
        Verb::Samples { name } => samples::run(name.as_deref()),
        Verb::Moto { args } => aws::run_moto(&args),
        Verb::Conformance { args } => conformance::run(&args),
        Verb::Fuzz { args } => fuzz::run(&args),
        Verb::Sim { args } => sim::run(&args),
        Verb::Reference { args } => reference::run(&args),
        Verb::Ci => ci::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
