//! The fold: facts of every kind, expected or absurd, over definitions of every kind.
//!
//! What holds: no panic; events have every id once, in order; nothing happens after the end; and
//! the same facts folded anew give the same events and actions.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::{Machine, parse};
use steploom_machine::{
    Action, ActionId, Event, EventSink, Fact, Failure, MapRunChange, PartialFailure, Run,
    RunLimits, SEMANTICS, Started, apply,
};
use steploom_types::{AccountId, Digest, ExecutionId, Json, Slot, Timestamp};

use crate::chance::Chance;
use crate::{corpus, definition, mutate};

/// When every execution begins: an instant of 2026.
const BEGIN_MS: i64 = 1_770_000_000_000;
/// Facts of one case.
const FACTS_MAX: usize = 120;

/// Writes down all that is told.
#[derive(Default)]
struct Told(Vec<String>);

impl EventSink for Told {
    fn event(&mut self, event: Event<'_>) {
        self.0.push(format!("{event:?}"));
        assert_eq!(
            event.id,
            self.0.len() as u64,
            "an event's id is out of order"
        );
        assert!(event.previous < event.id, "an event follows a later one");
    }
}

/// An execution, and what it waits for.
struct Execution {
    run: Run,
    told: Told,
    facts: Vec<Fact>,
    actions: Vec<String>,
    open: BTreeMap<ActionId, Action>,
    continue_due: bool,
    at: Timestamp,
}

/// One execution of a definition, with facts that mostly fit.
pub(crate) fn run(chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
    let definition = if chance.once_in(2) {
        chance.pick(&corpus::definitions()).clone()
    } else {
        definition::definition(chance)
    };
    let text = definition.to_string();
    tell(&text);
    let Ok(parsed) = parse(&text) else { return };
    let machine = Arc::new(parsed.machine);
    let mut execution = Execution::new(&machine);
    execution.fold(started(chance));
    while execution.facts.len() < FACTS_MAX && execution.run.outcome().is_none() {
        let fact = execution.next(chance);
        execution.fold(fact);
    }
    execution.ensure_replays(&machine);
}

impl Execution {
    fn new(machine: &Arc<Machine>) -> Self {
        Self {
            run: Run::new(Arc::clone(machine)),
            told: Told::default(),
            facts: Vec::new(),
            actions: Vec::new(),
            open: BTreeMap::new(),
            continue_due: false,
            at: Timestamp::from_millis(BEGIN_MS),
        }
    }

    fn fold(&mut self, fact: Fact) {
        self.at = self.at.max(fact.at());
        if let Some(action) = ends(&fact) {
            self.open.remove(&action);
        }
        if matches!(fact, Fact::Continued { .. }) {
            self.continue_due = false;
        }
        let ended = self.run.outcome().is_some();
        // A fact that cannot be is refused, and changes nothing.
        if let Ok(actions) = apply(&mut self.run, &fact, &mut self.told) {
            assert!(
                !ended || actions.is_empty(),
                "something is asked for after the end"
            );
            self.actions.push(format!("{actions:?}"));
            self.note(actions);
            self.facts.push(fact);
        }
    }

    fn note(&mut self, actions: Vec<Action>) {
        for action in actions {
            let number = match &action {
                Action::Invoke(invoke) => invoke.action,
                Action::Read(read) => read.action,
                Action::Write(write) => write.action,
                Action::StartRange(range) => range.action,
                Action::SetTimer { action, .. } => *action,
                Action::Cancel { action } => {
                    self.open.remove(action);
                    continue;
                }
                Action::Continue => {
                    self.continue_due = true;
                    continue;
                }
                Action::SetWindow { .. }
                | Action::StopRange { .. }
                | Action::ReportExceeded { .. } => continue,
            };
            self.open.insert(number, action);
        }
    }

    /// The next fact: mostly an answer to something that is waited for.
    fn next(&mut self, chance: &mut Chance) -> Fact {
        let at = self.at.plus_millis(chance.below(3000) as u64);
        if self.continue_due && !chance.once_in(8) {
            return Fact::Continued { at };
        }
        let open: Vec<ActionId> = self.open.keys().copied().collect();
        if open.is_empty() || chance.once_in(12) {
            let action = ActionId(chance.below(40) as u64);
            return absurd(chance, at, action);
        }
        let action = *chance.pick(&open);
        match &self.open[&action] {
            Action::SetTimer { at: due, .. } => Fact::TimerFired {
                at: at.max(*due),
                action,
            },
            Action::Read(read) if read.makes_pages && chance.once_in(2) => Fact::PageRead {
                at,
                action,
                etag: chance.once_in(2).then(|| "e".to_owned()),
                offset: read.offset,
                digest: Digest::of(b"a page"),
                count: chance.below(3_000) as u32,
                is_last: chance.once_in(4),
            },
            Action::StartRange(_) if chance.once_in(3) => Fact::RangeReported {
                at,
                action,
                failed: chance.below(4) as u64,
            },
            Action::StartRange(range) => Fact::TaskSucceeded {
                at,
                action,
                output: report(chance, range.range.count),
                version: None,
            },
            Action::Read(_) => Fact::ItemsRead {
                at,
                action,
                items: Json::from(json!([mutate::json_value(chance, 1), {"a": 1}, 3])),
                is_last: chance.once_in(2),
            },
            _ => answer(chance, at, action),
        }
    }

    fn ensure_replays(&self, machine: &Arc<Machine>) {
        let mut again = Execution::new(machine);
        for fact in &self.facts {
            if let Fact::EvaluationExceeded { evaluation, .. } = fact {
                again.run.foresee(*evaluation);
            }
        }
        for fact in &self.facts {
            again.fold(fact.clone());
        }
        assert_eq!(again.told.0, self.told.0, "folded anew, other events");
        assert_eq!(again.actions, self.actions, "folded anew, other actions");
        assert_eq!(
            again.run.outcome(),
            self.run.outcome(),
            "folded anew, another outcome"
        );
    }
}

fn ends(fact: &Fact) -> Option<ActionId> {
    match fact {
        Fact::TaskSucceeded { action, .. }
        | Fact::TaskFailed { action, .. }
        | Fact::ItemsRead { action, .. }
        | Fact::PageRead { action, .. }
        | Fact::TimerFired { action, .. } => Some(*action),
        _ => None,
    }
}

fn answer(chance: &mut Chance, at: Timestamp, action: ActionId) -> Fact {
    match chance.below(8) {
        0 => Fact::TaskSubmitted {
            at,
            action,
            output: output(chance),
        },
        1 => Fact::TaskHeartbeat { at, action },
        2 => Fact::ActivityStarted {
            at,
            action,
            worker: chance.once_in(2).then(|| "w".to_owned()),
        },
        3 => Fact::TaskFailed {
            at,
            action,
            failure: failure(chance),
            version: None,
        },
        _ => Fact::TaskSucceeded {
            at,
            action,
            output: output(chance),
            version: Some(1),
        },
    }
}

/// What a range says of itself, or anything else.
fn report(chance: &mut Chance, count: u32) -> Json {
    if chance.once_in(6) {
        return output(chance);
    }
    let failed = chance.below(3) as u32;
    let counts = json!({
        "succeeded": count.saturating_sub(failed), "failed": failed,
        "timed_out": 0, "aborted": 0, "pending": 0,
    });
    json!({ "counts": counts, "results": [mutate::json_value(chance, 1)], "resultsBytes": 9 })
        .into()
}

fn absurd(chance: &mut Chance, at: Timestamp, action: ActionId) -> Fact {
    match chance.below(12) {
        0 => Fact::StopRequested {
            at,
            failure: PartialFailure::default(),
        },
        1 => Fact::Continued { at },
        2 => Fact::TimerFired { at, action },
        3 => Fact::ItemsRead {
            at,
            action,
            items: output(chance),
            is_last: chance.once_in(2),
        },
        4 => Fact::RangeReported {
            at,
            action,
            failed: chance.below(9) as u64,
        },
        5 => Fact::MapRunChanged {
            at,
            map_run: action.0,
            change: MapRunChange {
                version: chance.below(3) as u64,
                window: chance.once_in(2).then(|| chance.below(50) as u32),
                tolerated_count: chance.once_in(2).then_some(1),
                tolerated_percentage: None,
                is_stopped: chance.once_in(4),
            },
        },
        _ => answer(chance, at, action),
    }
}

fn output(chance: &mut Chance) -> Json {
    Json::from(mutate::json_value(chance, 3))
}

fn failure(chance: &mut Chance) -> Failure {
    let error = *chance.pick(&[
        "E",
        "X",
        "States.Timeout",
        "States.Runtime",
        "States.DataLimitExceeded",
        "",
    ]);
    Failure::new(error, "because")
}

fn started(chance: &mut Chance) -> Fact {
    let at = Timestamp::from_millis(BEGIN_MS);
    let input: Value = if chance.once_in(3) {
        mutate::json_value(chance, 3)
    } else {
        json!({"a": chance.below(3), "n": 1, "m": 0, "t": "2026-01-01T00:00:00Z", "l": [1, {"v": 2}, "x"], "i": 1})
    };
    Fact::Started(Arc::new(Started {
        at,
        account: AccountId::LOCAL,
        id: ExecutionId::new(Slot(7), at, 9),
        name: "run-1"
            .parse()
            .unwrap_or_else(|_| unreachable!("it is a name")),
        machine: "machine-1"
            .parse()
            .unwrap_or_else(|_| unreachable!("it is a name")),
        machine_version: 1,
        is_express: false,
        terms: None,
        role: None,
        range: None,
        definition: Digest::of(b"definition"),
        semantics: SEMANTICS,
        seed: chance.number(),
        limits: RunLimits {
            transitions_per_fact_max: 1 + chance.below(200) as u32,
            ..RunLimits::default()
        },
        input: Json::from(input),
    }))
}
