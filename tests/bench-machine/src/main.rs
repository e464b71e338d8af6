//! The pure interpreter on chains of ten states of small JSON, each beside the least that it could
//! cost: the same texts parsed, the same expressions evaluated and the same results printed, without
//! an interpreter around them. On one core.
//!
//! `--json` prints what `steploom-bench` prints; `--only NAME` runs one chain, for a profiler.
//! `--items N` runs executions of so many items instead: see `million.rs`.

mod chain;
mod floor;
mod million;
mod report;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use steploom_machine::NoEvents;

use chain::Chain;
use report::{Report, Row};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Rounds, of which the median is shown.
const ROUNDS: usize = 9;
/// How long one side is measured in a round.
const ROUND: Duration = Duration::from_millis(400);
/// Executions between two looks at the clock.
const BATCH: u32 = 200;
/// Steps a second that the chain of data aims at.
const GOAL: f64 = 500_000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|word| word == name)?;
        arguments.get(place + 1)
    };
    let only = value("--only");
    if let Some(items) = value("--items") {
        let items = items.parse().expect("--items takes a number");
        return million::run(items, only.map(String::as_str));
    }
    let mut rows = Vec::new();
    for chain in chain::all() {
        if only.is_none_or(|name| name == chain.name) {
            rows.push(measure(&chain));
        }
    }
    let report = Report { rows };
    if arguments.iter().any(|word| word == "--json") {
        println!("{}", report.json());
    } else if arguments.iter().any(|word| word == "--markdown") {
        print!("{}", report.markdown());
    } else {
        print!("{}", report.table());
    }
}

/// Runs a chain and its floor in turns.
fn measure(chain: &Chain) -> Row {
    // A wrong result is no figure.
    let mut entered = chain::Entered::default();
    assert_eq!(chain.run(&mut entered), chain.output, "{}", chain.name);
    assert_eq!(entered.0, chain.steps, "{}", chain.name);
    assert_eq!(
        chain.floor.run(&chain.input),
        chain.output,
        "{}",
        chain.name
    );
    let (mut own, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        own.push(per_second(|| {
            std::hint::black_box(chain.run(&mut NoEvents));
        }));
        floor.push(per_second(|| {
            std::hint::black_box(chain.floor.run(&chain.input));
        }));
    }
    let steps = f64::from(chain.steps);
    Row {
        name: chain.name,
        value: median(own) * steps,
        floor: median(floor) * steps,
        goal: (chain.name == chain::DATA).then_some(GOAL),
    }
}

/// How often a second something can be done: a second of the thread's own CPU time, so that what
/// else the computer does takes nothing away.
fn per_second(mut work: impl FnMut()) -> f64 {
    let began = cpu_time();
    let mut done = 0.0;
    loop {
        for _ in 0..BATCH {
            work();
        }
        done += f64::from(BATCH);
        let took = cpu_time().saturating_sub(began);
        if took >= ROUND {
            return done / took.as_secs_f64();
        }
    }
}

/// CPU time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
