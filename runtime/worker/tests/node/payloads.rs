//! Payloads that are too large for facts and rows: objects of their executions.

use serde_json::{Value, json};
use steploom_api::wire::{ExecutionStatus as Status, FunctionSettings, PageHistory};
use steploom_store::projection::SnapshotAt;
use steploom_types::{AccountId, ExecutionId, Json, Kind, Slot, Timestamp};
use steploom_worker::Clock as _;

use crate::PASS;
use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;
const DAY_MS: i64 = 24 * 3_600_000;

/// Hands its input to a function, and its answer on.
const CALL: &str = r#"{"StartAt": "T", "DataLimit": "1MiB", "States": {
    "T": {"Type": "Task", "Resource": "echo", "Next": "P"},
    "P": {"Type": "Pass", "End": true}}}"#;

fn large(bytes: usize) -> Value {
    json!({ "text": "x".repeat(bytes) })
}

/// Bytes of an execution's row and facts.
async fn stored_bytes(node: &Node, id: ExecutionId) -> usize {
    let projection = node.store().store().projection;
    let row = projection.find(LOCAL, id).await.unwrap().unwrap();
    let chunks = projection.chunks(id, 0, usize::MAX).await.unwrap();
    let facts: usize = chunks.iter().map(|chunk| chunk.facts.len()).sum();
    facts + row.input.len() + row.output.map_or(0, |output| output.len())
}

async fn objects(node: &Node, id: ExecutionId) -> Vec<String> {
    let found = node.artifacts().list(&format!("payload/{id}")).await;
    found.unwrap().into_iter().map(|o| o.key).collect()
}

/// The data of all events.
async fn told(node: &Node, id: ExecutionId) -> Value {
    let page = PageHistory::default();
    let history = node.ports().executions.history(LOCAL, id, page).await;
    json!(history.unwrap().items)
}

#[tokio::test]
async fn data_beyond_the_default_passes_where_its_machine_allows_it() {
    let mut node = Node::start().await;
    node.machine("call", CALL).await;
    node.machine("pass", PASS).await;
    node.function("echo", FunctionSettings::default()).await;
    let input = large(300 * 1024);
    let refused = node.start_named("pass", "a", input.clone()).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.kind, refused.code),
        (Kind::Invalid, "InputTooLarge")
    );

    node.runner.hold("echo");
    let id = node.start_unnamed("call", input.clone()).await.summary.id;
    node.until(|| async { node.runner.running("echo") == 1 })
        .await;
    node.crash_and_restart().await;
    node.until(|| async { node.runner.events("echo").len() == 2 })
        .await;
    node.runner.let_go("echo", 2);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{:?}", ended.cause);
    assert_eq!(ended.output.unwrap().value(), &input);
    node.listed("call", Status::Succeeded, 1).await;

    assert!(stored_bytes(&node, id).await < 2_000);
    assert_eq!(
        objects(&node, id).await.len(),
        1,
        "the same text is one object"
    );
    let before = told(&node, id).await;
    assert!(before.to_string().len() > 5 * 300 * 1024);
    node.stop_and_restart().await;
    let stored = node.get(id).await;
    assert_eq!(stored.input.value(), &input);
    assert_eq!(stored.output.unwrap().value(), &input);
    assert_eq!(told(&node, id).await, before);
}

#[tokio::test]
async fn data_beyond_the_machines_limit_fails_the_state() {
    let node = Node::start().await;
    node.function("echo", FunctionSettings::default()).await;
    let double = CALL.replace(r#""Next": "P""#, r#""ResultPath": "$.again", "Next": "P""#);
    node.machine("double", &double).await;
    let refused = node.start_named("double", "a", large(1024 * 1024)).await;
    assert_eq!(refused.unwrap_err().code, "InputTooLarge");
    let id = node.start_unnamed("double", large(600 * 1024)).await;
    let ended = node.ended(id.summary.id).await;
    assert_eq!(ended.error.as_deref(), Some("States.DataLimitExceeded"));
    let id = node.start_unnamed("double", large(500 * 1024)).await;
    let ended = node.ended(id.summary.id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    let output = ended.output.unwrap();
    assert!(output.size() > 1_000 * 1024);
    // What no fact has carried is an object all the same once it is stored.
    node.listed("double", Status::Succeeded, 1).await;
    let id = ended.summary.id;
    assert!(stored_bytes(&node, id).await < 2_000);
    assert_eq!(node.get(id).await.output, Some(output));
}

#[tokio::test]
async fn a_server_says_how_much_data_a_machine_may_ask_for() {
    let node = Node::start_with_data_limit(512 * 1024).await;
    let refused = node.put_machine("call", CALL).await.unwrap_err();
    assert_eq!(refused.problems[0].path, "/DataLimit");
    assert!(refused.problems[0].message.contains("524288"));
    node.machine("call", &CALL.replace("1MiB", "512KiB")).await;
}

#[tokio::test]
async fn an_execution_whose_object_is_gone_is_set_aside_until_it_is_back() {
    let mut node = Node::start().await;
    let wait = crate::WAIT.replacen('{', r#"{"DataLimit": "1MiB", "#, 1);
    node.machine("wait", &wait).await;
    let input = large(300 * 1024);
    let guilty = node.start_unnamed("wait", input.clone()).await.summary.id;
    let other = node.start_unnamed("wait", large(1)).await.summary.id;
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
    let key = objects(&node, guilty).await.remove(0);
    let object = node.artifacts().get(&key).await.unwrap().unwrap();
    for (what, damaged) in [("gone", None), ("damaged", Some(b"1".as_slice()))] {
        match damaged {
            None => node.artifacts().delete(&key).await.unwrap(),
            Some(damaged) => node.artifacts().put(&key, damaged.into()).await.unwrap(),
        }
        let refused = node
            .ports()
            .executions
            .get(LOCAL, guilty)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.kind, refused.code),
            (Kind::Corrupt, "PayloadCorrupt")
        );
        assert_eq!(refused.message, format!("the object {key} is {what}"));
    }
    node.clock.advance_ms(3_600_000);
    assert_eq!(node.ended(other).await.summary.status, Status::Succeeded);
    node.listed("wait", Status::Quarantined, 1).await;
    node.crash_and_restart().await;

    node.artifacts().put(&key, object).await.unwrap();
    let shown = node.get(guilty).await;
    assert_eq!(shown.summary.status, Status::Quarantined);
    assert_eq!(shown.cause, Some(format!("the object {key} is damaged")));
    let executions = node.ports().executions;
    executions.release(LOCAL, guilty).await.unwrap();
    let ended = node.ended(guilty).await;
    assert_eq!(ended.output.unwrap().value(), &input);
}

#[tokio::test]
async fn large_payloads_of_archived_executions_are_read_as_before() {
    let mut node = Node::start_with_partitions_of(2).await;
    node.machine("call", CALL).await;
    node.function("echo", FunctionSettings::default()).await;
    let mut ids = Vec::new();
    for bytes in [70, 300] {
        ids.push(
            node.start_unnamed("call", large(bytes * 1024))
                .await
                .summary
                .id,
        );
        node.clock.advance_ms(1_000);
    }
    node.listed("call", Status::Succeeded, 2).await;
    let before = (node.get(ids[1]).await, told(&node, ids[1]).await);
    node.clock.advance_ms(26 * DAY_MS / 24);
    node.stop_and_restart().await;
    let projection = node.store().store().projection;
    node.until(|| async { projection.find(LOCAL, ids[1]).await.unwrap().is_none() })
        .await;
    assert_eq!((node.get(ids[1]).await, told(&node, ids[1]).await), before);
}

#[tokio::test]
async fn a_redrive_may_carry_a_large_payload() {
    let mut node = Node::start().await;
    node.machine("call", CALL).await;
    node.function("echo", FunctionSettings::default()).await;
    node.runner.fail("echo", 1);
    let id = node.start_unnamed("call", large(1)).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Failed);
    let input = large(300 * 1024);
    let redrive = steploom_api::wire::RedriveExecution {
        input: Some(Json::from(input.clone())),
        ..Default::default()
    };
    let executions = node.ports().executions;
    let redriven = executions.redrive(LOCAL, id, redrive).await;
    redriven.unwrap();
    assert_eq!(node.ended(id).await.output.unwrap().value(), &input);
    node.crash_and_restart().await;
    node.listed("call", Status::Succeeded, 1).await;
    assert_eq!(node.get(id).await.output.unwrap().value(), &input);
    assert!(stored_bytes(&node, id).await < 3_000);
}

#[tokio::test]
async fn objects_go_with_their_execution() {
    let mut node = Node::start_with_partitions_of(2).await;
    node.machine("call", CALL).await;
    node.function("echo", FunctionSettings::default()).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let input = large(100 * 1024);
        ids.push(node.start_unnamed("call", input).await.summary.id);
        node.clock.advance_ms(1_000);
    }
    node.listed("call", Status::Succeeded, 2).await;
    node.clock.advance_ms(26 * DAY_MS / 24);
    node.stop_and_restart().await;
    let projection = node.store().store().projection;
    node.until(|| async { projection.find(LOCAL, ids[1]).await.unwrap().is_none() })
        .await;
    let late = node
        .start_unnamed("call", large(100 * 1024))
        .await
        .summary
        .id;
    node.listed("call", Status::Succeeded, 3).await;

    // The archive keeps them, and their objects, for ninety days.
    node.clock.advance_ms(2 * DAY_MS);
    let orphan = orphaned(&node).await;
    node.stop_and_restart().await;
    node.until(|| async { !is_there(&node, &orphan).await })
        .await;
    for id in [ids[0], ids[1], late] {
        assert_eq!(objects(&node, id).await.len(), 1);
    }
    node.clock.advance_ms(89 * DAY_MS - DAY_MS / 24);
    node.stop_and_restart().await;
    node.until(|| async { objects(&node, ids[0]).await.is_empty() })
        .await;
    node.until(|| async { objects(&node, ids[1]).await.is_empty() })
        .await;
    assert_eq!(objects(&node, late).await.len(), 1, "it is kept for longer");
}

/// An object of a start of two days ago that was never committed.
async fn orphaned(node: &Node) -> String {
    let long_ago = Timestamp::from_millis(node.clock.now().as_millis() - 2 * DAY_MS);
    let id = ExecutionId::new(Slot(7), long_ago, 7);
    let key = format!("payload/{id}/{}", "0".repeat(64));
    node.artifacts().put(&key, "1".into()).await.unwrap();
    key
}

async fn is_there(node: &Node, key: &str) -> bool {
    node.artifacts().get(key).await.unwrap().is_some()
}

#[tokio::test]
async fn objects_of_what_is_about_to_start_stay() {
    let mut node = Node::start().await;
    let old = orphaned(&node).await;
    let young = ExecutionId::new(Slot(7), node.clock.now(), 7);
    let young = format!("payload/{young}/{}", "0".repeat(64));
    node.artifacts().put(&young, "1".into()).await.unwrap();
    node.stop_and_restart().await;
    node.until(|| async { !is_there(&node, &old).await }).await;
    assert!(is_there(&node, &young).await);
}

#[tokio::test]
async fn an_inline_map_of_many_items_goes_on_from_a_small_snapshot() {
    const ITEMS: usize = 20_000;
    let mut node = Node::start().await;
    let definition = json!({
        "StartAt": "M", "DataLimit": "4MiB",
        "States": { "M": {
            "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 200, "End": true,
            "ItemSelector": { "n.$": "$$.Map.Item.Value.n" },
            "ItemProcessor": { "StartAt": "T", "States": {
                "T": { "Type": "Task", "Resource": "echo", "End": true },
            } },
        } },
    });
    node.machine("many", &definition.to_string()).await;
    node.function("echo", FunctionSettings::default()).await;
    let items: Vec<_> = (0..ITEMS)
        .map(|n| json!({ "n": n, "text": "of no use" }))
        .collect();
    let input = json!({ "items": items });
    let id = node.start_unnamed("many", input.clone()).await.summary.id;
    let projection = node.store().store().projection;
    let newest = || projection.snapshot(id, SnapshotAt::Newest);
    node.until(|| async { newest().await.unwrap().is_some_and(|s| s.facts > 10_000) })
        .await;
    let snapshot = newest().await.unwrap().unwrap();
    assert!(snapshot.body.len() < 200_000, "{}", snapshot.body.len());
    node.crash_and_restart().await;

    node.until(|| async { node.metric("steploom_facts_total") > 5_000 })
        .await;
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{:?}", ended.cause);
    let expected: Vec<_> = (0..ITEMS).map(|n| json!({ "n": n })).collect();
    assert_eq!(ended.output.unwrap().value(), &json!(expected));
    let last = node.history_length(id).await;
    assert_eq!(last, 6 + 7 * ITEMS as u64);
    assert_eq!(node.get(id).await.input.value(), &input);
}
