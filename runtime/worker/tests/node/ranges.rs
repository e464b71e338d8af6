//! A distributed `Map` whose items are spread over executions on all shards.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steploom_api::wire::{
    Execution, ExecutionStatus as Status, FunctionSettings, MapRun, MapRunNumber, MapRunStatus,
    RedriveExecution, UpdateMapRun,
};
use steploom_types::{AccountId, ExecutionId, Json, Name};
use steploom_worker::RunLimits;

use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;

/// A `Map` over the object `in.json`, each of whose iterations waits for a minute.
fn machine(more: &Value) -> String {
    let mut map = json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "W",
            "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}},
        },
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "data", "Key": "in.json"},
        },
        "End": true,
    });
    let fields = more.as_object().unwrap().clone();
    map.as_object_mut().unwrap().extend(fields);
    json!({"StartAt": "M", "States": {"M": map}}).to_string()
}

/// A node whose pages have ten items, with a bucket that has so many.
async fn node(items: u32) -> Node {
    let limits = RunLimits {
        range_items: 10,
        ..RunLimits::default()
    };
    let node = Node::start_limited(limits).await;
    let bucket: Name = "data".parse().unwrap();
    node.ports()
        .buckets
        .put_bucket(LOCAL, bucket)
        .await
        .unwrap();
    put(&node, &json!((0..items).collect::<Vec<u32>>())).await;
    node
}

async fn put(node: &Node, items: &Value) {
    let bucket: Name = "data".parse().unwrap();
    node.put_object(&bucket, "in.json", items.to_string()).await;
}

/// Waits until so many iterations wait for their minute.
async fn sleeping(node: &Node, id: ExecutionId, iterations: u64) {
    node.until(|| async {
        let runs = node.ports().map_runs.list(LOCAL, id).await.unwrap().items;
        runs.first()
            .is_some_and(|run| run.items.running == iterations)
    })
    .await;
}

#[tokio::test]
async fn ranges_go_on_over_crashes_and_give_each_result_once() {
    let mut node = node(95).await;
    node.machine("spread", &machine(&json!({}))).await;
    let id = node.start_unnamed("spread", json!({})).await.summary.id;
    sleeping(&node, id, 95).await;
    node.crash_and_restart().await;
    sleeping(&node, id, 95).await;
    node.clock.advance_ms(61_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let output = ended.output.unwrap();
    assert_eq!(*output.value(), json!((0..95).collect::<Vec<u32>>()));
    assert_eq!(
        node.history(id).await[1..5],
        [
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded"
        ]
    );
}

#[tokio::test]
async fn content_that_changes_between_two_readings_fails_the_map() {
    let mut node = node(95).await;
    // Two pages at once.
    node.machine("two", &machine(&json!({"MaxConcurrency": 40})))
        .await;
    let id = node.start_unnamed("two", json!({})).await.summary.id;
    sleeping(&node, id, 20).await;
    put(&node, &json!((0..95).rev().collect::<Vec<u32>>())).await;
    node.crash_and_restart().await;
    sleeping(&node, id, 20).await;
    node.clock.advance_ms(61_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.error.as_deref(), Some("States.ItemReaderFailed"));
    let cause = ended.cause.unwrap();
    assert_eq!(cause, "The object 'in.json' was changed while it was read");
}

#[tokio::test]
async fn who_stops_an_execution_stops_its_ranges() {
    let node = node(95).await;
    node.machine("spread", &machine(&json!({}))).await;
    let id = node.start_unnamed("spread", json!({})).await.summary.id;
    sleeping(&node, id, 95).await;
    node.stop(id).await;
    assert_eq!(node.get(id).await.summary.status, Status::Aborted);
    let run = &node.ports().map_runs.list(LOCAL, id).await.unwrap().items[0];
    assert_eq!(run.status, MapRunStatus::Aborted);
    assert_eq!((run.items.aborted, run.items.running), (95, 0));
    // No range is left that would do anything.
    node.listed("spread", Status::Aborted, 1).await;
    let shown = node.listed_ids("spread").await;
    assert_eq!(shown, [id], "ranges are not listed");
}

#[tokio::test]
async fn a_map_run_is_described_changed_and_stopped() {
    let node = node(95).await;
    let machine = machine(&json!({"MaxConcurrency": 40}));
    node.machine("described", &machine).await;
    let id = node.start_unnamed("described", json!({})).await.summary.id;
    sleeping(&node, id, 20).await;
    let runs = node.ports().map_runs;
    let run = runs.list(LOCAL, id).await.unwrap().items.remove(0);
    assert_eq!(
        (run.state.as_str(), run.status),
        ("M", MapRunStatus::Running)
    );
    assert_eq!((run.items.total, run.items.is_total), (20, false));
    let update = UpdateMapRun {
        max_concurrency: Some(400),
        ..UpdateMapRun::default()
    };
    let changed = runs.update(LOCAL, id, run.number, update).await.unwrap();
    assert_eq!(changed.max_concurrency, 400);
    sleeping(&node, id, 95).await;
    node.clock.advance_ms(1_000);
    let stopped = runs.stop(LOCAL, id, run.number).await.unwrap();
    assert_eq!(stopped.number, run.number);
    let ended = node.ended(id).await;
    assert_eq!(ended.error.as_deref(), Some("States.MapRunStopped"));
    let run = runs.get(LOCAL, id, run.number).await.unwrap();
    assert_eq!((run.status, run.items.aborted), (MapRunStatus::Aborted, 95));
    assert!(run.ended_at.is_some());
    let late = runs.update(LOCAL, id, run.number, update).await;
    assert_eq!(late.unwrap_err().code, "MapRunEnded");
    let absent = runs.get(LOCAL, id, MapRunNumber(99)).await;
    assert_eq!(absent.unwrap_err().code, "MapRunNotFound");
    let empty = runs
        .update(LOCAL, id, run.number, UpdateMapRun::default())
        .await;
    assert_eq!(empty.unwrap_err().code, "InvalidMapRunUpdate");
}

#[tokio::test]
async fn results_of_ranges_become_files() {
    let writer = json!({"ResultWriter": {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "data", "Prefix": "out"},
    }});
    let node = node(25).await;
    node.machine("stored", &machine(&writer)).await;
    let id = node.start_unnamed("stored", json!({})).await.summary.id;
    sleeping(&node, id, 25).await;
    node.clock.advance_ms(61_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let details = ended.output.unwrap().value()["ResultWriterDetails"].clone();
    let manifest = object(&node, details["Key"].as_str().unwrap()).await;
    let files = &manifest["ResultFiles"]["SUCCEEDED"];
    let file = object(&node, files[0]["Key"].as_str().unwrap()).await;
    let outputs = file
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["Output"].as_str());
    let mut outputs: Vec<u32> = outputs.map(|text| text.unwrap().parse().unwrap()).collect();
    outputs.sort_unstable();
    assert_eq!(outputs, (0..25).collect::<Vec<u32>>());
}

async fn object(node: &Node, key: &str) -> Value {
    let bucket: Name = "data".parse().unwrap();
    serde_json::from_slice(&node.object(&bucket, key).await).unwrap()
}

/// As [`machine`], but each iteration calls the function `f`.
fn calling(more: &Value) -> String {
    let mut definition: Value = serde_json::from_str(&machine(more)).unwrap();
    let states = &mut definition["States"]["M"]["ItemProcessor"]["States"];
    states["W"] = json!({"Type": "Task", "Resource": "f", "End": true});
    definition.to_string()
}

async fn map_run(node: &Node, id: ExecutionId) -> MapRun {
    let mut runs = node.ports().map_runs.list(LOCAL, id).await.unwrap().items;
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

async fn redriven(node: &Node, id: ExecutionId) -> Execution {
    let redrive = RedriveExecution::default();
    let executions = node.ports().executions;
    executions.redrive(LOCAL, id, redrive).await.unwrap()
}

#[tokio::test]
async fn a_redriven_map_run_runs_what_did_not_end_well() {
    let mut node = node(35).await;
    node.function("f", FunctionSettings::default()).await;
    node.machine("spread", &calling(&json!({}))).await;
    node.runner.hold("f");
    let id = node.start_unnamed("spread", json!({})).await.summary.id;
    sleeping(&node, id, 35).await;
    node.runner.let_go("f", 10);
    node.until(|| async { map_run(&node, id).await.items.succeeded == 10 })
        .await;
    node.stop(id).await;
    let begun = node.runner.begun().len();
    let stopped = map_run(&node, id).await;
    assert_eq!(stopped.status, MapRunStatus::Aborted);
    node.crash_and_restart().await;
    redriven(&node, id).await;
    sleeping(&node, id, 25).await;
    let run = map_run(&node, id).await;
    assert_eq!((run.number, &run.arn), (stopped.number, &stopped.arn));
    assert_eq!((run.status, run.redrive_count), (MapRunStatus::Running, 1));
    assert!(run.redriven_at.is_some() && run.ended_at.is_none());
    let items = run.items;
    assert_eq!((items.succeeded, items.running, items.total), (10, 25, 35));
    assert_eq!((items.failed, items.aborted, items.pending), (0, 0, 0));
    node.runner.let_go("f", 25);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let output = ended.output.unwrap();
    assert_eq!(*output.value(), json!((0..35).collect::<Vec<u32>>()));
    assert_eq!(map_run(&node, id).await.items.succeeded, 35);
    // Those that had succeeded did not run again. The others may have more than once: ranges that a crash
    // brings back begin their items before they hear that they are stopped.
    let events = node.runner.events("f");
    let again: BTreeSet<_> = events[begun..].iter().map(Json::text).collect();
    assert_eq!(again.len(), 25, "{again:?}");
}

#[tokio::test]
async fn failed_items_of_many_ranges_run_again_over_a_crash() {
    let mut node = node(95).await;
    node.function("f", FunctionSettings::default()).await;
    let tolerant = json!({"ToleratedFailurePercentage": 5, "MaxConcurrency": 3});
    node.machine("spread", &calling(&tolerant)).await;
    node.runner.fail("f", 6);
    let id = node.start_unnamed("spread", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    let threshold = "States.ExceedToleratedFailureThreshold";
    assert_eq!(ended.error.as_deref(), Some(threshold));
    let failed = map_run(&node, id).await.items;
    assert_eq!((failed.failed, failed.total), (6, 95));
    let calls = node.runner.begun().len();
    node.runner.hold("f");
    redriven(&node, id).await;
    node.until(|| async { node.runner.running("f") > 0 }).await;
    node.crash_and_restart().await;
    node.runner.let_go("f", 200);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let items = map_run(&node, id).await.items;
    assert_eq!((items.succeeded, items.failed), (95, 0));
    let again = (95 - failed.succeeded) as usize;
    // Those that were lost with the process were called once more.
    let most = calls + again + 3;
    assert!((calls + again..=most).contains(&node.runner.begun().len()));
}
