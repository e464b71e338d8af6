//! Small in-memory ports. What they do is steered by names, so that a test reads as a table:
//! function `echo` answers its event, `fail` fails, `busy` has no sandbox free, and so on.

mod buckets;
mod executions;
mod function_profiles;
mod functions;
mod keys;
mod keyvalues;
mod logs;
mod machines;
mod map_runs;
mod node;
mod releases;
mod resources;
mod schedules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use steploom_api::port::PutFunction;
use steploom_api::{Ports, wire};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Error, ExecutionId, Json, Name, Timestamp};
use tokio::sync::watch;

/// All that the fakes remember.
pub(crate) struct World {
    state: Arc<Mutex<State>>,
    /// Counts changes, for those who follow.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) functions: BTreeMap<Name, Vec<wire::FunctionVersion>>,
    pub(crate) puts: Vec<PutFunction>,
    pub(crate) machines: BTreeMap<Name, Vec<String>>,
    pub(crate) releases: BTreeMap<Name, Vec<wire::Release>>,
    pub(crate) aliases: BTreeMap<Name, BTreeMap<Name, wire::Alias>>,
    pub(crate) function_profiles: BTreeMap<Name, wire::FunctionProfile>,
    pub(crate) profiles: BTreeMap<Name, wire::MachineProfile>,
    pub(crate) retentions: BTreeMap<Name, wire::Retention>,
    pub(crate) shares: BTreeMap<Name, wire::Share>,
    pub(crate) executions: BTreeMap<ExecutionId, Run>,
    /// What was said of the task with the good token.
    pub(crate) told: Vec<String>,
    pub(crate) activities: BTreeSet<Name>,
    pub(crate) activity_tags: BTreeMap<Name, BTreeMap<String, String>>,
    /// By bucket and key: content type and content.
    pub(crate) buckets: BTreeMap<Name, BTreeMap<String, (String, Bytes)>>,
    /// By store and key.
    pub(crate) keyvalues: BTreeMap<(Name, String), Bytes>,
    pub(crate) connections: BTreeMap<Name, wire::Connection>,
    pub(crate) keys: BTreeMap<KeyId, Key>,
    pub(crate) audit: Vec<AuditRecord>,
    /// Who did what, as the ports saw it.
    pub(crate) actors: Vec<(String, String)>,
    pub(crate) schedules: BTreeMap<(Name, Name), wire::Schedule>,
    pub(crate) logs: Vec<wire::LogLine>,
    pub(crate) observed: Vec<(String, String, u16)>,
    pub(crate) traceparents: Vec<Option<String>>,
    pub(crate) invocations: u32,
    /// How often `flaky` fails before it answers; every port counts it down.
    pub(crate) failures_left: u32,
    /// Lets the function `gate` answer.
    pub(crate) is_gate_open: bool,
    pub(crate) not_ready: Option<String>,
}

pub(crate) struct Run {
    pub(crate) execution: wire::Execution,
    pub(crate) events: Vec<wire::Event>,
}

impl World {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Arc::default(),
            changes: watch::channel(0).0,
        })
    }

    pub(crate) fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            functions: Arc::clone(self) as _,
            function_profiles: Arc::clone(self) as _,
            machines: Arc::clone(self) as _,
            releases: Arc::clone(self) as _,
            executions: Arc::clone(self) as _,
            map_runs: Arc::clone(self) as _,
            tasks: Arc::clone(self) as _,
            activities: Arc::clone(self) as _,
            buckets: Arc::clone(self) as _,
            keyvalues: Arc::clone(self) as _,
            connections: Arc::clone(self) as _,
            test_states: Arc::clone(self) as _,
            keys: Arc::clone(self) as _,
            audit: Arc::clone(self) as _,
            schedules: Arc::clone(self) as _,
            logs: Arc::clone(self) as _,
            node: Arc::clone(self) as _,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes the state and wakes those who follow.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let done = change(&mut self.state());
        self.changes.send_modify(|n| *n += 1);
        done
    }

    /// Waits until so many invocations have come in.
    pub(crate) async fn invoked(&self, times: u32) {
        let mut changes = self.changes.subscribe();
        let has_come = |_: &u64| self.state().invocations >= times;
        changes.wait_for(has_come).await.unwrap();
    }

    /// Fails with 503 as often as the test has asked for.
    fn maybe_fail(&self) -> Result<(), Error> {
        let mut state = self.state();
        if state.failures_left == 0 {
            return Ok(());
        }
        state.failures_left -= 1;
        Err(Error::new(
            steploom_types::Kind::Unavailable,
            "Unavailable",
            "the store is away",
        )
        .with_retry_after(0))
    }

    /// Appends an event to an execution.
    pub(crate) fn tell(&self, id: ExecutionId, kind: &str) {
        self.change(|state| tell(state.executions.get_mut(&id).unwrap(), kind));
    }

    /// Ends an execution with an output.
    pub(crate) fn succeed(&self, id: ExecutionId, output: Json) {
        self.change(|state| {
            let run = state.executions.get_mut(&id).unwrap();
            run.execution.output = Some(output);
            end(run, wire::ExecutionStatus::Succeeded, "ExecutionSucceeded");
        });
    }
}

fn tell(run: &mut Run, kind: &str) {
    let id = run.events.len() as u64 + 1;
    run.events.push(wire::Event {
        id,
        previous_event_id: id - 1,
        timestamp: Timestamp::from_millis(1_700_000_000_000),
        kind: kind.to_owned(),
        details: serde_json::Map::new(),
    });
}

fn end(run: &mut Run, status: wire::ExecutionStatus, kind: &str) {
    run.execution.summary.status = status;
    run.execution.summary.ended_at = Some(Timestamp::from_millis(1_700_000_000_500));
    tell(run, kind);
}

/// The front has no other account to give.
fn check_account(account: AccountId) {
    assert_eq!(account, AccountId::LOCAL);
}

fn page<T>(all: Vec<T>, limit: u32, next: Option<&str>) -> (Vec<T>, Option<String>) {
    let from: usize = next.map_or(0, |next| next.parse().unwrap());
    let to = from + limit as usize;
    let more = (all.len() > to).then(|| to.to_string());
    let items = all.into_iter().skip(from).take(limit as usize).collect();
    (items, more)
}
