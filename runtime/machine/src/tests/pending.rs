//! Executions that wait before they begin.

use std::sync::Arc;

use serde_json::json;
use steploom_types::Timestamp;

use crate::event::NoEvents;
use crate::testkit::{machine, started};
use crate::{Claim, Fact, Outcome, PartialFailure, Redriven, Run, RunLimits, Terms, apply};

const BEGIN_MS: i64 = 1_700_000_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN_MS + seconds * 1_000)
}

/// A run that was accepted on these terms.
fn accepted(terms: Terms) -> Run {
    let definition = json!({ "StartAt": "W", "TimeoutSeconds": 50,
        "States": { "W": { "Type": "Wait", "Seconds": 30, "End": true } } });
    let mut run = Run::new(machine(&definition));
    let mut started = started(json!({}), RunLimits::default());
    started.terms = Some(Arc::new(terms));
    let fact = Fact::Started(started.into());
    assert_eq!(apply(&mut run, &fact, &mut NoEvents).unwrap(), []);
    run
}

fn limited() -> Terms {
    let claim = Claim {
        key: None,
        limit: 1,
        order: None,
    };
    Terms {
        claims: vec![claim],
        ..Terms::default()
    }
}

#[test]
fn one_that_waits_does_nothing_until_it_begins_and_its_time_runs_from_there() {
    let run = accepted(limited());
    assert!(run.is_pending());
    assert_eq!((run.event_count(), run.outstanding()), (1, vec![]));
    let restored = run.snapshot().expect("a snapshot");
    let mut run = Run::restore(run.machine.clone(), &restored).expect("the same run");
    assert!(run.is_pending());
    let actions = apply(&mut run, &Fact::Begun { at: at(100) }, &mut NoEvents).unwrap();
    assert!(!run.is_pending());
    assert_eq!(actions, run.outstanding());
    let due: Vec<_> = actions
        .iter()
        .map(|action| match action {
            crate::Action::SetTimer { at, .. } => *at,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(due, [at(150), at(130)]);
    // Told twice, or too late.
    for late in [Fact::Begun { at: at(101) }, Fact::Expired { at: at(102) }] {
        assert_eq!(apply(&mut run, &late, &mut NoEvents).unwrap(), []);
        assert_eq!(run.outcome(), None);
    }
}

#[test]
fn one_that_is_paused_keeps_the_place_that_it_was_given() {
    let mut run = accepted(limited());
    apply(&mut run, &Fact::Paused { at: at(1) }, &mut NoEvents).unwrap();
    assert!(run.is_pending());
    apply(&mut run, &Fact::Begun { at: at(2) }, &mut NoEvents).unwrap();
    assert!(!run.is_pending());
    assert_eq!(run.outstanding(), []);
    let actions = apply(&mut run, &Fact::Resumed { at: at(9) }, &mut NoEvents).unwrap();
    assert_eq!((actions.len(), run.is_pending()), (2, false));
}

#[test]
fn one_that_is_paused_is_dropped_in_time_unless_it_was_given_its_place() {
    let terms = || Terms {
        start_before: Some(at(5)),
        ..limited()
    };
    let mut late = accepted(terms());
    for fact in [Fact::Paused { at: at(1) }, Fact::Expired { at: at(5) }] {
        apply(&mut late, &fact, &mut NoEvents).unwrap();
    }
    assert_eq!(late.outcome(), Some(&Outcome::Expired));
    let mut given = accepted(terms());
    for fact in [
        Fact::Paused { at: at(1) },
        Fact::Begun { at: at(4) },
        Fact::Expired { at: at(5) },
        Fact::Resumed { at: at(9) },
    ] {
        apply(&mut given, &fact, &mut NoEvents).unwrap();
    }
    assert_eq!((given.outcome(), given.outstanding().len()), (None, 2));
}

#[test]
fn one_that_waits_is_dropped_or_stopped() {
    let mut run = accepted(Terms {
        start_before: Some(at(5)),
        ..Terms::default()
    });
    apply(&mut run, &Fact::Expired { at: at(5) }, &mut NoEvents).unwrap();
    assert_eq!(
        (run.outcome(), run.event_count()),
        (Some(&Outcome::Expired), 2)
    );
    assert!(!run.is_pending());

    let mut run = accepted(limited());
    let failure = PartialFailure::default();
    let stop = Fact::StopRequested { at: at(1), failure };
    apply(&mut run, &stop, &mut NoEvents).unwrap();
    assert!(matches!(run.outcome(), Some(Outcome::Aborted(_))));
    let begun = Fact::Begun { at: at(2) };
    assert_eq!(apply(&mut run, &begun, &mut NoEvents).unwrap(), []);
    assert_eq!(run.event_count(), 2);
}

#[test]
fn terms_that_limit_nothing_keep_nobody_waiting() {
    let mut run = Run::new(machine(
        &json!({ "StartAt": "S", "States": { "S": { "Type": "Succeed" } } }),
    ));
    let mut started = started(json!({}), RunLimits::default());
    started.terms = Some(Arc::new(Terms {
        priority: 7,
        ..Terms::default()
    }));
    apply(&mut run, &Fact::Started(started.into()), &mut NoEvents).unwrap();
    assert!(matches!(run.outcome(), Some(Outcome::Succeeded(_))));
}

#[test]
fn a_redriven_one_waits_for_its_turn_again() {
    let mut run = accepted(limited());
    apply(&mut run, &Fact::Begun { at: at(1) }, &mut NoEvents).unwrap();
    let failure = PartialFailure::default();
    let stop = |seconds| Fact::StopRequested {
        at: at(seconds),
        failure: failure.clone(),
    };
    let redrive = |seconds| {
        Fact::Redriven(Box::new(Redriven {
            at: at(seconds),
            version: None,
            input: None,
            skip: None,
            client_token: None,
        }))
    };
    for (count, seconds) in [(1, 10), (2, 20)] {
        apply(&mut run, &stop(seconds), &mut NoEvents).unwrap();
        assert!(run.outcome().is_some() && !run.is_pending());
        let actions = apply(&mut run, &redrive(seconds + 1), &mut NoEvents).unwrap();
        assert_eq!((actions, run.outstanding()), (vec![], vec![]));
        assert!(run.is_pending() && run.outcome().is_none());
        assert_eq!(run.redrives().count, count);
        let snapshot = run.snapshot().expect("a snapshot");
        run = Run::restore(run.machine.clone(), &snapshot).expect("the same run");
        let late = Fact::Expired {
            at: at(seconds + 2),
        };
        apply(&mut run, &late, &mut NoEvents).unwrap();
        assert!(run.is_pending(), "it has begun in time");
    }
    let begun = Fact::Begun { at: at(100) };
    let actions = apply(&mut run, &begun, &mut NoEvents).unwrap();
    assert_eq!(actions, run.outstanding());
    assert_eq!(actions.len(), 2, "its time, and that of its state");
    assert!(!run.is_pending());
}
