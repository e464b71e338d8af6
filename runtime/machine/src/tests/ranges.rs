//! A map run that is spread over ranges gives what it gives in its parent.

use serde_json::{Value, json};

use super::super::testkit::{Answer, Driver, no_script, scripted, started};
use crate::{Action, Fact, Invoke, MapRunChange, MapRunStatus, Outcome, RunLimits};

fn definition(state: Value, fields: Value) -> Value {
    let mut map = json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Each",
            "States": { "Each": state },
        },
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "JSON" },
            "Parameters": { "Bucket": "b", "Key": "k" },
        },
        "End": true,
    });
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    json!({ "StartAt": "M", "States": { "M": map } })
}

fn call() -> Value {
    json!({ "Type": "Task", "Resource": "echo", "End": true })
}

/// Pages of ten items.
fn limits() -> RunLimits {
    RunLimits {
        range_items: 10,
        ..RunLimits::default()
    }
}

fn start(
    definition: &Value,
    items: u32,
    spreads: bool,
    answers: &mut dyn FnMut(&Invoke) -> Answer,
) -> Driver {
    let mut driver = Driver::new(definition);
    driver.spreads = spreads;
    let items: Vec<u32> = (0..items).collect();
    let key = ("b".to_owned(), "k".to_owned());
    driver.objects.insert(key, json!(items).to_string());
    driver.start_with(started(json!({ "given": "x" }), limits()), answers);
    driver
}

fn run(
    definition: &Value,
    items: u32,
    spreads: bool,
    script: impl FnMut(&str, &Invoke) -> Answer,
) -> Driver {
    let mut answers = scripted(script);
    let mut driver = start(definition, items, spreads, &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
    driver
}

/// Files that were written, by key; the items of lists in order.
fn files(driver: &Driver) -> Vec<(String, Value)> {
    let written = driver
        .objects
        .iter()
        .filter(|((bucket, _), _)| bucket == "out");
    written
        .map(|((_, key), body)| {
            let mut content: Value = serde_json::from_str(body).expect("JSON");
            if let Some(all) = content.as_array_mut() {
                all.sort_by_key(|one| one["Input"].to_string());
            }
            (key.clone(), content)
        })
        .collect()
}

#[test]
fn a_spread_map_run_gives_what_it_gives_in_its_parent() {
    let selector = json!({ "ItemSelector": {
        "at.$": "$$.Map.Item.Index",
        "n.$": "$$.Map.Item.Value",
        "from.$": "$$.Map.Item.Source",
        "run.$": "$$.Execution.Name",
        "state.$": "$$.State.Name",
        "given.$": "$.given",
    } });
    let inner = json!({
        "Type": "Pass",
        "Parameters": { "in.$": "$", "me.$": "$$.Execution.Name" },
        "End": true,
    });
    let writer = json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": "out", "Prefix": "p" },
    });
    for (state, fields) in [
        (call(), json!({})),
        (inner, selector),
        (
            call(),
            json!({ "ItemBatcher": { "MaxItemsPerBatch": 4 }, "ItemSelector": { "v.$": "$$.Map.Item.Value" } }),
        ),
        (call(), json!({ "ResultPath": null })),
        (call(), json!({ "ResultWriter": writer })),
    ] {
        let machine = definition(state, fields.clone());
        let (here, spread) = (
            run(&machine, 95, false, no_script),
            run(&machine, 95, true, no_script),
        );
        assert!(spread.ranges.len() >= 9, "{fields}");
        assert_eq!(here.ranges.len(), 0);
        assert_eq!(spread.outcome(), here.outcome(), "{fields}");
        assert_eq!(spread.events, here.events, "{fields}");
        assert_eq!(files(&spread), files(&here), "{fields}");
        let views = (spread.run.map_runs(), here.run.map_runs());
        assert_eq!(views.0[0].counts, views.1[0].counts);
        assert_eq!(views.0[0].counts.succeeded, 95);
        assert_eq!(views.0[0].status, MapRunStatus::Succeeded);
    }
}

#[test]
fn variables_and_queries_reach_a_range() {
    let definition = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Set",
        "States": {
            "Set": { "Type": "Pass", "Assign": { "factor": 3 }, "Next": "M" },
            "M": {
                "Type": "Map",
                "Items": "{% [1..50] %}",
                "ItemSelector": { "n": "{% $states.context.Map.Item.Value * $factor %}" },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Each",
                    "States": { "Each": { "Type": "Pass", "Output": "{% $states.input.n %}", "End": true } },
                },
                "Output": "{% $sum($states.result) %}",
                "End": true,
            },
        },
    });
    let driver = run(&definition, 0, true, no_script);
    assert_eq!(driver.ranges.len(), 5);
    assert_eq!(driver.outcome(), "SUCCEEDED 3825");
}

#[test]
fn few_items_stay_in_the_parent_and_few_at_once_take_few_ranges() {
    assert_eq!(
        run(&definition(call(), json!({})), 10, true, no_script)
            .ranges
            .len(),
        0
    );
    for (at_once, in_flight) in [(1, 1), (2, 2), (39, 2), (60, 3)] {
        let narrow = definition(call(), json!({ "MaxConcurrency": at_once }));
        let mut never = |_: &Invoke| Answer::Never;
        let mut driver = start(&narrow, 95, true, &mut never);
        driver.run_to_end(&mut never);
        assert_eq!(driver.ranges.len(), in_flight, "{at_once}");
        assert_eq!(run(&narrow, 95, true, no_script).ranges.len(), 10);
    }
}

#[test]
fn iterations_in_flight_are_shared_out() {
    let machine = definition(call(), json!({ "MaxConcurrency": 60 }));
    let mut answers = |_: &Invoke| Answer::Never;
    let mut driver = start(&machine, 25, true, &mut answers);
    driver.run_to_end(&mut answers);
    let in_flight = |driver: &Driver| -> Vec<usize> {
        let children = driver.ranges.values();
        children
            .map(|(child, _)| child.run.outstanding().len())
            .collect()
    };
    assert_eq!(in_flight(&driver), [10, 10, 5]);
    let machine = definition(call(), json!({ "MaxConcurrency": 40 }));
    let mut driver = start(&machine, 95, true, &mut answers);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.ranges.len(), 2, "further pages wait for these");
    let view = &driver.run.map_runs()[0];
    assert_eq!((view.items, view.is_total), (20, false));
    let change = MapRunChange {
        version: 1,
        window: Some(6),
        ..MapRunChange::default()
    };
    let fact = Fact::MapRunChanged {
        at: driver.now,
        map_run: view.number,
        change,
    };
    driver.apply(fact, &mut answers);
    driver.run_to_end(&mut answers);
    let windows: Vec<u32> = driver
        .run
        .outstanding()
        .iter()
        .filter_map(|action| match action {
            Action::StartRange(range) => Some(range.window),
            _ => None,
        })
        .collect();
    assert_eq!(windows, [3, 3]);
    driver.ensure_replays();
}

#[test]
fn too_many_failures_stop_all_ranges_and_their_results_are_written() {
    let fields = json!({
        "MaxConcurrency": 60,
        "ToleratedFailureCount": 1,
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": { "Bucket": "out", "Prefix": "p" },
        },
    });
    let mut machine = definition(
        json!({ "Type": "Task", "Resource": "f", "End": true }),
        fields,
    );
    machine["States"]["M"]["ItemReader"]["ReaderConfig"]["MaxItems"] = 25.into();
    let script = |_: &str, invoke: &Invoke| match invoke.input.value().as_u64() {
        Some(3 | 13) => Answer::Err("Bad", "no"),
        Some(7 | 17 | 22) => Answer::Never,
        _ => Answer::Ok(json!("fine")),
    };
    let driver = run(&machine, 100, true, script);
    assert!(
        driver
            .outcome()
            .starts_with("FAILED States.ExceedToleratedFailureThreshold"),
        "{}",
        driver.outcome()
    );
    let view = &driver.run.map_runs()[0];
    assert_eq!(view.status, MapRunStatus::Failed);
    let counts = view.counts;
    assert_eq!(counts.failed, 2);
    assert_eq!(
        counts.succeeded + counts.failed + counts.aborted + counts.pending,
        view.items
    );
    assert!(counts.aborted >= 2, "{counts:?}");
    let written: usize = files(&driver)
        .iter()
        .filter_map(|(_, content)| content.as_array().map(Vec::len))
        .sum();
    assert_eq!(written as u64, view.items);
    for (child, _) in driver.ranges.values() {
        assert!(matches!(child.run.outcome(), Some(Outcome::Succeeded(_))));
    }
}

#[test]
fn what_a_range_cannot_do_fails_the_state_as_in_the_parent() {
    let selector = json!({ "ItemSelector": { "x.$": "$.nothing.here" } });
    {
        let fields = selector;
        let machine = definition(call(), fields);
        let (here, spread) = (
            run(&machine, 30, false, no_script),
            run(&machine, 30, true, no_script),
        );
        assert!(here.outcome().starts_with("FAILED"), "{}", here.outcome());
        assert_eq!(spread.outcome(), here.outcome());
        assert_eq!(spread.events, here.events);
    }
    let large = json!({ "Type": "Task", "Resource": "f", "End": true });
    let machine = definition(large, json!({}));
    let script = |_: &str, _: &Invoke| Answer::Ok("x".repeat(10_000).into());
    let (here, spread) = (
        run(&machine, 90, false, script),
        run(&machine, 90, true, script),
    );
    assert!(
        here.outcome()
            .starts_with("FAILED States.DataLimitExceeded")
    );
    assert_eq!(spread.outcome(), here.outcome());
}

#[test]
fn a_stopped_map_run_fails_its_state() {
    let machine = definition(
        json!({ "Type": "Task", "Resource": "f", "End": true }),
        json!({}),
    );
    let mut answers = |_: &Invoke| Answer::Never;
    let mut driver = start(&machine, 25, true, &mut answers);
    driver.run_to_end(&mut answers);
    let map_run = driver.run.map_runs()[0].number;
    let change = MapRunChange {
        version: 1,
        is_stopped: true,
        ..MapRunChange::default()
    };
    let at = driver.now;
    driver.apply(
        Fact::MapRunChanged {
            at,
            map_run,
            change,
        },
        &mut answers,
    );
    driver.run_to_end(&mut answers);
    assert_eq!(
        driver.outcome(),
        "FAILED States.MapRunStopped: The map run was stopped on request"
    );
    let view = &driver.run.map_runs()[0];
    assert_eq!(view.status, MapRunStatus::Aborted);
    assert_eq!(view.counts.aborted, 25);
    driver.ensure_replays();
    driver.ensure_history_is_sound();
}

#[test]
fn an_execution_that_is_stopped_gives_up_its_ranges() {
    let machine = definition(
        json!({ "Type": "Task", "Resource": "f", "End": true }),
        json!({}),
    );
    let mut answers = |_: &Invoke| Answer::Never;
    let mut driver = start(&machine, 25, true, &mut answers);
    driver.run_to_end(&mut answers);
    let running = driver.run.outstanding();
    driver.stop_after(1);
    driver.run_to_end(&mut answers);
    let cancelled = driver.actions.last().expect("actions");
    assert_eq!(cancelled.len(), running.len());
    assert!(
        cancelled
            .iter()
            .all(|action| matches!(action, Action::Cancel { .. }))
    );
    assert_eq!(driver.run.map_runs()[0].counts.aborted, 25);
}

#[test]
fn ranges_of_a_paused_execution_begin_nothing() {
    let machine = definition(call(), json!({ "MaxConcurrency": 40 }));
    let mut answers = |_: &Invoke| Answer::Never;
    let mut driver = start(&machine, 95, true, &mut answers);
    driver.run_to_end(&mut answers);
    let windows = |driver: &Driver| -> Vec<u32> {
        let outstanding = driver.run.outstanding();
        let windows = outstanding.iter().filter_map(|action| match action {
            Action::StartRange(range) => Some(range.window),
            _ => None,
        });
        windows.collect()
    };
    let at = driver.now;
    driver.apply(Fact::Paused { at }, &mut answers);
    assert_eq!(windows(&driver), [0, 0]);
    driver.apply(Fact::Resumed { at }, &mut answers);
    assert_eq!(windows(&driver), [20, 20]);
}
