//! Our interpreter, driven through virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::{Machine, Resource};
use steploom_machine::{
    Action, ActionId, Fact, Failure, Invoke, NoEvents, Outcome, Run, RunLimits, SEMANTICS, Started,
    apply,
};
use steploom_types::{AccountId, Digest, ExecutionId, Json, MachineName, Slot, Timestamp};

use crate::function;
use crate::naive::Ended;

/// Facts after which an execution counts as one that never ends.
const FACTS_MAX: usize = 100_000;

/// What is under way: by its time, and by the order in which it was begun.
type Agenda = BTreeMap<(i64, u64), Fact>;

/// Runs a machine on an input.
pub(crate) fn run(machine: Arc<Machine>, input: &Value) -> Result<Ended, String> {
    let mut run = Run::new(machine);
    let mut agenda = Agenda::new();
    agenda.insert((0, 0), started(input)?);
    let mut begun = 0;
    for _ in 0..FACTS_MAX {
        let Some(((now_ms, _), fact)) = agenda.pop_first() else {
            return Err("nothing is under way, and it has not ended".to_owned());
        };
        let actions = apply(&mut run, &fact, &mut NoEvents).map_err(|e| e.to_string())?;
        if let Some(outcome) = run.outcome() {
            return ended(outcome);
        }
        for action in actions {
            begun += 1;
            act(action, now_ms, begun, &mut agenda)?;
        }
    }
    Err("it never ends".to_owned())
}

fn started(input: &Value) -> Result<Fact, String> {
    let at = Timestamp::from_millis(0);
    let name = "an-execution".parse().map_err(|_| "a name")?;
    let machine = "a-machine".parse().map_err(|_| "a name")?;
    Ok(Fact::Started(Arc::new(Started {
        at,
        account: AccountId::LOCAL,
        id: ExecutionId::new(Slot(0), at, 0),
        name,
        machine: MachineName::Named(machine),
        machine_version: 1,
        is_express: false,
        definition: Digest::of(b""),
        semantics: SEMANTICS,
        seed: 1,
        limits: RunLimits::default(),
        input: Json::from(input.clone()),
        terms: None,
        role: None,
        range: None,
    })))
}

fn act(action: Action, now_ms: i64, begun: u64, agenda: &mut Agenda) -> Result<(), String> {
    match action {
        Action::Invoke(invoke) => {
            let (after_ms, fact) = invoked(&invoke, now_ms)?;
            agenda.insert((now_ms + after_ms, begun), fact);
        }
        Action::SetTimer { action, at } => {
            agenda.insert((at.as_millis(), begun), Fact::TimerFired { at, action });
        }
        Action::Cancel { action } => agenda.retain(|_, fact| !answers(fact, action)),
        Action::Continue => {
            let at = Timestamp::from_millis(now_ms);
            agenda.insert((now_ms, begun), Fact::Continued { at });
        }
        _ => {
            return Err("it does what the generator does not write".to_owned());
        }
    }
    Ok(())
}

fn invoked(invoke: &Invoke, now_ms: i64) -> Result<(i64, Fact), String> {
    let Resource::Function(function) = &invoke.resource else {
        return Err("it calls what the generator does not write".to_owned());
    };
    let answer = function::call(
        function.name.as_str(),
        invoke.input.value(),
        u64::from(invoke.retry),
    );
    let after_ms = answer.after_ms as i64;
    let at = Timestamp::from_millis(now_ms + after_ms);
    let action = invoke.action;
    let fact = match answer.outcome {
        Ok(output) => Fact::TaskSucceeded {
            at,
            action,
            output: output.into(),
            version: None,
        },
        Err(error) => Fact::TaskFailed {
            at,
            action,
            failure: Failure::new(error, ""),
            version: None,
        },
    };
    Ok((after_ms, fact))
}

fn answers(fact: &Fact, wanted: ActionId) -> bool {
    matches!(fact, Fact::TaskSucceeded { action, .. } | Fact::TaskFailed { action, .. }
        | Fact::TimerFired { action, .. } if *action == wanted)
}

fn ended(outcome: &Outcome) -> Result<Ended, String> {
    Ok(match outcome {
        Outcome::Succeeded(output) => Ended::Succeeded(output.value().clone()),
        Outcome::Failed(failure) => Ended::Failed(failure.error.clone().unwrap_or_default()),
        Outcome::TimedOut => Ended::TimedOut,
        _ => return Err("it ended as nobody asked it to".to_owned()),
    })
}
