//! Runs simulated hours.

fn main() {
    let seed: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(1);
    let minutes: u64 = std::env::args()
        .nth(2)
        .and_then(|a| a.parse().ok())
        .unwrap_or(60);
    let traced = std::env::args().nth(3).is_some();
    let t = std::time::Instant::now();
    let outcome = steploom_sim::simulate(steploom_sim::Plan {
        seed,
        minutes,
        bug: None,
        is_traced: traced,
    });
    for line in &outcome.lines {
        println!("{line}");
    }
    eprintln!(
        "{:?} {:x} {} executions {:?} {:?} sim {} s",
        t.elapsed(),
        outcome.hash,
        outcome.executions,
        outcome.faults,
        outcome.marks,
        outcome.simulated_ms / 1000
    );
    for v in outcome.violations {
        eprintln!("VIOLATION {v}");
    }
}
