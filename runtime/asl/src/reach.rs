//! Whether every state of a scope can be reached, and one of them ends it.
//!
//! Checked on what was written, so that it is told together with what else is wrong; but only where
//! every state says where it goes, and goes where there is a state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diagnostic::{Report, code};
use crate::fields::Fields;
use crate::model::{Kind, Next, State, StateIx};

/// Where a state goes.
#[derive(Default)]
struct Exits<'a> {
    targets: Vec<&'a str>,
    ends: bool,
}

/// Checks the states of one scope. The report is at the scope's place.
pub(crate) fn check(states: Fields<'_>, start: &str, report: &mut Report) {
    let mut exits = BTreeMap::new();
    for name in states.names() {
        let Some(own) = states.get(name).and_then(of_state) else {
            return;
        };
        exits.insert(name, own);
    }
    let mut reached = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(name) = open.pop() {
        let Some(own) = exits.get(name) else { return };
        for target in &own.targets {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    let is_known = |target: &&str| exits.contains_key(target);
    if !exits.values().flat_map(|own| &own.targets).all(is_known) {
        return;
    }
    for name in states.names().filter(|name| !reached.contains(name)) {
        report.within("States", |report| {
            report.within(name, |report| {
                report.error(
                    code::TRANSITION,
                    format!("State \"{name}\" is not reachable."),
                );
            });
        });
    }
    if !exits.values().any(|own| own.ends) {
        report.error_of_all(code::NO_END, "Workflow has no terminal state");
    }
}

/// Where a state goes; none, if it does not say so as it has to.
fn of_state(state: &Value) -> Option<Exits<'_>> {
    let state = state.as_object()?;
    let mut exits = Exits::default();
    match state.get("Type")?.as_str()? {
        "Succeed" | "Fail" => exits.ends = true,
        "Choice" => {
            rules(state.get("Choices")?, &mut exits)?;
            if exits.targets.is_empty() {
                return None;
            }
            if let Some(default) = state.get("Default") {
                exits.targets.push(default.as_str()?);
            }
        }
        _ => onward(state, &mut exits)?,
    }
    if let Some(catch) = state.get("Catch") {
        rules(catch, &mut exits)?;
    }
    Some(exits)
}

/// `Next` or `End`.
fn onward<'a>(state: &'a Map<String, Value>, exits: &mut Exits<'a>) -> Option<()> {
    exits.ends = state.get("End") == Some(&Value::Bool(true));
    match state.get("Next") {
        Some(next) => exits.targets.push(next.as_str()?),
        None if exits.ends => {}
        None => return None,
    }
    Some(())
}

/// `Next` of each rule.
fn rules<'a>(rules: &'a Value, exits: &mut Exits<'a>) -> Option<()> {
    for rule in rules.as_array()? {
        exits.targets.push(rule.get("Next")?.as_str()?);
    }
    Some(())
}

/// Where a compiled state may go.
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
