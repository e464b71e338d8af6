//! Children: whoever was answered that a child was started, or has ended, finds it so; and a map over
//! ranges has each item once.

use std::collections::BTreeMap;

use serde_json::Value;
use steploom_store::projection::{Row, Status};
use steploom_types::{ExecutionId, MachineName};

use super::fold::Life;
use super::violate;
use crate::definition;
use crate::simulation::Simulation;

/// Holds what parents were told of their children against what these are.
pub(super) fn are_there(
    simulation: &Simulation,
    rows: &BTreeMap<ExecutionId, Row>,
    lives: &BTreeMap<ExecutionId, Life>,
) {
    let mut named: BTreeMap<(MachineName, &str), &Row> = BTreeMap::new();
    for row in rows.values() {
        named.insert((row.machine.clone(), row.name.as_str()), row);
    }
    for (id, life) in lives {
        for answer in life.answers.values().flatten() {
            if let Some((machine, name, has_succeeded)) = child(answer.value()) {
                let found = named.get(&(machine, name));
                let is_so =
                    found.is_some_and(|row| !has_succeeded || row.status == Status::Succeeded);
                if !is_so {
                    let what = format!("{id} was told of a child '{name}' that is not so");
                    violate(simulation, what);
                }
            }
        }
    }
    for row in rows.values() {
        is_whole(simulation, row);
    }
}

/// The child that an answer tells of, and whether it says that it succeeded.
fn child(answer: &Value) -> Option<(MachineName, &str, bool)> {
    let arn = answer.get("ExecutionArn")?.as_str()?;
    let mut parts = arn.rsplit(':');
    let (name, machine) = (parts.next()?, parts.next()?);
    let has_succeeded = answer
        .get("Status")
        .is_some_and(|status| status == "SUCCEEDED");
    Some((
        MachineName::Named(machine.parse().ok()?),
        name,
        has_succeeded,
    ))
}

/// The items of a map that was spread over ranges are there, each once and in order.
fn is_whole(simulation: &Simulation, row: &Row) {
    let is_spread =
        matches!(&row.machine, MachineName::Named(name) if name.as_str() == definition::SPREAD);
    let Some(output) = row
        .output
        .as_ref()
        .filter(|_| is_spread && row.redrives == 0)
    else {
        return;
    };
    let items: Value = serde_json::from_slice(output).unwrap_or_default();
    if items != (1..=definition::ITEM_COUNT).collect::<Value>() {
        violate(
            simulation,
            format!("{} has not each item once: {items}", row.id),
        );
    }
}
