//! Whether every state of a scope can be reached, and one of them ends it.

use std::collections::BTreeMap;

use crate::diagnostic::{Report, code};
use crate::model::{Kind, Next, State, StateIx};

/// Checks the states of one scope. The report is at the scope's place.
pub(crate) fn check(states: Vec<(&str, StateIx, &State)>, start: StateIx, report: &mut Report) {
    let by_ix: BTreeMap<StateIx, &State> =
        states.iter().map(|(_, ix, state)| (*ix, *state)).collect();
    let mut reached = std::collections::BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(ix) = open.pop() {
        let targets = by_ix.get(&ix).into_iter().flat_map(|state| targets(state));
        for target in targets {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    let mut sorted = states;
    sorted.sort_by_key(|(_, ix, _)| *ix);
    for (name, _, _) in sorted.iter().filter(|(_, ix, _)| !reached.contains(ix)) {
        report.within("States", |report| {
            report.within(name, |report| {
                report.error(
                    code::TRANSITION,
                    format!("State \"{name}\" is not reachable."),
                );
            });
        });
    }
    if !sorted.iter().any(|(_, _, state)| is_terminal(state)) {
        report.error_of_all(code::NO_END, "Workflow has no terminal state");
    }
}

/// Where a state may go.
pub(crate) fn targets(state: &State) -> Vec<StateIx> {
    let caught = state.catch.iter().filter_map(|catcher| match catcher.next {
        Next::To(next) => Some(next),
        Next::End => None,
    });
    let mut targets: Vec<StateIx> = caught.collect();
    match &state.kind {
        Kind::Choice { rules, default } => {
            targets.extend(rules.iter().map(|rule| rule.next));
            targets.extend(*default);
        }
        Kind::Succeed | Kind::Fail { .. } => {}
        Kind::Pass { .. }
        | Kind::Task(_)
        | Kind::Wait(_)
        | Kind::Parallel { .. }
        | Kind::Map(_)
        | Kind::Graph(_) => {
            if let Next::To(next) = state.next {
                targets.push(next);
            }
        }
    }
    targets
}

fn is_terminal(state: &State) -> bool {
    match state.kind {
        Kind::Choice { .. } => false,
        Kind::Succeed | Kind::Fail { .. } => true,
        Kind::Pass { .. }
        | Kind::Task(_)
        | Kind::Wait(_)
        | Kind::Parallel { .. }
        | Kind::Map(_)
        | Kind::Graph(_) => state.next == Next::End,
    }
}
