//! Fuzzers: each makes inputs out of a seed, feeds them to one part of the product, and watches
//! that it neither panics, nor hangs, nor takes more memory than it may.
//!
//! A case is its target, seed and number, nothing else, so a failure is repeated by `--case`.
//! `cargo xtask fuzz` builds and runs this; it is no part of the tests.

mod chance;
mod corpus;
mod definition;
mod expression;
mod fold;
mod mutate;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use chance::Chance;

/// Feeds a part of the product with what nobody would write.
#[derive(Debug, Parser)]
struct Cli {
    /// Which part; all of them, in turn, if left out
    #[arg(value_enum)]
    target: Option<Target>,
    /// Seconds for each part
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Where to begin; the same seed makes the same cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run this one case alone, and print its input
    #[arg(long)]
    case: Option<u64>,
    /// Bytes of address space that the whole process may take
    #[arg(long, default_value_t = 2 * 1024 * 1024 * 1024)]
    memory_bytes_max: u64,
}

/// A part of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The text of a definition, JSON or YAML
    Definition,
    /// JSONPath: compiled, and evaluated
    JsonPath,
    /// Calls of intrinsic functions
    Intrinsic,
    /// JSONata
    Jsonata,
    /// The fold: facts in any order, over definitions of any kind
    Fold,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::JsonPath => "json-path",
            Self::Intrinsic => "intrinsic",
            Self::Jsonata => "jsonata",
            Self::Fold => "fold",
        }
    }

    /// Makes the case's input, tells what it is, and feeds it. Panics where something does not hold.
    fn run(self, chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
        match self {
            Self::Definition => definition::run(chance, tell),
            Self::JsonPath => expression::json_path(chance, tell),
            Self::Intrinsic => expression::intrinsic(chance, tell),
            Self::Jsonata => expression::jsonata(chance, tell),
            Self::Fold => fold::run(chance, tell),
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = watch::limit_memory(cli.memory_bytes_max) {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let targets = match cli.target {
        Some(target) => vec![target],
        None => Target::value_variants().to_vec(),
    };
    let mut failed = 0;
    for target in &targets {
        failed += u32::from(!fuzz(*target, &cli));
    }
    // The line that those who count tests look for.
    println!("{} passed, {failed} failed", targets.len() as u32 - failed);
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one target; whether everything held.
fn fuzz(target: Target, cli: &Cli) -> bool {
    let watch = watch::Watch::begin(target.name(), cli.seed);
    let end = Instant::now() + Duration::from_secs(cli.seconds);
    let mut slowest = (Duration::ZERO, 0);
    let mut case = cli.case.unwrap_or_default();
    let begin = case;
    loop {
        let took = watch.case(case, || {
            run_case(target, cli.seed, case, cli.case.is_some())
        });
        let Some(took) = took else { return false };
        slowest = slowest.max((took, case));
        case += 1;
        if cli.case.is_some() || Instant::now() >= end {
            break;
        }
    }
    println!(
        "{}: {} cases from seed {}, slowest {} ms (case {})",
        target.name(),
        case - begin,
        cli.seed,
        slowest.0.as_millis(),
        slowest.1,
    );
    true
}

/// Runs one case; how long it took, or `None` if it failed, which is told.
fn run_case(target: Target, seed: u64, case: u64, show: bool) -> Option<Duration> {
    let mut input = String::new();
    let begun = Instant::now();
    let held = catch_unwind(AssertUnwindSafe(|| {
        target.run(&mut Chance::new(seed, case), &mut |text| {
            if show {
                println!("{text}");
            }
            input.clear();
            input.push_str(text);
        });
    }));
    if held.is_err() {
        eprintln!(
            "{} failed at case {case} of seed {seed}, with this input:\n{input}",
            target.name()
        );
        return None;
    }
    Some(begun.elapsed())
}
