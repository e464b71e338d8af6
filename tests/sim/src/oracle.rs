//! What must hold once everything has ended.

mod children;
mod fold;
mod limits;

use std::collections::BTreeMap;

use steploom_store::projection::{Cursor, Filter, Row, Status};
use steploom_types::limits as bounds;
use steploom_types::{AccountId, ExecutionId, MachineName, Name};

use crate::simulation::Simulation;

/// Rows read at once.
const PAGE: u32 = 1_000;

/// How long processes may take to stop in good order.
const STOP_MS_MAX: u64 = 30_000;

/// Holds everything against everything.
pub(crate) fn judge(simulation: &mut Simulation) {
    everything_ended(simulation);
    nothing_is_left_in_processes(simulation);
    processes_stop(simulation);
    let rows = all_rows(simulation);
    accepted_is_there(simulation, &rows);
    names_are_unique(simulation, &rows);
    let lives = fold::replay_is_stored(simulation, &rows);
    limits::were_kept(simulation, &lives);
    children::are_there(simulation, &rows, &lives);
}

/// Whether the projection has no open execution.
pub(crate) fn everything_has_ended(simulation: &Simulation) -> bool {
    let projection = simulation.host.store.projection.clone();
    let counts = simulation.outside(async move { projection.counts(AccountId::LOCAL, None).await });
    !counts.iter().any(|(_, status, _)| status.is_open())
}

/// Executions that are paused.
pub(crate) fn paused(simulation: &Simulation) -> Vec<ExecutionId> {
    let rows = all_rows(simulation).into_values();
    let paused = rows.filter(|row| row.status == Status::Paused);
    paused.map(|row| row.id).collect()
}

fn violate(simulation: &Simulation, what: String) {
    simulation.world.lock().violate(what);
}

fn everything_ended(simulation: &Simulation) {
    for row in all_rows(simulation).into_values() {
        if !row.status.is_open() {
            continue;
        }
        let what = format!("{} of {} never ends", row.id, row.machine);
        violate(simulation, what);
        fold::show_all(simulation, row.id);
    }
    if !simulation.load.is_idle() {
        violate(simulation, "a client was never answered".to_owned());
    }
}

/// Tasks, permits and calls are back to where they were.
fn nothing_is_left_in_processes(simulation: &mut Simulation) {
    // Workers of the activity have gone home by then.
    simulation.load.close_desks();
    simulation.idle(30_000);
    for (number, process) in simulation.processes.iter().enumerate() {
        let tasks = process.tasks();
        if tasks > simulation.idle_tasks {
            let idle = simulation.idle_tasks;
            let what = format!("process {number} has {tasks} tasks and needs {idle}");
            violate(simulation, what);
        }
        let open = "steploom_executions_open ";
        let metrics = process.metrics();
        let open = metrics.lines().find_map(|line| line.strip_prefix(open));
        if open.is_some_and(|open| open != "0") {
            violate(
                simulation,
                format!("process {number} counts {open:?} open executions"),
            );
        }
    }
    let running = simulation.world.lock().running;
    if running > 0 {
        violate(
            simulation,
            format!("{running} calls of functions still run"),
        );
    }
}

/// Each process stops when it is asked to, and gives its shards back.
fn processes_stop(simulation: &mut Simulation) {
    let asked_ms = simulation.now_ms;
    for process in &mut simulation.processes {
        process.stop();
    }
    simulation.stay_dead();
    while simulation
        .processes
        .iter()
        .any(super::process::Process::is_alive)
    {
        if simulation.now_ms > asked_ms + STOP_MS_MAX {
            violate(simulation, "a process does not stop".to_owned());
            break;
        }
        simulation.step(100);
    }
    let leases = simulation.host.store.leases.clone();
    let shards = simulation.outside(async move { leases.shards().await });
    for shard in shards.into_iter().filter(|shard| shard.owner.is_some()) {
        violate(simulation, format!("shard {} was not given back", shard.id));
    }
}

fn all_rows(simulation: &Simulation) -> BTreeMap<ExecutionId, Row> {
    let mut rows = BTreeMap::new();
    let mut after: Option<Cursor> = None;
    loop {
        let projection = simulation.host.store.projection.clone();
        let filter = Filter::default();
        let page = simulation.outside(async move {
            projection
                .list(AccountId::LOCAL, &filter, after, PAGE)
                .await
        });
        let Some(last) = page.last() else { return rows };
        after = Some(Cursor {
            started_at: last.started_at,
            id: last.id,
        });
        for row in page {
            rows.insert(row.id, row);
        }
    }
}

/// What clients were told is so.
fn accepted_is_there(simulation: &Simulation, rows: &BTreeMap<ExecutionId, Row>) {
    let told = &simulation.load.told;
    for (id, accepted) in &told.accepted {
        let Some(row) = rows.get(id) else {
            violate(simulation, format!("{id} was accepted and is gone"));
            continue;
        };
        if row.name != accepted.name || row.machine != accepted.machine {
            violate(simulation, format!("{id} is another one than was accepted"));
        }
    }
    for (id, ended) in &told.ended {
        let (row, status) = (rows.get(id), ended.status);
        if row.is_some_and(|row| row.redrives > ended.redrives) {
            continue;
        }
        let is = row.map(|row| format!("{:?}", row.status));
        if is != Some(format!("{status:?}")) {
            violate(
                simulation,
                format!("{id} was said to be {status:?} and is {is:?}"),
            );
        }
    }
}

/// A name is given to one execution, until it has been closed for as long as names are kept.
fn names_are_unique(simulation: &Simulation, rows: &BTreeMap<ExecutionId, Row>) {
    const WINDOW_MS: u64 = bounds::NAME_WINDOW_DAYS as u64 * 24 * 3_600 * 1_000;
    let mut named: BTreeMap<(MachineName, Name), Vec<&Row>> = BTreeMap::new();
    for row in rows.values() {
        let key = (row.machine.clone(), row.name.clone());
        named.entry(key).or_default().push(row);
    }
    for ((machine, name), mut rows) in named {
        rows.sort_by_key(|row| (row.started_at, row.id));
        for pair in rows.windows(2) {
            let ended = pair[0].ended_at.unwrap_or(pair[1].started_at);
            if pair[1].started_at.millis_since(ended) < WINDOW_MS {
                let what = format!("'{name}' of {machine} is {} and {}", pair[0].id, pair[1].id);
                violate(simulation, what);
            }
        }
    }
}
