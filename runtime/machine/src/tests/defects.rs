//! Facts that cannot be are refused, and change nothing.

use std::sync::Arc;

use serde_json::json;

use crate::testkit::{machine, started};
use crate::{ActionId, Defect, Fact, Failure, NoEvents, Run, RunLimits, apply};

#[test]
fn impossible_facts_are_refused() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "f", "TimeoutSeconds": 5, "End": true },
    }});
    let mut run = Run::new(machine(&definition));
    let started = started(json!({}), RunLimits::default());
    let at = started.at;
    let answer = |action| Fact::TaskSucceeded {
        at,
        action: ActionId(action),
        output: json!(1).into(),
        version: None,
    };
    let refuse = |fact: Fact, defect: Defect, run: &mut Run| {
        let before = format!("{run:?}");
        assert_eq!(apply(run, &fact, &mut NoEvents), Err(defect));
        assert_eq!(format!("{run:?}"), before);
    };
    refuse(answer(1), Defect::NotStarted, &mut run);
    let mut of_the_future = started.clone();
    of_the_future.semantics = 99;
    refuse(
        Fact::Started(Arc::new(of_the_future)),
        Defect::Semantics { found: 99 },
        &mut run,
    );
    let start = Fact::Started(Arc::new(started));
    apply(&mut run, &start, &mut NoEvents).expect("it starts");
    refuse(start, Defect::StartedTwice, &mut run);
    refuse(
        answer(0),
        Defect::NeverAsked {
            action: ActionId(0),
        },
        &mut run,
    );
    refuse(
        answer(3),
        Defect::NeverAsked {
            action: ActionId(3),
        },
        &mut run,
    );
    refuse(
        answer(2),
        Defect::WrongKind {
            action: ActionId(2),
        },
        &mut run,
    );
    let fired = Fact::TimerFired {
        at,
        action: ActionId(1),
    };
    refuse(
        fired,
        Defect::WrongKind {
            action: ActionId(1),
        },
        &mut run,
    );
    let failed = Fact::TaskFailed {
        at,
        action: ActionId(9),
        failure: Failure::new("E", "c"),
        version: None,
    };
    refuse(
        failed,
        Defect::NeverAsked {
            action: ActionId(9),
        },
        &mut run,
    );
}
