//! `ItemId` and `After` of a `Map`: items that come after one another.

use std::collections::VecDeque;
use std::sync::Arc;

use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::testkit::{Answer, Driver, execute, no_script};
use crate::{Action, Fact, NoEvents, Outcome, Run, RunLimits, apply};

fn map(state: Value, fields: Value) -> Value {
    let mut state = state;
    if state["Type"] != "Succeed" {
        state["End"] = true.into();
    }
    let mut map = json!({
        "Type": "Map", "End": true, "ItemId": "$.id", "After": "$.after",
        "ItemProcessor": { "StartAt": "I", "States": { "I": state } },
    });
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    json!({ "StartAt": "M", "States": { "M": map } })
}

fn waits(fields: Value) -> Value {
    map(json!({ "Type": "Wait", "SecondsPath": "$.s" }), fields)
}

fn outcome(items: Value) -> String {
    execute(&map(json!({ "Type": "Pass" }), json!({})), items, no_script).outcome()
}

#[test]
fn items_wait_for_what_they_come_after() {
    let items = json!([
        { "id": "c", "after": ["a", "b"], "s": 1 },
        { "id": "a", "s": 2 },
        { "id": "b", "after": "a", "s": 3 },
        { "id": "d", "after": null, "s": 0 },
    ]);
    let driver = execute(
        &waits(json!({ "ResultPath": null })),
        items.clone(),
        no_script,
    );
    assert_eq!(driver.elapsed_ms(), 6000);
    assert_eq!(driver.outcome(), format!("SUCCEEDED {items}"));
    let iterations = driver.history();
    let iterations: Vec<&str> = iterations
        .lines()
        .filter(|line| line.contains("MapIteration"))
        .collect();
    expect![[r#"
        4 3 MapIterationStarted name=M index=1
        6 3 MapIterationStarted name=M index=3
        9 8 MapIterationSucceeded name=M index=3
        11 10 MapIterationSucceeded name=M index=1
        12 10 MapIterationStarted name=M index=2
        15 14 MapIterationSucceeded name=M index=2
        16 14 MapIterationStarted name=M index=0
        19 18 MapIterationSucceeded name=M index=0"#]]
    .assert_eq(&iterations.join("\n"));
}

#[test]
fn results_come_in_the_items_order() {
    let items = json!([{ "id": 1, "after": [2] }, { "id": "2", "after": [] }]);
    assert_eq!(outcome(items.clone()), format!("SUCCEEDED {items}"));
    assert_eq!(outcome(json!([])), "SUCCEEDED []");
}

#[test]
fn what_is_no_order_fails_the_state() {
    for (items, why) in [
        (
            json!([{ "id": "a", "after": "c" }, { "id": "b", "after": "a" }, { "id": "c", "after": ["b"] }]),
            "Items come after one another in a circle: a -> b -> c -> a",
        ),
        (
            json!([{ "id": "a" }, { "id": "a" }]),
            "The items 0 and 1 have the same id: a",
        ),
        (
            json!([{ "id": "a" }, { "id": "b", "after": ["a", "x"] }]),
            "The item 1, with the id b, comes after x, which is the id of no item",
        ),
        (json!([{ "id": "a" }, {}]), "The item 1 has no ItemId"),
        (
            json!([{ "id": [1] }]),
            "The ItemId of the item 0 must be a string or a number but was: [1]",
        ),
        (
            json!([{ "id": 1, "after": [null] }]),
            "The After of the item 0 must be a string or a number but was: null",
        ),
    ] {
        assert_eq!(
            outcome(items),
            format!(
                "FAILED States.Runtime: An error occurred while executing the state 'M' (entered at the event id #2). {why}"
            )
        );
    }
}

fn failing(on_failure: &str) -> Driver {
    let items = json!([
        { "id": "bad" }, { "id": "slow" },
        { "id": "never", "after": "bad" }, { "id": "neither", "after": ["slow", "never"] }, { "id": "still", "after": "slow" },
    ]);
    let definition = map(
        json!({ "Type": "Task", "Resource": "fn" }),
        json!({ "OnFailure": on_failure, "ItemSelector": { "id.$": "$$.Map.Item.Value.id" } }),
    );
    execute(&definition, items, |_, invoke| {
        match invoke.input.value()["id"].as_str() {
            Some("bad") => Answer::Err("Oops", "why"),
            _ => Answer::After(10_000, Box::new(Answer::Ok(json!(1)))),
        }
    })
}

#[test]
fn a_failure_cancels_everything_or_skips_what_comes_after_it() {
    let driver = failing("CANCEL");
    assert_eq!(driver.outcome(), "FAILED Oops: why");
    assert_eq!(driver.elapsed_ms(), 0);
    let driver = failing("SKIP");
    assert_eq!(driver.outcome(), "FAILED Oops: why");
    assert_eq!(driver.elapsed_ms(), 20_000);
    let ends: Vec<String> = driver
        .events
        .iter()
        .filter(|event| event.kind.starts_with("Map") && event.kind != "MapIterationStarted")
        .map(|event| {
            format!(
                "{} {}",
                event.kind,
                event.details.get("index").unwrap_or(&Value::Null)
            )
        })
        .collect();
    expect![[r#"
        MapStateEntered null
        MapStateStarted null
        MapIterationFailed 0
        MapIterationSkipped 2
        MapIterationSucceeded 1
        MapIterationSkipped 3
        MapIterationSucceeded 4
        MapStateFailed null"#]]
    .assert_eq(&ends.join("\n"));
}

#[test]
fn many_items_are_read_in_several_turns() {
    let items: Vec<Value> = (0..250_000_u32)
        .map(|n| json!({ "id": n, "after": n.checked_sub(1000) }))
        .collect();
    let definition = map(
        json!({ "Type": "Succeed" }),
        json!({ "ResultPath": null, "MaxConcurrency": 10 }),
    );
    let mut driver = Driver::new(&definition);
    driver.quiet = true;
    driver.start(items.into(), &mut |_| Answer::Never);
    assert!(driver.run.outcome().is_none(), "it comes back");
    assert_eq!(driver.run.event_count(), 3);
}

#[test]
fn no_more_items_run_at_once_than_allowed() {
    let items: Vec<Value> = (0..8)
        .map(|n| json!({ "id": n, "after": [], "s": 1 }))
        .collect();
    let driver = execute(
        &waits(json!({ "MaxConcurrency": 3 })),
        items.into(),
        no_script,
    );
    assert_eq!((driver.elapsed_ms(), driver.most_frames), (3000, 4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// What can run, runs: the whole takes as long as the longest chain. Items are told in any order.
    #[test]
    fn all_that_can_run_runs(
        items in proptest::collection::vec((0_u64..20, proptest::collection::vec(any::<usize>(), 0..3)), 1..30),
        turn in 0_usize..30,
    ) {
        let mut ends: Vec<u64> = Vec::new();
        let mut told = Vec::new();
        for (place, (seconds, picks)) in items.iter().enumerate() {
            let own: Vec<usize> = picks.iter().filter(|_| place > 0).map(|pick| pick % place.max(1)).collect();
            let begin = own.iter().map(|item| ends[*item]).max().unwrap_or(0);
            ends.push(begin + seconds * 1000);
            told.push(json!({ "id": format!("i{place}"), "s": seconds, "after": own.iter().map(|item| format!("i{item}")).collect::<Vec<_>>() }));
        }
        let length = told.len();
        told.rotate_left(turn % length);
        let driver = execute(&waits(json!({ "MaxConcurrency": 1000 })), told.clone().into(), no_script);
        prop_assert_eq!(Some(driver.elapsed_ms()), ends.iter().max().copied());
        prop_assert_eq!(driver.outcome(), format!("SUCCEEDED {}", Value::from(told)));
    }
}

#[test]
fn jsonata_gives_ids_too() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "M", "States": { "M": {
        "Type": "Map", "End": true, "Items": "{% $states.input.jobs %}",
        "ItemId": "{% 'job-' & $states.context.Map.Item.Value.n %}",
        "After": "{% $states.context.Map.Item.Value.after.('job-' & $) %}",
        "ItemProcessor": { "StartAt": "I", "States": { "I": {
            "Type": "Wait", "Seconds": 1, "Output": "{% $states.context.Map.Item.Index %}", "End": true,
        }}},
    }}});
    let run = |jobs: Value| {
        let driver = execute(&definition, json!({ "jobs": jobs }), no_script);
        (driver.outcome(), driver.elapsed_ms())
    };
    assert_eq!(
        run(json!([{ "n": 1, "after": [2, 3] }, { "n": 2 }, { "n": 3, "after": 2 }])),
        ("SUCCEEDED [0,1,2]".to_owned(), 3000)
    );
    assert_eq!(
        run(json!([{ "n": 1, "after": 1 }])),
        (
            "FAILED States.Runtime: An error occurred while executing the state 'M' (entered at the event id #2). Items come after one another in a circle: job-1 -> job-1".to_owned(),
            0
        )
    );
}

/// A distributed Map whose items wait for as many seconds as they say, or fail.
fn distributed(fields: Value) -> Value {
    let mut definition = map(json!({ "Type": "Task", "Resource": "fn" }), fields);
    definition["States"]["M"]["ItemProcessor"]["ProcessorConfig"] =
        json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    definition
}

fn distributed_outcome(fields: Value) -> (String, u64) {
    let items = json!([
        { "id": "last", "after": ["still", "slow"], "s": 1 }, { "id": "slow", "s": 5 },
        { "id": "bad" }, { "id": "never", "after": "bad" }, { "id": "neither", "after": ["slow", "never"] },
        { "id": "still", "after": "slow", "s": 2 },
    ]);
    let driver = execute(&distributed(fields), items, |_, invoke| {
        let item = invoke.input.value();
        match item["s"].as_u64() {
            Some(seconds) => {
                Answer::After(seconds * 1000, Box::new(Answer::Ok(item["id"].clone())))
            }
            None => Answer::Err("Oops", "why"),
        }
    });
    (driver.outcome(), driver.elapsed_ms())
}

#[test]
fn a_distributed_map_counts_what_it_skips_as_failed() {
    let exceeded = "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded";
    let outcome = |tolerated: Option<u32>, on_failure: &str| {
        let mut fields = json!({ "OnFailure": on_failure });
        if let Some(tolerated) = tolerated {
            fields["ToleratedFailureCount"] = tolerated.into();
        }
        distributed_outcome(fields)
    };
    // The bad one, and the two that come after it.
    let tolerated = r#"SUCCEEDED ["last","slow",{"#;
    assert_eq!(outcome(None, "CANCEL"), (exceeded.to_owned(), 0));
    assert_eq!(outcome(Some(2), "CANCEL"), (exceeded.to_owned(), 5000));
    assert_eq!(outcome(None, "SKIP"), (exceeded.to_owned(), 8000));
    for on_failure in ["SKIP", "CANCEL"] {
        let (outcome, elapsed_ms) = outcome(Some(3), on_failure);
        assert!(outcome.starts_with(tolerated), "{outcome}");
        assert!(outcome.ends_with(r#","still"]"#), "{outcome}");
        assert_eq!(elapsed_ms, 8000);
    }
}

#[test]
fn what_is_no_order_fails_a_distributed_map() {
    let items = json!([{ "id": 1, "after": 1 }]);
    let driver = execute(&distributed(json!({})), items, no_script);
    assert_eq!(
        driver.outcome(),
        "FAILED States.Runtime: An error occurred while executing the state 'M' (entered at the event id #2). Items come after one another in a circle: 1 -> 1"
    );
    let driver = execute(&distributed(json!({})), json!([]), no_script);
    assert_eq!(driver.outcome(), "SUCCEEDED []");
}

#[test]
fn items_of_several_pages_wait_for_one_another() {
    let mut definition = distributed(json!({ "ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
        "Parameters": { "Bucket": "b", "Key": "k" },
    }}));
    definition["States"]["M"]["MaxConcurrency"] = 2.into();
    // Each comes after the one behind it, but for the last.
    let items: Vec<Value> = (0..250)
        .map(|n| json!({ "id": n, "after": if n < 249 { json!(n + 1) } else { json!([]) } }))
        .collect();
    let machine = crate::testkit::machine(&definition);
    let mut run = Run::new(machine);
    let started = crate::testkit::started(json!({}), RunLimits::default());
    let at = started.at;
    let mut facts = VecDeque::from([Fact::Started(Arc::new(started))]);
    let (mut order, mut pages) = (Vec::new(), 0);
    while let Some(fact) = facts.pop_front() {
        for action in apply(&mut run, &fact, &mut NoEvents).expect("the fact can be") {
            facts.extend(match action {
                Action::Read(read) => {
                    pages += 1;
                    let from = read.offset as usize;
                    let page = &items[from..items.len().min(from + 110)];
                    Some(Fact::ItemsRead {
                        at,
                        action: read.action,
                        items: Value::from(page).into(),
                        is_last: from + page.len() == items.len(),
                    })
                }
                Action::Invoke(invoke) => {
                    order.push(invoke.input.value()["id"].as_i64());
                    Some(Fact::TaskSucceeded {
                        at,
                        action: invoke.action,
                        output: invoke.input,
                        version: None,
                    })
                }
                Action::Continue => Some(Fact::Continued { at }),
                _ => None,
            });
        }
    }
    assert_eq!(pages, 3);
    assert!(
        order.iter().copied().eq((0..250).rev().map(Some)),
        "{order:?}"
    );
    assert_eq!(
        run.outcome(),
        Some(&Outcome::Succeeded(Value::from(items).into()))
    );
}
