//! Each execution, folded again from what is truly in the journal, and held against what is stored of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use steploom_asl::Machine;
use steploom_machine::{Action, ActionId, Detail, Event, EventSink, Fact, Outcome, Run, apply};
use steploom_store::projection::Row;
use steploom_types::{AccountId, Digest, ExecutionId, Timestamp};
use steploom_worker::replay;

use super::violate;
use crate::simulation::Simulation;

/// What a fold tells besides the state.
#[derive(Default)]
struct Told {
    last: u64,
    terminal: Option<u64>,
    wrong: Option<String>,
}

impl EventSink for Told {
    fn event(&mut self, event: Event<'_>) {
        if event.id != self.last + 1 {
            self.wrong = Some(format!("event {} follows {}", event.id, self.last));
        }
        if let Some(terminal) = self.terminal {
            self.wrong = Some(format!("event {} follows the end, {terminal}", event.id));
        }
        self.last = event.id;
        let is_end = matches!(
            event.detail,
            Detail::ExecutionSucceeded { .. }
                | Detail::ExecutionFailed { .. }
                | Detail::ExecutionTimedOut
                | Detail::ExecutionAborted { .. }
        );
        if is_end {
            self.terminal = Some(event.id);
        }
    }
}

/// One execution, folded.
struct Folded {
    run: Run,
    told: Told,
    /// Facts up to its end.
    count: usize,
    ended_at: Option<Timestamp>,
    /// How each attempt was answered.
    answers: BTreeMap<ActionId, Option<steploom_types::Json>>,
}

/// The facts of every execution, folded, give its row; the facts stored of it are those of the journal;
/// timers fired when they were due; what was told of tasks is so.
pub(super) fn replay_is_stored(simulation: &Simulation, rows: &BTreeMap<ExecutionId, Row>) {
    let facts = std::mem::take(&mut simulation.world.lock().model.facts);
    let mut machines = BTreeMap::new();
    for (id, stored) in &facts {
        if let Err(wrong) = check(simulation, &mut machines, *id, stored, rows.get(id)) {
            violate(simulation, format!("{id}: {wrong}"));
            show(simulation, stored);
        }
    }
    for id in rows.keys().filter(|id| !facts.contains_key(id)) {
        violate(simulation, format!("{id} has a row and no facts"));
    }
    simulation.world.lock().model.facts = facts;
}

/// What is in the journal of an execution, for whoever reads the trace.
pub(super) fn show(simulation: &Simulation, stored: &[Bytes]) {
    let mut inner = simulation.world.lock();
    let now_ms = inner.now_ms;
    for fact in stored {
        inner
            .trace
            .say(now_ms, || format!("{:?}", replay::fact(fact)));
    }
}

fn check(
    simulation: &Simulation,
    machines: &mut BTreeMap<Digest, Arc<Machine>>,
    id: ExecutionId,
    stored: &[Bytes],
    row: Option<&Row>,
) -> Result<(), String> {
    let row = row.ok_or("committed, and without a row")?;
    let facts = stored
        .iter()
        .map(replay::fact)
        .collect::<Result<Vec<_>, _>>();
    let facts = facts.map_err(|e| e.to_string())?;
    let Some(Fact::Started(started)) = facts.first() else {
        return Err("does not begin with its start".to_owned());
    };
    let machine = machines
        .entry(started.definition)
        .or_insert_with(|| load(simulation, started.definition))
        .clone();
    let folded = fold(machine, &facts)?;
    if let Some(wrong) = folded.told.wrong {
        return Err(wrong);
    }
    let outcome = folded.run.outcome();
    let status = replay::status(outcome);
    let output = match outcome {
        Some(Outcome::Succeeded(output)) => Some(output.text().to_owned()),
        _ => None,
    };
    if (status, folded.ended_at) != (row.status, row.ended_at) {
        return Err(format!(
            "folds to {status:?} at {:?} and is stored as {:?} at {:?}",
            folded.ended_at, row.status, row.ended_at
        ));
    }
    let (whole, chunks) = read(simulation, id);
    let whole = whole.ok_or("listed, and not found")?;
    let stored_output = whole
        .output
        .as_ref()
        .map(|text| String::from_utf8_lossy(text));
    if output.as_deref() != stored_output.as_deref() {
        return Err("folds to another output than is stored".to_owned());
    }
    if started.input.text().as_bytes() != &whole.input[..] {
        return Err("has another input in its row".to_owned());
    }
    if chunks != stored[..folded.count] {
        return Err(format!(
            "has {} facts in the projection, of {} in the journal",
            chunks.len(),
            folded.count
        ));
    }
    check_tasks(simulation, id, &folded.answers)
}

fn load(simulation: &Simulation, digest: Digest) -> Arc<Machine> {
    let catalog = simulation.host.store.catalog.clone();
    let text = simulation.outside(async move { catalog.definition(digest).await });
    let text = text.expect("definitions are kept for ever");
    Arc::new(steploom_asl::parse(&text).expect("it was accepted").machine)
}

fn read(simulation: &Simulation, id: ExecutionId) -> (Option<Row>, Vec<Bytes>) {
    let projection = simulation.host.store.projection.clone();
    let (row, chunks) = simulation.outside(async move {
        let row = projection.find(AccountId::LOCAL, id).await?;
        let chunks = projection.chunks(id, 0, usize::MAX).await?;
        Ok::<_, steploom_store::Error>((row, chunks))
    });
    let facts = chunks
        .into_iter()
        .flat_map(|chunk| replay::facts_of_chunk(chunk.facts).unwrap_or_default());
    (row, facts.collect())
}

fn fold(machine: Arc<Machine>, facts: &[Fact]) -> Result<Folded, String> {
    let mut run = Run::new(machine);
    for fact in facts {
        if let Fact::EvaluationExceeded { evaluation, .. } = fact {
            run.foresee(*evaluation);
        }
    }
    let mut folded = Folded {
        run,
        told: Told::default(),
        count: 0,
        ended_at: None,
        answers: BTreeMap::new(),
    };
    let mut timers = BTreeMap::new();
    let mut newest = None;
    for fact in facts {
        if newest > Some(fact.at()) {
            return Err("its time goes backwards".to_owned());
        }
        newest = Some(fact.at());
        folded.count += 1;
        check_timer(&timers, fact)?;
        note_answer(&mut folded.answers, fact);
        let actions = apply(&mut folded.run, fact, &mut folded.told)
            .map_err(|defect| format!("a fact that cannot be: {defect}"))?;
        for action in actions {
            if let Action::SetTimer { action, at } = action {
                timers.insert(action, at);
            }
        }
        if folded.run.outcome().is_some() {
            folded.ended_at = Some(fact.at());
            break;
        }
    }
    Ok(folded)
}

fn check_timer(timers: &BTreeMap<ActionId, Timestamp>, fact: &Fact) -> Result<(), String> {
    let Fact::TimerFired { at, action } = fact else {
        return Ok(());
    };
    match timers.get(action) {
        None => Err(format!("timer {action} fired and was never set")),
        Some(due) if at < due => Err(format!("timer {action} fired at {at}, due at {due}")),
        Some(_) => Ok(()),
    }
}

/// The first answer of an attempt counts.
fn note_answer(answers: &mut BTreeMap<ActionId, Option<steploom_types::Json>>, fact: &Fact) {
    match fact {
        Fact::TaskSucceeded { action, output, .. } => {
            answers
                .entry(*action)
                .or_insert_with(|| Some(output.clone()));
        }
        Fact::TaskFailed { action, .. } => {
            answers.entry(*action).or_insert(None);
        }
        _ => {}
    }
}

/// Whoever was told that their word ended a task sees it in the facts.
fn check_tasks(
    simulation: &Simulation,
    id: ExecutionId,
    answers: &BTreeMap<ActionId, Option<steploom_types::Json>>,
) -> Result<(), String> {
    let told = &simulation.load.told.tasks;
    for ((_, action), output) in told.range((id, ActionId(0))..=(id, ActionId(u64::MAX))) {
        let is_so = match (answers.get(action), output) {
            (Some(Some(is)), Some(told)) => is.value() == told.value(),
            (Some(None), None) => true,
            _ => false,
        };
        if !is_so {
            let is = answers.get(action);
            return Err(format!(
                "its task {action} was told to be ended by {output:?} and has {is:?}"
            ));
        }
    }
    Ok(())
}
