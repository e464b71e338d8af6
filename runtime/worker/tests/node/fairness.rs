//! Whose task runs next, and how many at once.

use serde_json::json;
use steploom_api::wire::{ExecutionStatus as Status, FunctionSettings, Share};
use steploom_types::AccountId;

use crate::node::Node;
use crate::starts::start;

fn task(function: &str) -> String {
    json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": function, "End": true}}})
        .to_string()
}

#[tokio::test]
async fn a_flood_of_one_machine_does_not_starve_another() {
    let node = Node::start().await;
    for name in ["flood", "trickle"] {
        node.function(name, FunctionSettings::default()).await;
        node.machine(name, &task(name)).await;
        node.runner.hold(name);
    }
    let flood: Vec<_> = (0..2_000).map(|n| start("flood", None, n)).collect();
    node.start_batch(flood).await;
    // Whoever has a permit keeps it; four there are.
    node.until(|| async { node.runner.running("flood") == 4 })
        .await;
    let trickle: Vec<_> = (0..10).map(|n| start("trickle", None, n)).collect();
    let ids = node.start_batch(trickle).await;
    node.runner.let_go("trickle", 10);
    node.runner.let_go("flood", 30);
    for answer in ids {
        let ended = node.ended(answer.unwrap().0.id).await;
        assert_eq!(ended.summary.status, Status::Succeeded);
    }
    assert!(node.runner.begun().len() <= 4 + 30 + 10);
    node.runner.let_go("flood", 2_000);
    node.listed("flood", Status::Running, 0).await;
}

#[tokio::test]
async fn a_function_runs_so_often_at_once_and_others_need_not_wait_for_it() {
    let mut node = Node::start().await;
    let settings = FunctionSettings {
        max_concurrency: Some(2),
        ..FunctionSettings::default()
    };
    node.function("slow", settings).await;
    node.function("quick", FunctionSettings::default()).await;
    for name in ["slow", "quick"] {
        node.machine(name, &task(name)).await;
    }
    node.runner.hold("slow");
    let slow = node
        .start_batch((0..20).map(|n| start("slow", None, n)).collect())
        .await;
    node.until(|| async { node.runner.running("slow") == 2 })
        .await;
    let quick = node.start_unnamed("quick", json!({})).await;
    assert_eq!(
        node.ended(quick.summary.id).await.summary.status,
        Status::Succeeded
    );
    // One that is stopped gives its place back, whether it waits or runs.
    for answer in &slow[..10] {
        node.stop(answer.as_ref().unwrap().0.id).await;
    }
    node.until(|| async { node.runner.running("slow") == 2 })
        .await;
    node.crash_and_restart().await;
    node.until(|| async { node.runner.running("slow") == 2 })
        .await;
    node.runner.let_go("slow", 100);
    for answer in &slow[10..] {
        let ended = node.ended(answer.as_ref().unwrap().0.id).await;
        assert_eq!(ended.summary.status, Status::Succeeded);
    }
    assert_eq!(node.runner.running_max("slow"), 2);
}

#[tokio::test]
async fn a_machine_has_its_weight_of_the_permits() {
    let node = Node::start().await;
    let machines = node.ports().machines;
    for (name, weight) in [("light", 1), ("heavy", 3)] {
        node.function(name, FunctionSettings::default()).await;
        node.machine(name, &task(name)).await;
        node.runner.hold(name);
        let of = name.parse().unwrap();
        let share = Share { weight };
        machines
            .put_share(AccountId::LOCAL, &of, share)
            .await
            .unwrap();
        let found = machines.share(AccountId::LOCAL, &of).await.unwrap();
        assert_eq!(found, share);
        let refused = machines.put_share(AccountId::LOCAL, &of, Share { weight: 0 });
        assert_eq!(refused.await.unwrap_err().code, "InvalidShare");
    }
    for name in ["light", "heavy"] {
        let flood: Vec<_> = (0..100).map(|n| start(name, None, n)).collect();
        node.start_batch(flood).await;
    }
    // The first flood has all four permits, until it gives them back.
    node.until(|| async { node.runner.running("light") == 4 })
        .await;
    node.runner.let_go("light", 3);
    node.until(|| async { node.runner.running("heavy") == 3 })
        .await;
    assert_eq!(node.runner.running("light"), 1);
    node.runner.let_go("heavy", 9);
    node.until(|| async { node.runner.events("heavy").len() == 12 })
        .await;
    assert_eq!(node.runner.running("light"), 1);
    assert_eq!(node.runner.events("light").len(), 4);
    node.runner.let_go("light", 100);
    node.runner.let_go("heavy", 100);
    node.listed("light", Status::Succeeded, 100).await;
}
