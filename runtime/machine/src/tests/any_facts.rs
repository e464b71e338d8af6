//! Whatever facts come, in whatever order: the fold never panics, and the same facts give the same.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use steploom_types::Timestamp;

use super::definitions::{Printer, chain};
use crate::testkit::{BEGIN_MS, Told, machine, started};
use crate::{ActionId, Fact, Failure, NoEvents, PartialFailure, Redriven, Run, RunLimits, apply};

/// A fact in the making: its kind, its action counted back from the newest, and its data.
type Draft = (u8, u64, u8);

fn data(choice: u8) -> Value {
    match choice % 6 {
        0 => json!({}),
        1 => json!({ "n": choice }),
        2 => json!([1, 2, 3]),
        3 => json!("text"),
        4 => Value::Null,
        _ => json!({ "Payload": { "status": "x" }, "items": [{ "a": 1 }] }),
    }
}

fn fact(draft: Draft, newest: u64, position: usize) -> Fact {
    let (kind, back, choice) = draft;
    let action = ActionId(newest.saturating_sub(back % 8));
    // Also a clock that goes back.
    let at =
        Timestamp::from_millis(BEGIN_MS + (position as i64) * 700 - i64::from(choice % 3) * 1000);
    match kind % 16 {
        0..=2 => Fact::TaskSucceeded {
            at,
            action,
            output: data(choice).into(),
            version: (choice % 2 == 0).then_some(1),
        },
        3 => Fact::TaskFailed {
            at,
            action,
            failure: Failure::new(
                ["E", "States.Timeout", "States.Runtime"][choice as usize % 3],
                "why",
            ),
            version: None,
        },
        4 => Fact::TaskSubmitted {
            at,
            action,
            output: data(choice).into(),
        },
        5 => Fact::TaskHeartbeat { at, action },
        6 => Fact::ActivityStarted {
            at,
            action,
            worker: None,
        },
        7 => Fact::ItemsRead {
            at,
            action,
            items: data(choice).into(),
            is_last: choice % 2 == 0,
        },
        8 => Fact::EvaluationExceeded {
            at,
            evaluation: u64::from(choice),
        },
        9 if choice > 250 => Fact::StopRequested {
            at,
            failure: PartialFailure::default(),
        },
        9 | 10 => Fact::TimerFired { at, action },
        11 => Fact::Dispatched { at, action },
        12 if choice > 100 => Fact::Paused { at },
        13 => Fact::Resumed { at },
        14 if choice > 100 => Fact::Redriven(Box::new(Redriven {
            at,
            version: None,
            input: (choice % 3 == 0).then(|| data(choice).into()),
            skip: (choice % 5 == 0).then(|| data(choice).into()),
            client_token: (choice % 7 == 0).then(|| "token".to_owned()),
        })),
        _ => Fact::Continued { at },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_facts_panics(
        nodes in chain(2),
        drafts in prop::collection::vec(any::<Draft>(), 0..60),
        foreseen in prop::collection::btree_set(1..20_u64, 0..3),
        transitions in 1..50_u32,
    ) {
        let machine = machine(&Printer::default().scope(&nodes));
        let limits = RunLimits { transitions_per_fact_max: transitions, ..RunLimits::default() };
        let informed = || {
            let mut run = Run::new(machine.clone());
            for evaluation in &foreseen { run.foresee(*evaluation); }
            run
        };
        let mut run = informed();
        let mut events: Vec<Told> = Vec::new();
        let mut facts = vec![Fact::Started(Arc::new(started(json!({ "x": 1 }), limits)))];
        let mut answers = vec![apply(&mut run, &facts[0], &mut events)];
        for (position, draft) in drafts.into_iter().enumerate() {
            let fact = fact(draft, run.last_action, position);
            answers.push(apply(&mut run, &fact, &mut events));
            facts.push(fact);
        }
        let mut again = informed();
        for (fact, answer) in facts.iter().zip(&answers) {
            prop_assert_eq!(&apply(&mut again, fact, &mut NoEvents), answer);
        }
        prop_assert_eq!(format!("{again:?}"), format!("{run:?}"));
        prop_assert_eq!(events.len() as u64, run.event_count());
    }
}
