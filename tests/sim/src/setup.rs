//! What is there before anything happens: functions, machines, an activity, a bucket.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use steploom_api::Ports;
use steploom_api::port::{PutMachine, PutObject, whole};
use steploom_api::wire;
use steploom_store::catalog::{NewFunctionVersion, Put};
use steploom_types::{AccountId, Name, Result, Timestamp};

use crate::definition;
use crate::lots::Lots;
use crate::runner;
use crate::simulation::Simulation;
use crate::time::EPOCH_MS;

/// Random machines of one seed.
const MACHINES: u64 = 12;

/// Children that they may start.
const CHILDREN: u64 = 3;

/// What clients start.
#[derive(Default)]
pub(crate) struct Startable {
    /// All machines.
    pub(crate) started: Vec<Name>,
    /// Those whose executions end soon enough to wait for one another.
    pub(crate) quick: Vec<Name>,
}

/// Sets everything up and gives the machines that clients start.
pub(crate) fn set_up(simulation: &mut Simulation) -> Startable {
    put_functions(simulation);
    let (machines, definitions) = machines(simulation.world.seed);
    let done = Arc::new(Mutex::new(None));
    let told = done.clone();
    let is_asked = simulation.processes[0].run(|ports| async move {
        let result = through_ports(&ports, definitions).await;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    assert!(is_asked, "a process that has just begun serves");
    loop {
        simulation.step(50);
        let result = done.lock().unwrap_or_else(PoisonError::into_inner).take();
        match result {
            None => {}
            Some(Ok(())) => return machines,
            Some(Err(error)) => panic!("a machine of the generator is refused: {error:?}"),
        }
    }
}

fn put_functions(simulation: &Simulation) {
    for function in runner::functions() {
        let settings = wire::FunctionSettings {
            at_most_once: function == runner::ONCE,
            ..wire::FunctionSettings::default()
        };
        let settings = serde_json::to_string(&settings).expect("settings are JSON");
        let module = runner::module(function);
        let (catalog, artifacts) = (
            simulation.host.store.catalog.clone(),
            simulation.host.artifacts.clone(),
        );
        let version = NewFunctionVersion {
            module: steploom_types::Digest::of(&module),
            module_bytes: module.len() as u64,
            source: None,
            kind: "reactor".to_owned(),
            settings,
            created_at: Timestamp::from_millis(EPOCH_MS),
        };
        simulation.outside(async move {
            artifacts.put_module(&module).await?;
            let name = function.parse()?;
            let put = catalog.put_function(AccountId::LOCAL, &name, &version, Put::Upsert);
            put.await.map_err(steploom_types::Error::from).map(drop)
        });
    }
}

/// What clients start, and every machine.
fn machines(seed: u64) -> (Startable, Vec<(Name, Value)>) {
    let mut lots = Lots::of(seed, "machines");
    let mut all: Vec<(Name, Value)> = Vec::new();
    let mut children = Vec::new();
    let name = |text: String| text.parse::<Name>().expect("a short name of letters");
    for number in 0..CHILDREN {
        let child = format!("child-{number}");
        all.push((name(child.clone()), definition::quick_child(&mut lots)));
        children.push(child);
    }
    let endless = definition::ENDLESS.to_owned();
    all.push((name(endless), definition::endless_child()));
    let first = all.len();
    let mut quick = Vec::new();
    for number in 0..MACHINES {
        let (machine, is_quick) = definition::machine(&mut lots, &children);
        let name = name(format!("machine-{number}"));
        if is_quick {
            quick.push(name.clone());
        }
        all.push((name, machine));
    }
    all.push((name(definition::SPREAD.to_owned()), definition::spread()));
    if lots.percent(20) {
        all.push((name("loop".to_owned()), definition::loop_of_pure_states()));
    }
    let started = all[first..].iter().map(|(name, _)| name.clone()).collect();
    (Startable { started, quick }, all)
}

async fn through_ports(ports: &Ports, definitions: Vec<(Name, Value)>) -> Result<()> {
    let account = AccountId::LOCAL;
    for (name, definition) in definitions {
        let text = definition.to_string();
        let put = PutMachine::new(name, text);
        ports.machines.put(account, put).await?;
    }
    let activity = definition::ACTIVITY.parse()?;
    ports.activities.put(account, activity).await?;
    let bucket: Name = definition::BUCKET.parse()?;
    ports.buckets.put_bucket(account, bucket.clone()).await?;
    let items = (1..=definition::ITEM_COUNT).collect::<Value>().to_string();
    let (put, items) = (PutObject::default(), whole(items.into()));
    let put = ports
        .buckets
        .put_object(account, &bucket, definition::ITEMS, put, items);
    put.await.map(drop)
}
