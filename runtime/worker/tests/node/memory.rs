//! Executions that only wait leave memory, and come back when they are due or called.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};
use steploom_api::wire::{ExecutionStatus as Status, PageHistory};
use steploom_types::{AccountId, ExecutionId, Json};

use crate::node::Node;
use crate::{ROUND, WAIT};

const LOCAL: AccountId = AccountId::LOCAL;

/// Waits until nothing is in memory any more.
async fn all_parked(node: &Node) {
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
}

fn task(resource: &str, more: &Value) -> String {
    let mut state = json!({"Type": "Task", "Resource": resource, "End": true});
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    json!({"StartAt": "T", "States": {"T": state}}).to_string()
}

#[tokio::test]
async fn those_that_wait_leave_memory_and_wake_up_in_time() {
    let mut node = Node::start().await;
    node.machine("wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..50 {
        let name = format!("n{n}");
        let started = node.start_named("wait", &name, json!({"n": n})).await;
        ids.push(started.unwrap().0.summary.id);
    }
    all_parked(&node).await;
    assert_eq!(node.metric("steploom_executions_parked_total"), 50);
    for (n, id) in ids.iter().enumerate() {
        let execution = node.get(*id).await;
        assert_eq!(execution.summary.status, Status::Running);
        assert_eq!(execution.input.value(), &json!({"n": n}));
        let history = node.history(*id).await;
        assert_eq!(history, ["ExecutionStarted", "WaitStateEntered"]);
    }
    assert_eq!(
        node.metric("steploom_executions_open"),
        0,
        "to look at them does not bring them back"
    );

    node.crash_and_restart().await;
    node.until(|| async { node.listed_ids("wait").await.len() == 50 })
        .await;
    assert_eq!(node.metric("steploom_executions_loaded_total"), 0);
    node.clock.advance_ms(3_600_000);
    for id in ids {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    assert_eq!(node.metric("steploom_executions_loaded_total"), 50);
}

#[tokio::test]
async fn a_name_stays_that_of_an_execution_that_left_memory() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let first = node.start_named("wait", "monday", json!({"n": 1})).await;
    let id = first.unwrap().0.summary.id;
    all_parked(&node).await;
    let again = node.start_named("wait", "monday", json!({"n": 1})).await;
    let (again, is_new) = again.unwrap();
    assert_eq!((again.summary.id, is_new), (id, false));
    let other = node.start_named("wait", "monday", json!({"n": 2})).await;
    assert_eq!(other.unwrap_err().code, "ExecutionAlreadyExists");
    assert_eq!(node.metric("steploom_executions_loaded_total"), 0);
    node.stop(id).await;
    assert_eq!(node.get(id).await.summary.status, Status::Aborted);
    assert_eq!(node.metric("steploom_executions_loaded_total"), 1);
}

#[tokio::test]
async fn a_token_brings_its_execution_back() {
    let mut node = Node::start().await;
    let keeper = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;
    node.machine("keeper", keeper).await;
    let callback = task(
        "arn:aws:states:::states:startExecution.waitForTaskToken",
        &json!({"HeartbeatSeconds": 60,
            "Parameters": {"StateMachineArn": "keeper", "Input": {"token.$": "$$.Task.Token"}}}),
    );
    node.machine("callback", &callback).await;
    let id = node.start_unnamed("callback", json!({})).await.summary.id;
    node.until(|| async { !node.listed_ids("keeper").await.is_empty() })
        .await;
    let kept = node.listed_ids("keeper").await[0];
    let token = node.get(kept).await.input.value()["token"].clone();
    let token = token.as_str().unwrap();
    node.until(|| async { node.history(id).await.contains(&"TaskSubmitted".to_owned()) })
        .await;
    all_parked(&node).await;
    // A heartbeat finds it, and puts its end off.
    node.clock.advance_ms(50_000);
    node.ports().tasks.heartbeat(LOCAL, token).await.unwrap();
    all_parked(&node).await;
    node.crash_and_restart().await;
    node.clock.advance_ms(50_000);
    let tasks = node.ports().tasks;
    let foreign = tasks
        .heartbeat("111111111111".parse().unwrap(), token)
        .await;
    assert_eq!(foreign.unwrap_err().code, "InvalidToken");
    let output = Json::from(json!(7));
    tasks.succeed(LOCAL, token, output).await.unwrap();
    assert_eq!(node.ended(id).await.output.unwrap().value(), &json!(7));
    let late = tasks.heartbeat(LOCAL, token).await;
    assert_eq!(late.unwrap_err().code, "TaskTimedOut");
}

#[tokio::test]
async fn workers_find_the_tasks_of_executions_that_left_memory_before_a_restart() {
    let mut node = Node::start().await;
    let name = "approve".parse().unwrap();
    let activities = node.ports().activities;
    let activity = activities.put(LOCAL, name).await.unwrap().0;
    node.machine("m", &task(&activity.arn, &json!({}))).await;
    let mut ids = BTreeSet::new();
    for n in 0..20 {
        ids.insert(node.start_unnamed("m", json!({"n": n})).await.summary.id);
    }
    node.until(|| async { node.metric("steploom_executions_parked_total") >= 20 })
        .await;
    all_parked(&node).await;
    node.crash_and_restart().await;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let taken = node
            .ports()
            .activities
            .take_activity(LOCAL, &activity.name, None, Duration::from_secs(20))
            .await;
        let task = taken.unwrap().expect("there is a task for each");
        assert!(
            seen.insert(task.input.value()["n"].as_u64().unwrap()),
            "one task twice"
        );
        let tasks = node.ports().tasks;
        tasks
            .succeed(LOCAL, &task.task_token, task.input)
            .await
            .unwrap();
    }
    let none = node
        .ports()
        .activities
        .take_activity(LOCAL, &activity.name, None, Duration::from_millis(10))
        .await;
    assert!(none.unwrap().is_none());
    for id in ids {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
}

#[tokio::test]
async fn a_parent_leaves_memory_with_its_child_and_hears_of_its_end() {
    let mut node = Node::start().await;
    node.machine("wait", WAIT).await;
    let parent = task(
        "arn:aws:states:::states:startExecution.sync:2",
        &json!({"Parameters": {"StateMachineArn": "wait", "Name": "child", "Input": {"n": 1}}}),
    );
    node.machine("parent", &parent).await;
    let id = node.start_unnamed("parent", json!({})).await.summary.id;
    all_parked(&node).await;
    assert_eq!(node.listed_ids("wait").await.len(), 1);

    node.crash_and_restart().await;
    all_parked(&node).await;
    node.clock.advance_ms(3_600_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    assert_eq!(ended.output.unwrap().value()["Output"], json!({"n": 1}));
}

#[tokio::test]
async fn whoever_follows_an_execution_keeps_it_until_it_goes_away() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node.start_unnamed("wait", json!({})).await.summary.id;
    all_parked(&node).await;
    let executions = node.ports().executions;
    let mut events = executions.events(LOCAL, id, 0).await.unwrap();
    for expected in [1, 2] {
        assert_eq!(events.next().await.unwrap().unwrap().id, expected);
    }
    assert_eq!(node.metric("steploom_executions_open"), 1);
    drop(events);
    all_parked(&node).await;
    let events = executions.events(LOCAL, id, 1).await.unwrap();
    let collect = tokio::spawn(events.map(|e| e.unwrap().id).collect::<Vec<_>>());
    node.until(|| async { node.metric("steploom_executions_open") == 1 })
        .await;
    node.clock.advance_ms(3_600_000);
    assert_eq!(collect.await.unwrap(), [2, 3, 4]);
}

/// All ids of a history, page by page.
async fn pages(node: &Node, id: ExecutionId, reverse: bool, limit: u32) -> Vec<u64> {
    let mut ids = Vec::new();
    let mut page = PageHistory {
        limit: Some(limit),
        reverse,
        next: None,
    };
    loop {
        let executions = node.ports().executions;
        let part = executions.history(LOCAL, id, page.clone()).await.unwrap();
        assert!(part.items.len() <= limit as usize);
        ids.extend(part.items.iter().map(|event| event.id));
        page.next = part.next;
        if page.next.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn a_long_history_is_paged_from_its_snapshots_both_ways() {
    let mut node = Node::start().await;
    node.machine("round", ROUND).await;
    // Each thousand transitions are a fact, which is small: a large input makes snapshots due.
    let input = json!({"go": true, "ballast": "x".repeat(100_000)});
    let id = node.start_unnamed("round", input).await.summary.id;
    node.until(|| async { node.history_length(id).await > 20_000 })
        .await;
    node.stop(id).await;
    let last = node.history_length(id).await;
    node.listed("round", Status::Aborted, 1).await;
    assert_eq!(node.history_length(id).await, last, "in the projection");
    let forward = pages(&node, id, false, 1_000).await;
    assert_eq!(forward, (1..=last).collect::<Vec<_>>());
    let mut backward = pages(&node, id, true, 999).await;
    backward.reverse();
    assert_eq!(backward, forward);
    let beyond = PageHistory {
        next: Some((last + 1).to_string()),
        ..PageHistory::default()
    };
    let executions = node.ports().executions;
    let refused = executions.history(LOCAL, id, beyond).await;
    assert_eq!(refused.unwrap_err().code, "InvalidNext");
    node.crash_and_restart().await;
    assert_eq!(node.history_length(id).await, last);
}
