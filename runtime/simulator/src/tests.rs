//! Whole machines in small worlds.

mod plain;

use std::sync::Arc;

use serde_json::Value;
use steploom_asl::Machine;

use crate::{Bounds, Report, Simulation, Start, World};

fn machine(definition: &Value) -> Arc<Machine> {
    let parsed = steploom_asl::parse(&definition.to_string());
    Arc::new(parsed.expect("the definition is valid").machine)
}

fn run(world: World, definition: &Value, input: Value) -> Report {
    let mut simulation = Simulation::new(world, Bounds::default()).expect("nothing is shared");
    let start = Start::new("main", input.into());
    simulation.run(machine(definition), start).expect("it runs")
}

/// One line for the outcome.
fn outcome(report: &Report) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    match &report.output {
        Some(output) => format!("{} {output}", report.status.name()),
        None => format!(
            "{} {}: {}",
            report.status.name(),
            text(&report.error),
            text(&report.cause)
        ),
    }
}

/// The types of the events.
fn kinds(report: &Report) -> Vec<&str> {
    report
        .events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect()
}
