//! Runs a case in the simulator.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::{Machine, Options};
use steploom_simulator::mock::MockConfig;
use steploom_simulator::{Behaviour, Bounds, Halt, Report, Simulation, Start, World};
use steploom_types::Json;

use crate::case::{Case, outcome};
use crate::history::recorded;

/// The account of the recordings.
const ACCOUNT: &str = "111111111111";

/// What a case came to, in the form of the recordings.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Status, output, error, cause.
    pub outcome: Value,
    /// Every event.
    pub events: Vec<Value>,
    /// The objects that are there in the end, by key, by bucket.
    pub objects: BTreeMap<String, BTreeMap<String, String>>,
}

/// Runs a case.
///
/// # Errors
/// Why it could not be run: its definition is refused, or it is not well formed.
pub fn run(case: &Case) -> Result<Ran, String> {
    let machine = machine(&case.definition(), case.is_express())?;
    let world = world(case)?;
    let input = Json::parse(&case.input(world.begins_at)).map_err(|error| error.message)?;
    let mut simulation = Simulation::new(world, Bounds::default()).map_err(|e| e.to_string())?;
    for other in case.list("state_machines") {
        let Some(first) = other.get("start_first_with") else {
            continue;
        };
        let machine = self::machine(&other["definition"].to_string(), other["type"] == "EXPRESS")?;
        let name = other["name"].as_str().unwrap_or_default();
        let start = Start::new(name, first.clone().into());
        let started = simulation.start_beside(machine, start);
        started.map_err(|error| error.to_string())?;
    }
    let mut start = Start::new(case.text("state_machine_name").unwrap_or("machine"), input);
    start.name = case.execution_name();
    start.is_express = case.is_express();
    let report = simulation.run(machine, start);
    let report = report.map_err(|error| error.to_string())?;
    Ok(Ran {
        outcome: outcome_of(&report),
        events: report.events.iter().map(event).collect(),
        objects: simulation.world().buckets.clone(),
    })
}

fn machine(definition: &str, express: bool) -> Result<Arc<Machine>, String> {
    let options = Options {
        express,
        foreign: true,
        ..Options::default()
    };
    match steploom_asl::parse_with(definition, &options) {
        Ok(parsed) => Ok(Arc::new(parsed.machine)),
        Err(rejected) => Err(format!("the definition is refused: {rejected}")),
    }
}

/// All that a case has besides its machine.
fn world(case: &Case) -> Result<World, String> {
    let mut world = World {
        account: ACCOUNT.parse().map_err(|_| "no account")?,
        ..World::default()
    };
    for (name, behaviour) in case.functions() {
        world.functions.insert(name, Behaviour::parse(&behaviour)?);
    }
    for other in case.list("state_machines") {
        let name = other["name"].as_str().unwrap_or_default();
        let machine = machine(&other["definition"].to_string(), other["type"] == "EXPRESS")?;
        world.machines.insert(name.to_owned(), machine);
    }
    let deleted = case.list("activities_deleted_before_start");
    for activity in case.list("activities").iter().filter_map(Value::as_str) {
        let is_it = |arn: &&str| arn.rsplit(':').next() == Some(activity);
        if !deleted
            .iter()
            .filter_map(Value::as_str)
            .any(|arn| is_it(&arn))
        {
            world.activities.insert(activity.to_owned());
        }
    }
    for bucket in case.list("s3_buckets").iter().filter_map(Value::as_str) {
        world.buckets.entry(bucket.to_owned()).or_default();
    }
    for (bucket, key, body) in case.objects() {
        let bucket = world.buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), body);
    }
    mock(case, &mut world)?;
    Ok(world)
}

/// `mocks`: a whole file of mocked answers, and `test_case`, of the case's machine.
fn mock(case: &Case, world: &mut World) -> Result<(), String> {
    let Some(mocks) = case.0.get("mocks") else {
        return Ok(());
    };
    let config = MockConfig::parse(&mocks.to_string()).map_err(|problem| problem.to_string())?;
    let machine = case.text("state_machine_name").unwrap_or("machine");
    let name = case.text("test_case").unwrap_or_default();
    let test_case = config.test_case(machine, name);
    let test_case = test_case.ok_or_else(|| format!("there is no test case '{name}'"))?;
    world.mocks.insert(machine.to_owned(), test_case.clone());
    Ok(())
}

fn outcome_of(report: &Report) -> Value {
    let status = match report.halt {
        Some(Halt::Waits) | None => report.status.name(),
        Some(halt) => halt.reason(),
    };
    outcome(
        status,
        report.output.as_ref().map(Json::value),
        report.error.as_deref(),
        report.cause.as_deref(),
    )
}

fn event(event: &Value) -> Value {
    let number = |field: &str| event[field].as_u64().unwrap_or_default();
    let details = Report::details(event).cloned().unwrap_or_default();
    recorded(
        event["type"].as_str().unwrap_or_default(),
        number("id"),
        number("previousEventId"),
        &details,
    )
}
