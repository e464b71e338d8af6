//! EXPRESS executions of which only the start and the end are kept.

use std::sync::Arc;

use serde_json::json;
use steploom_types::Timestamp;

use crate::testkit::{machine, started};
use crate::{
    Action, Event, EventSink, Fact, Outcome, PartialFailure, Run, RunLimits, Started, apply,
};

#[derive(Default)]
struct Kinds(Vec<&'static str>);

impl EventSink for Kinds {
    fn event(&mut self, event: Event<'_>) {
        self.0.push(event.kind());
    }
}

fn begin(mut run: Run) -> (Run, Vec<Action>, Kinds) {
    let mut kinds = Kinds::default();
    let started = Started {
        is_express: true,
        ..started(json!({"n": 1}), RunLimits::default())
    };
    let fact = Fact::Started(Arc::new(started));
    let actions = apply(&mut run, &fact, &mut kinds).expect("the fact can be");
    (run, actions, kinds)
}

fn one_task() -> Arc<steploom_asl::Machine> {
    machine(
        &json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "f", "End": true}}}),
    )
}

#[test]
fn one_that_runs_elsewhere_waits_for_its_end() {
    let at = Timestamp::from_millis(5);
    for outcome in [
        Outcome::Succeeded(json!(7).into()),
        Outcome::Failed(PartialFailure::default()),
        Outcome::TimedOut,
    ] {
        let (mut run, actions, mut kinds) = begin(Run::new(one_task()));
        assert!(actions.is_empty() && run.outstanding().is_empty());
        assert!(run.is_elsewhere() && !run.is_idle() && !run.is_pending());
        let again = run.snapshot().expect("it is kept");
        let again = Run::restore(one_task(), &again).expect("a snapshot");
        assert!(again.is_elsewhere());
        let fact = Fact::Ended {
            at,
            outcome: outcome.clone(),
        };
        apply(&mut run, &fact, &mut kinds).expect("the fact can be");
        assert_eq!(run.outcome(), Some(&outcome));
        assert!(run.is_idle());
        assert_eq!((kinds.0.len(), kinds.0[0]), (2, "ExecutionStarted"));
        assert!(kinds.0[1].starts_with("Execution"));
    }
}

#[test]
fn one_that_runs_elsewhere_can_be_stopped() {
    let (mut run, _, mut kinds) = begin(Run::new(one_task()));
    let failure = PartialFailure::default();
    let stop = Fact::StopRequested {
        at: Timestamp::from_millis(5),
        failure: failure.clone(),
    };
    apply(&mut run, &stop, &mut kinds).expect("the fact can be");
    assert_eq!(run.outcome(), Some(&Outcome::Aborted(failure)));
    assert_eq!(kinds.0, ["ExecutionStarted", "ExecutionAborted"]);
}

#[test]
fn one_in_memory_begins_and_is_not_kept() {
    let (mut run, actions, mut kinds) = begin(Run::in_memory(one_task()));
    assert!(matches!(actions[..], [Action::Invoke(_)]));
    assert!(!run.is_elsewhere());
    assert_eq!(run.snapshot(), None);
    // Nobody else ends it.
    let ended = Fact::Ended {
        at: Timestamp::from_millis(5),
        outcome: Outcome::TimedOut,
    };
    apply(&mut run, &ended, &mut kinds).expect("the fact can be");
    assert_eq!(run.outcome(), None);
}

#[test]
fn a_context_object_has_the_role_of_the_start_and_tells_of_redrives_if_nobody_waits() {
    let machine = machine(&json!({"StartAt": "P", "States": {"P": {
        "Type": "Pass", "Parameters": {"shown.$": "$$.Execution"}, "End": true}}}));
    for is_awaited in [true, false] {
        let started = Started {
            is_express: true,
            role: Some("arn:aws:iam::1:role/r".to_owned()),
            ..started(json!({}), RunLimits::default())
        };
        let begin: fn(_) -> _ = if is_awaited {
            Run::synchronous
        } else {
            Run::in_memory
        };
        let mut run = begin(Arc::clone(&machine));
        let fact = Fact::Started(Arc::new(started));
        apply(&mut run, &fact, &mut Kinds::default()).expect("the fact can be");
        let Some(Outcome::Succeeded(output)) = run.outcome() else {
            panic!("it succeeds")
        };
        let shown = &output.value()["shown"];
        assert_eq!(shown["RoleArn"], "arn:aws:iam::1:role/r");
        assert_eq!(shown.get("RedriveCount").is_none(), is_awaited, "{shown}");
    }
}
