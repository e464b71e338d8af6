//! Each execution, folded again from what is truly in the journal, and held against what is stored of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use steploom_asl::Machine;
use steploom_machine::{
    Action, ActionId, Detail, Event, EventSink, Fact, Outcome, Run, Started, Terms, apply,
};
use steploom_store::projection::Row;
use steploom_types::{AccountId, Digest, ExecutionId, Json, MachineName, Timestamp};
use steploom_worker::replay;

use super::violate;
use crate::model::Committed;
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
        let goes_on = matches!(event.detail, Detail::ExecutionRedriven { .. });
        if let Some(terminal) = self.terminal.take().filter(|_| !goes_on) {
            self.wrong = Some(format!("event {} follows the end, {terminal}", event.id));
        }
        self.last = event.id;
        let is_end = matches!(
            event.detail,
            Detail::ExecutionSucceeded { .. }
                | Detail::ExecutionFailed { .. }
                | Detail::ExecutionTimedOut
                | Detail::ExecutionAborted { .. }
                | Detail::ExecutionExpired
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
    /// The facts that count: those up to an end, and from a redrive on again.
    facts: Vec<Bytes>,
    ended_at: Option<Timestamp>,
    life: Life,
}

/// What became of one execution.
pub(super) struct Life {
    pub(super) machine: MachineName,
    pub(super) terms: Option<Arc<Terms>>,
    /// Which commit said that it begins, where that is a fact of its own, and when.
    pub(super) begun: Option<(u64, Timestamp)>,
    /// Which commit ended it first.
    pub(super) ended: Option<u64>,
    /// How each attempt was answered first.
    pub(super) answers: BTreeMap<ActionId, Option<Json>>,
}

/// The facts of every execution, folded, give its row; the facts stored of it are those of the journal;
/// timers fired when they were due; what was told of tasks is so. Gives what became of each.
pub(super) fn replay_is_stored(
    simulation: &Simulation,
    rows: &BTreeMap<ExecutionId, Row>,
) -> BTreeMap<ExecutionId, Life> {
    let facts = std::mem::take(&mut simulation.world.lock().model.facts);
    let mut machines = BTreeMap::new();
    let mut lives = BTreeMap::new();
    for (id, stored) in &facts {
        match check(simulation, &mut machines, *id, stored) {
            Ok(life) => drop(lives.insert(*id, life)),
            Err(wrong) => {
                violate(simulation, format!("{id}: {wrong}"));
                show(simulation, stored.iter().map(|one| &one.fact));
            }
        }
    }
    for id in rows.keys().filter(|id| !facts.contains_key(id)) {
        violate(simulation, format!("{id} has a row and no facts"));
    }
    simulation.world.lock().model.facts = facts;
    lives
}

/// Every fact of an execution, for whoever reads the trace.
pub(super) fn show_all(simulation: &Simulation, id: ExecutionId) {
    let stored = simulation.world.lock().model.facts.get(&id).cloned();
    let stored = stored.unwrap_or_default();
    show(simulation, stored.iter().map(|one| &one.fact));
}

/// Facts of an execution, for whoever reads the trace.
pub(super) fn show<'a>(simulation: &Simulation, stored: impl Iterator<Item = &'a Bytes>) {
    let mut inner = simulation.world.lock();
    let now_ms = inner.now_ms;
    for fact in stored {
        inner
            .trace
            .say(now_ms, || format!("{:?}", replay::glance(fact)));
    }
}

fn check(
    simulation: &Simulation,
    machines: &mut BTreeMap<Digest, Arc<Machine>>,
    id: ExecutionId,
    stored: &[Committed],
) -> Result<Life, String> {
    // Lists leave out ranges.
    let (row, chunks) = read(simulation, id);
    let row = row.ok_or("committed, and without a row")?;
    let facts = facts(simulation, id, stored).map_err(|e| e.to_string())?;
    let Some(Fact::Started(started)) = facts.first() else {
        return Err("does not begin with its start".to_owned());
    };
    let machine = machines
        .entry(started.definition)
        .or_insert_with(|| load(simulation, started.definition))
        .clone();
    let folded = fold(machine, started, facts.iter().zip(stored))?;
    if let Some(wrong) = folded.told.wrong {
        return Err(wrong);
    }
    let outcome = folded.run.outcome();
    let status = replay::status(outcome);
    let output = match outcome {
        Some(Outcome::Succeeded(output)) => Some(output.text().to_owned()),
        _ => None,
    };
    let is_open = outcome.is_none() && row.status.is_open();
    if !is_open && (status, folded.ended_at) != (row.status, row.ended_at) {
        return Err(format!(
            "folds to {status:?} at {:?} and is stored as {:?} at {:?}",
            folded.ended_at, row.status, row.ended_at
        ));
    }
    let payload = |stored: &Bytes| {
        let (artifacts, stored) = (simulation.host.artifacts.clone(), stored.clone());
        let read = async move { replay::payload(&artifacts, id, &stored).await };
        let read = simulation.outside(async { Ok::<_, steploom_types::Error>(read.await) });
        read.map_err(|e| e.to_string())
    };
    let stored_output = row.output.as_ref().map(payload).transpose()?;
    let stored_output = stored_output.as_ref().map(steploom_types::Json::text);
    if output.as_deref() != stored_output {
        return Err("folds to another output than is stored".to_owned());
    }
    if started.input.text() != payload(&row.input)?.text() {
        return Err("has another input in its row".to_owned());
    }
    if chunks != folded.facts {
        show(simulation, chunks.iter());
        return Err(format!(
            "has {} facts in the projection, of {} in the journal",
            chunks.len(),
            folded.facts.len()
        ));
    }
    check_tasks(simulation, id, &folded.life.answers)?;
    Ok(folded.life)
}

fn facts(
    simulation: &Simulation,
    id: ExecutionId,
    stored: &[Committed],
) -> steploom_types::Result<Vec<Fact>> {
    let artifacts = simulation.host.artifacts.clone();
    let stored: Vec<_> = stored.iter().map(|one| one.fact.clone()).collect();
    let read = async move {
        let mut facts = Vec::with_capacity(stored.len());
        for fact in &stored {
            facts.push(replay::fact(&artifacts, id, fact).await?);
        }
        Ok(facts)
    };
    simulation.outside(async { Ok::<_, steploom_types::Error>(read.await) })
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

fn fold<'a>(
    machine: Arc<Machine>,
    started: &Started,
    facts: impl Iterator<Item = (&'a Fact, &'a Committed)> + Clone,
) -> Result<Folded, String> {
    let mut run = Run::new(machine);
    for (fact, _) in facts.clone() {
        if let Fact::EvaluationExceeded { evaluation, .. } = fact {
            run.foresee(*evaluation);
        }
    }
    let mut folded = Folded {
        run,
        told: Told::default(),
        facts: Vec::new(),
        ended_at: None,
        life: Life {
            machine: started.machine.clone(),
            terms: started.terms.clone(),
            begun: None,
            ended: None,
            answers: BTreeMap::new(),
        },
    };
    let mut timers = BTreeMap::new();
    let mut newest = None;
    // While it is paused this has no effect yet.
    let mut began_at = None;
    for (fact, committed) in facts {
        let has_ended = folded.run.outcome().is_some();
        if has_ended && !matches!(fact, Fact::Redriven(_)) {
            continue;
        }
        if newest > Some(fact.at()) {
            return Err("its time goes backwards".to_owned());
        }
        newest = Some(fact.at());
        folded.facts.push(committed.fact.clone());
        check_timer(&timers, fact)?;
        note_answer(&mut folded.life.answers, &folded.run, fact);
        let (was_pending, begins) = (folded.run.is_pending(), matches!(fact, Fact::Begun { .. }));
        if begins {
            began_at.get_or_insert(fact.at());
        }
        if matches!(fact, Fact::Redriven(_)) {
            // It may have to wait once more.
            began_at = None;
        }
        let actions = apply(&mut folded.run, fact, &mut folded.told)
            .map_err(|defect| format!("a fact that cannot be: {defect}"))?;
        for action in actions {
            if let Action::SetTimer { action, at } = action {
                timers.insert(action, at);
            }
        }
        let has_expired = matches!(folded.run.outcome(), Some(Outcome::Expired));
        if let Some(at) = began_at
            && (was_pending || begins)
            && !folded.run.is_pending()
            && !has_expired
            && !matches!(fact, Fact::StopRequested { .. })
        {
            folded.life.begun.get_or_insert((committed.commit, at));
        }
        folded.ended_at = folded.run.outcome().map(|_| fact.at());
        if folded.ended_at.is_some() {
            folded.life.ended.get_or_insert(committed.commit);
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

/// The first answer of an attempt counts, if it is waited for.
fn note_answer(answers: &mut BTreeMap<ActionId, Option<Json>>, run: &Run, fact: &Fact) {
    let is_awaited = |action| run.is_paused() || run.attempt(action).is_some();
    match fact {
        Fact::TaskSucceeded { action, output, .. } if is_awaited(*action) => {
            answers
                .entry(*action)
                .or_insert_with(|| Some(output.clone()));
        }
        Fact::TaskFailed { action, .. } if is_awaited(*action) => {
            answers.entry(*action).or_insert(None);
        }
        _ => {}
    }
}

/// Whoever was told that their word ended a task sees it in the facts.
fn check_tasks(
    simulation: &Simulation,
    id: ExecutionId,
    answers: &BTreeMap<ActionId, Option<Json>>,
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
