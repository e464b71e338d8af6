//! Redriving an execution whose distributed `Map` did not end well: the items that ended well stay.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::testkit::{Answer, Driver, machine, started};
use crate::{Counts, Invoke, MapRunStatus, MapRunView, NewVersion, Redriven, RunLimits};

use steploom_types::Digest;

/// Of each item how often it was tried, and of some what becomes of them at first.
#[derive(Default)]
struct Items {
    tried: BTreeMap<u64, u32>,
    fail: BTreeSet<u64>,
    hang: BTreeSet<u64>,
    /// From here on all end well.
    is_mended: bool,
}

impl Items {
    fn failing(fail: &[u64]) -> Self {
        Self {
            fail: fail.iter().copied().collect(),
            ..Self::default()
        }
    }

    fn hanging(hang: impl IntoIterator<Item = u64>) -> Self {
        Self {
            hang: hang.into_iter().collect(),
            ..Self::default()
        }
    }

    fn answer(&mut self, invoke: &Invoke) -> Answer {
        let input = invoke.input.value();
        let items: Vec<u64> = match input["Items"].as_array() {
            Some(items) => items.iter().filter_map(Value::as_u64).collect(),
            None => input.as_u64().or(input["n"].as_u64()).into_iter().collect(),
        };
        for item in &items {
            *self.tried.entry(*item).or_default() += 1;
        }
        let is_one_of = |set: &BTreeSet<u64>| items.iter().any(|item| set.contains(item));
        if self.is_mended {
            Answer::Ok(json!({ "done": items }))
        } else if is_one_of(&self.fail) {
            // After those that end well.
            Answer::After(1, Box::new(Answer::Err("Bad", "no")))
        } else if is_one_of(&self.hang) {
            Answer::Never
        } else {
            Answer::Ok(json!({ "done": items }))
        }
    }

    fn tried(&self, times: u32) -> Vec<u64> {
        let all = self.tried.iter().filter(|(_, tried)| **tried == times);
        all.map(|(item, _)| *item).collect()
    }
}

fn definition(fields: &Value) -> Value {
    let mut map = json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Each",
            "States": { "Each": { "Type": "Task", "Resource": "f", "End": true } },
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

fn writer() -> Value {
    json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": "out", "Prefix": "p" },
    })
}

fn start(fields: &Value, items: &Value, spreads: bool, script: &mut Items) -> Driver {
    let mut driver = Driver::new(&definition(fields));
    driver.spreads = spreads;
    let key = ("b".to_owned(), "k".to_owned());
    driver.objects.insert(key, items.to_string());
    let limits = RunLimits {
        range_items: 10,
        ..RunLimits::default()
    };
    let mut answers = |invoke: &Invoke| script.answer(invoke);
    driver.start_with(started(json!({}), limits), &mut answers);
    driver.run_to_end(&mut answers);
    driver
}

fn numbers(count: u64) -> Value {
    (0..count).collect()
}

fn redrive(driver: &mut Driver, redriven: Redriven, script: &mut Items) {
    let mut answers = |invoke: &Invoke| script.answer(invoke);
    driver.redrive(redriven, &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
}

fn mend(driver: &mut Driver, script: &mut Items) {
    script.is_mended = true;
    let as_before = driver.as_before();
    redrive(driver, as_before, script);
}

fn only_view(driver: &Driver) -> MapRunView {
    let [view] = <[_; 1]>::try_from(driver.run.map_runs()).expect("one map run");
    view
}

/// What is expected of all items, each run by itself.
fn all_done(count: u64) -> String {
    let done: Vec<Value> = (0..count).map(|item| json!({ "done": [item] })).collect();
    format!("SUCCEEDED {}", Value::from(done))
}

#[test]
fn only_items_that_did_not_end_well_run_again() {
    for (spreads, items) in [(false, 9), (false, 35), (true, 35)] {
        let mut script = Items::failing(&[3, 6]);
        let fields = json!({ "ToleratedFailureCount": 1 });
        let mut driver = start(&fields, &numbers(items), spreads, &mut script);
        let failed = only_view(&driver);
        assert_eq!(failed.status, MapRunStatus::Failed);
        assert_eq!(failed.redrives.count, 0);
        mend(&mut driver, &mut script);
        assert_eq!(driver.outcome(), all_done(items), "{spreads}");
        assert_eq!(script.tried(2), [3, 6], "{spreads}");
        assert_eq!(script.tried(1).len() as u64, items - 2);
        let view = only_view(&driver);
        assert_eq!((view.number, view.arn), (failed.number, failed.arn));
        assert_eq!(view.started_at, failed.started_at);
        assert_eq!(view.status, MapRunStatus::Succeeded);
        assert_eq!((view.items, view.redrives.count), (items, 1));
        let succeeded = Counts {
            succeeded: items,
            ..Counts::default()
        };
        assert_eq!(view.counts, succeeded);
        let history = driver.history();
        assert!(history.contains("MapRunRedriven"), "{history}");
        assert!(history.contains("redriveCount=1"), "{history}");
    }
}

#[test]
fn failures_are_counted_anew_and_it_may_be_redriven_again() {
    for spreads in [false, true] {
        let mut script = Items::failing(&[3, 6, 21]);
        let fields = json!({ "ToleratedFailureCount": 2 });
        let mut driver = start(&fields, &numbers(35), spreads, &mut script);
        assert_eq!(only_view(&driver).status, MapRunStatus::Failed);
        script.fail = BTreeSet::from([6]);
        let as_before = driver.as_before();
        redrive(&mut driver, as_before, &mut script);
        assert!(
            driver.outcome().starts_with("SUCCEEDED"),
            "one is tolerated"
        );
        assert_eq!(only_view(&driver).counts.failed, 1);

        let mut script = Items::failing(&[3, 6, 21]);
        let mut driver = start(&json!({}), &numbers(35), spreads, &mut script);
        for count in 1..=2 {
            let as_before = driver.as_before();
            redrive(&mut driver, as_before, &mut script);
            assert_eq!(only_view(&driver).redrives.count, count);
            assert_eq!(only_view(&driver).status, MapRunStatus::Failed);
        }
        mend(&mut driver, &mut script);
        assert_eq!(driver.outcome(), all_done(35));
        assert_eq!(script.tried(1).len(), 32);
        assert_eq!(script.tried(4), [3, 6, 21]);
    }
}

#[test]
fn what_runs_as_the_execution_is_stopped_runs_again() {
    for (spreads, items) in [(false, 9), (true, 35)] {
        let mut script = Items::hanging([4, 5]);
        let mut driver = start(&json!({}), &numbers(items), spreads, &mut script);
        script.is_mended = true;
        driver.stop_after(1);
        driver.run_to_end(&mut |invoke| script.answer(invoke));
        let stopped = only_view(&driver);
        assert_eq!(stopped.status, MapRunStatus::Aborted);
        mend(&mut driver, &mut script);
        assert_eq!(driver.outcome(), all_done(items), "{spreads}");
        assert_eq!(script.tried(2), [4, 5]);
        assert_eq!(only_view(&driver).counts.succeeded, items);
        assert_eq!(only_view(&driver).arn, stopped.arn);
    }
}

#[test]
fn items_that_were_not_started_or_not_read_are() {
    for spreads in [false, true] {
        let mut script = Items::failing(&[1]);
        let fields = json!({ "MaxConcurrency": 1 });
        let mut driver = start(&fields, &numbers(35), spreads, &mut script);
        assert!(script.tried.len() < 35, "much is left");
        mend(&mut driver, &mut script);
        assert_eq!(driver.outcome(), all_done(35));
        assert_eq!(script.tried(2), [1]);
    }
}

#[test]
fn batches_run_again_as_they_were() {
    for spreads in [false, true] {
        let mut script = Items::failing(&[5, 22]);
        let fields = json!({
            "ItemBatcher": { "MaxItemsPerBatch": 4 },
            "ToleratedFailureCount": 7,
        });
        let mut driver = start(&fields, &numbers(32), spreads, &mut script);
        assert!(driver.outcome().starts_with("FAILED"));
        assert_eq!(only_view(&driver).counts.failed, 8);
        mend(&mut driver, &mut script);
        assert!(driver.outcome().starts_with("SUCCEEDED"));
        assert_eq!(only_view(&driver).counts.succeeded, 32);
        assert_eq!(script.tried(2), [4, 5, 6, 7, 20, 21, 22, 23]);
        assert_eq!(script.tried(1).len(), 24);
    }
}

#[test]
fn files_of_what_ended_well_stay_and_the_others_are_written_anew() {
    for spreads in [false, true] {
        let mut script = Items::failing(&[3, 14]);
        let fields = json!({ "ResultWriter": writer(), "ToleratedFailureCount": 1 });
        let mut driver = start(&fields, &numbers(35), spreads, &mut script);
        assert!(driver.outcome().starts_with("FAILED"));
        mend(&mut driver, &mut script);
        assert!(driver.outcome().starts_with("SUCCEEDED"));
        let named = |name: &str| {
            let mut all = driver.objects.iter();
            let found = all.find(|((_, key), _)| key.ends_with(name));
            let (_, body) = found.expect("it was written");
            serde_json::from_str::<Value>(body).expect("JSON")
        };
        let files = named("manifest.json")["ResultFiles"].take();
        assert_eq!(files["FAILED"], json!([]));
        assert_eq!(files["PENDING"], json!([]));
        let mut inputs: Vec<u64> = Vec::new();
        for file in files["SUCCEEDED"].as_array().expect("files") {
            let key = file["Key"].as_str().expect("a key");
            for result in named(key).as_array().expect("results") {
                let input = result["Input"]
                    .as_str()
                    .and_then(|text| text.parse::<u64>().ok());
                inputs.extend(input);
            }
        }
        inputs.sort_unstable();
        assert_eq!(inputs, (0..35).collect::<Vec<u64>>());
        assert_eq!(only_view(&driver).results_written, 35);
    }
}

#[test]
fn what_comes_after_a_failed_item_waits_for_it_again() {
    for on_failure in ["CANCEL", "SKIP"] {
        let mut script = Items::failing(&[2]);
        let fields = json!({
            "ItemId": "$.id", "After": "$.after", "OnFailure": on_failure, "ToleratedFailureCount": 0,
        });
        let items: Vec<Value> = (0..12_u64)
            .map(|n| json!({ "id": n.to_string(), "n": n, "after": n.checked_sub(2).map(|n| n.to_string()) }))
            .collect();
        let mut driver = start(&fields, &items.into(), false, &mut script);
        assert!(driver.outcome().starts_with("FAILED"), "{on_failure}");
        mend(&mut driver, &mut script);
        assert_eq!(driver.outcome(), all_done(12), "{on_failure}");
        assert!(script.tried(2).contains(&2), "{on_failure}");
        assert!(script.tried.values().all(|tried| *tried <= 2));
        assert_eq!(only_view(&driver).counts.succeeded, 12);
    }
}

#[test]
fn another_version_goes_on_with_the_rest() {
    let mut script = Items::failing(&[3]);
    let mut driver = start(&json!({}), &numbers(35), true, &mut script);
    let mut newer = definition(&json!({}));
    let states = &mut newer["States"]["M"]["ItemProcessor"]["States"];
    states["Each"] = json!({ "Type": "Pass", "Result": "mended", "End": true });
    let digest = Digest::of(b"newer");
    driver.supply(digest, machine(&newer));
    let version = NewVersion {
        definition: digest,
        number: 2,
    };
    let redriven = Redriven {
        version: Some(version),
        ..driver.as_before()
    };
    redrive(&mut driver, redriven, &mut script);
    let outcome = driver.outcome();
    assert!(
        outcome.starts_with(r#"SUCCEEDED [{"done":[0]}"#),
        "{outcome}"
    );
    assert!(outcome.contains(r#""mended""#), "{outcome}");
    assert_eq!(script.tried(2), [0_u64; 0]);

    let mut other = definition(&json!({ "ItemBatcher": { "MaxItemsPerBatch": 2 } }));
    other["TimeoutSeconds"] = 5.into();
    let mut script = Items::failing(&[3]);
    let mut driver = start(&json!({}), &numbers(35), true, &mut script);
    driver.supply(digest, machine(&other));
    let redriven = Redriven {
        version: Some(version),
        ..driver.as_before()
    };
    let refused = crate::can_redrive(&driver.run, &redriven).expect_err("it batches");
    assert!(refused.to_string().contains("in another way"), "{refused}");
}

#[test]
fn an_input_of_its_own_begins_it_anew() {
    let mut script = Items::failing(&[3]);
    let mut driver = start(&json!({}), &numbers(9), false, &mut script);
    script.is_mended = true;
    let redriven = Redriven {
        input: Some(json!({ "other": 1 }).into()),
        ..driver.as_before()
    };
    redrive(&mut driver, redriven, &mut script);
    assert_eq!(driver.outcome(), all_done(9));
    assert_eq!(driver.run.map_runs().len(), 2);
}
