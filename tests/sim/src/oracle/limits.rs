//! Limits on executions: never more begin than may, those of an ordered key begin in the order in which
//! they were accepted, and none begins after the time before which it had to.

use std::collections::BTreeMap;

use steploom_machine::Claim;
use steploom_types::{ExecutionId, MachineName};

use super::fold::{self, Life};
use super::violate;
use crate::simulation::Simulation;

/// What a limit counts: executions of a machine, all or those with a key.
type Key = (MachineName, Option<String>);

/// Holds the lives of all executions against the terms of their starts.
pub(super) fn were_kept(simulation: &Simulation, lives: &BTreeMap<ExecutionId, Life>) {
    let mut claimed: BTreeMap<Key, Vec<(ExecutionId, &Life, &Claim)>> = BTreeMap::new();
    for (id, life) in lives {
        let Some(terms) = &life.terms else { continue };
        if let (Some((_, at)), Some(before)) = (life.begun, terms.start_before)
            && at >= before
        {
            let what = format!("{id} began at {at} and had to before {before}");
            violate(simulation, what);
            fold::show_all(simulation, *id);
        }
        for claim in &terms.claims {
            let key = (life.machine.clone(), claim.key.clone());
            claimed.entry(key).or_default().push((*id, life, claim));
        }
    }
    for ((machine, key), mut of) in claimed {
        let name = format!("the key {key:?} of {machine}");
        tell_stuck(simulation, &name, &of);
        of.retain(|(_, life, _)| life.begun.is_some());
        of.sort_by_key(|(id, life, _)| (life.begun, *id));
        none_too_many(simulation, &name, &of);
        in_order(simulation, &name, &of);
    }
}

/// Says in the trace who has a key, and who waits for it in vain.
fn tell_stuck(simulation: &Simulation, key: &str, of: &[(ExecutionId, &Life, &Claim)]) {
    if of.iter().all(|(_, life, _)| life.ended.is_some()) {
        return;
    }
    tell(simulation, key, of);
}

/// Says in the trace when each of those that ask for a key began and ended.
fn tell(simulation: &Simulation, key: &str, of: &[(ExecutionId, &Life, &Claim)]) {
    let mut inner = simulation.world.lock();
    let now_ms = inner.now_ms;
    for (id, life, claim) in of {
        let (begun, ended) = (life.begun, life.ended);
        inner.trace.say(now_ms, || {
            format!("{id} of {key} by {claim:?}: begun {begun:?}, ended {ended:?}")
        });
    }
}

/// Never do more hold a key than some of those allow.
fn none_too_many(simulation: &Simulation, key: &str, of: &[(ExecutionId, &Life, &Claim)]) {
    let mut held: Vec<&(ExecutionId, &Life, &Claim)> = Vec::new();
    for one in of {
        let (id, life, claim) = one;
        let begun = life.begun.map(|(commit, _)| commit);
        held.retain(|(_, life, _)| life.ended.is_none_or(|ended| Some(ended) > begun));
        // Each begins once fewer than its own limit hold the key, so the last of them allows all.
        let limits = held.iter().map(|(_, _, claim)| claim.limit);
        let most = limits.fold(claim.limit, u32::max);
        if held.len() >= most as usize {
            let others: Vec<_> = held.iter().map(|(id, ..)| id.to_string()).collect();
            let others = others.join(", ");
            let what = format!("{id} began while {others} had {key}");
            violate(simulation, what);
            tell(simulation, key, of);
            fold::show_all(simulation, *id);
        }
        held.push(one);
    }
}

/// One that was heard to be accepted before another was asked for begins before it.
fn in_order(simulation: &Simulation, key: &str, of: &[(ExecutionId, &Life, &Claim)]) {
    let accepted = &simulation.load.told.accepted;
    let ordered = of.iter().filter(|(_, _, claim)| claim.order.is_some());
    // From the last that began to the first: who begins earlier was not asked for after any that
    // begins later was heard of.
    let ordered: Vec<_> = ordered
        .filter_map(|(id, ..)| Some((id, accepted.get(id)?)))
        .collect();
    let mut heard: Option<(u64, ExecutionId)> = None;
    for (id, one) in ordered.into_iter().rev() {
        if let Some((first, before)) = heard
            && one.asked > first
        {
            let what = format!("{id} began before {before}, which was accepted earlier, of {key}");
            violate(simulation, what);
        }
        if heard.is_none_or(|(first, _)| one.heard < first) {
            heard = Some((one.heard, *id));
        }
    }
}
