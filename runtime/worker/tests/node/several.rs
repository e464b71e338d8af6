//! Several nodes: who owns what, calls that arrive at the wrong one, nodes that die, pause and leave.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;
use steploom_api::wire::{ExecutionStatus as Status, SplitShard, StopExecution};
use steploom_store::Clock;
use steploom_types::{AccountId, Json};

use crate::cluster::{Cluster, start};

const LOCAL: AccountId = AccountId::LOCAL;
const WAIT: &str =
    r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;
const PASS: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;

#[tokio::test]
async fn any_node_answers_for_all() {
    let cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    cluster.machine("a", "wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..40 {
        let name = format!("n{n}");
        let (one, first) = (["a", "b"][n % 2], json!({"n": n}));
        let begun = cluster.start_at(one, "wait", Some(&name), first.clone());
        let (execution, started) = begun.await.unwrap();
        assert!(started);
        for node in ["a", "b"] {
            let again = cluster.start_at(node, "wait", Some(&name), first.clone());
            let (again, started) = again.await.unwrap();
            assert_eq!((again.summary.id, started), (execution.summary.id, false));
            let other = cluster.start_at(node, "wait", Some(&name), json!({}));
            assert_eq!(other.await.unwrap_err().code, "ExecutionAlreadyExists");
            let executions = cluster.ports(node).executions;
            let (machine, name) = ("wait".parse().unwrap(), name.parse().unwrap());
            let found = executions.get_by_name(LOCAL, &machine, &name).await;
            assert_eq!(found.unwrap().summary.id, execution.summary.id);
        }
        ids.push(execution.summary.id);
    }
    for (n, id) in ids.iter().enumerate() {
        let (one, other) = (["a", "b"][n % 2], ["b", "a"][n % 2]);
        let executions = cluster.ports(one).executions;
        let mut events = executions.events(LOCAL, *id, 0).await.unwrap();
        assert_eq!(
            events.next().await.unwrap().unwrap().kind,
            "ExecutionStarted"
        );
        let stop = StopExecution {
            error: Some("Enough".into()),
            cause: None,
        };
        let stopped = cluster.ports(other).executions.stop(LOCAL, *id, stop).await;
        assert_eq!(stopped.unwrap().error.as_deref(), Some("Enough"));
        let rest: Vec<_> = events.map(|event| event.unwrap().kind).collect().await;
        assert_eq!(rest.last().unwrap(), "ExecutionAborted");
        for node in ["a", "b"] {
            assert_eq!(
                cluster.get_at(node, *id).await.summary.status,
                Status::Aborted
            );
            let history = cluster.history_at(node, *id).await;
            assert_eq!(history.last().unwrap(), "ExecutionAborted");
        }
    }
    for node in ["a", "b"] {
        let nobody = "00010000-0000-4000-8000-000000000000".parse().unwrap();
        let missing = cluster.ports(node).executions.get(LOCAL, nobody).await;
        assert_eq!(missing.unwrap_err().code, "ExecutionNotFound");
    }
}

#[tokio::test]
async fn a_batch_is_started_by_all_owners() {
    let cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    cluster.machine("b", "pass", PASS).await;
    let starts = (0..200).map(|n| {
        // One in four has no name, and one machine is missing.
        let name = format!("n{n}");
        let machine = if n == 77 { "nothing" } else { "pass" };
        start(
            machine,
            (n % 4 != 0).then_some(name.as_str()),
            json!({"n": n}),
        )
    });
    let executions = cluster.ports("a").executions;
    let answers = executions.start_batch(LOCAL, starts.collect()).await;
    for (n, answer) in answers.into_iter().enumerate() {
        if n == 77 {
            assert_eq!(answer.unwrap_err().code, "MachineNotFound");
            continue;
        }
        let (summary, started) = answer.unwrap();
        assert!(started);
        let ended = cluster.ended_at(["b", "a"][n % 2], summary.id).await;
        assert_eq!(ended.output.unwrap().value(), &json!({"n": n}));
    }
    let owner = cluster.ports("a").executions;
    let before = cluster.metric("a", "steploom_peer_calls_total{call=\"start\"");
    for _ in 0..20 {
        let unnamed = start("pass", None, json!({}));
        owner.start(LOCAL, unnamed).await.unwrap();
    }
    let after = cluster.metric("a", "steploom_peer_calls_total{call=\"start\"");
    assert_eq!(after, before, "what has no name runs where it arrived");
}

#[tokio::test]
async fn a_token_is_good_at_any_node() {
    let cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    let callback = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": {"StateMachineArn": "keeper", "Input": {"token.$": "$$.Task.Token"}}}}});
    cluster.machine("a", "keeper", PASS).await;
    cluster
        .machine("a", "callback", &callback.to_string())
        .await;
    for n in 0..12 {
        let (one, other) = (["a", "b"][n % 2], ["b", "a"][n % 2]);
        let begun = cluster.start_at(one, "callback", None, json!({})).await;
        let parent = begun.unwrap().0.summary.id;
        cluster
            .until(|| async { cluster.listed_at(one, "keeper").await.len() == n + 1 })
            .await;
        let children = cluster.listed_at(one, "keeper").await;
        let mut token = None;
        for id in children {
            let input = cluster.get_at(other, id).await.input;
            let text = input.value()["token"].as_str().unwrap().to_owned();
            if cluster
                .ports(other)
                .tasks
                .heartbeat(LOCAL, &text)
                .await
                .is_ok()
            {
                token = Some(text);
            }
        }
        let output = Json::from(json!({"n": n}));
        let token = token.expect("one of them waits");
        let tasks = cluster.ports(other).tasks;
        tasks.succeed(LOCAL, &token, output.clone()).await.unwrap();
        let again = cluster
            .ports(one)
            .tasks
            .succeed(LOCAL, &token, output)
            .await;
        assert_eq!(again.unwrap_err().code, "TaskTimedOut");
        let ended = cluster.ended_at(one, parent).await;
        assert_eq!(ended.output.unwrap().value(), &json!({"n": n}));
    }
}

#[tokio::test]
async fn workers_of_an_activity_get_the_tasks_of_all_nodes_once() {
    const TASKS: usize = 30;
    let cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    let activity = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:000000000000:activity:paint"}}});
    let activities = cluster.ports("a").activities;
    activities
        .put(LOCAL, "paint".parse().unwrap())
        .await
        .unwrap();
    cluster.machine("a", "painter", &activity.to_string()).await;
    let worker = |node: &'static str| {
        let (activities, tasks) = (cluster.ports(node).activities, cluster.ports(node).tasks);
        async move {
            let (mut seen, wait) = (Vec::new(), Duration::from_secs(3));
            let name = "paint".parse().unwrap();
            while let Some(task) = activities
                .take_activity(LOCAL, &name, Some("w".into()), wait)
                .await
                .unwrap()
            {
                tasks
                    .succeed(LOCAL, &task.task_token, task.input.clone())
                    .await
                    .unwrap();
                seen.push(task.task_token);
            }
            seen
        }
    };
    let starts = async {
        for n in 0..TASKS {
            let node = ["a", "b"][n % 2];
            cluster
                .start_at(node, "painter", None, json!({"n": n}))
                .await
                .unwrap();
        }
    };
    // All of them wait at one node, before the tasks are there.
    let (seen, ()) = tokio::join!(join_all([worker("a"), worker("a")]), starts);
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    assert_eq!(seen.len(), TASKS);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), TASKS);
    for id in cluster.listed_at("a", "painter").await {
        assert_eq!(
            cluster.ended_at("b", id).await.summary.status,
            Status::Succeeded
        );
    }
}

#[tokio::test]
async fn a_node_that_leaves_hands_everything_over_at_once() {
    // No lease runs out here: what the other gets, it was given.
    let mut cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    cluster.machine("a", "wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..50 {
        let begun = cluster.start_at(["a", "b"][n % 2], "wait", None, json!({"n": n}));
        ids.push(begun.await.unwrap().0.summary.id);
    }
    cluster.stop("a").await;
    for (n, id) in ids.iter().enumerate() {
        let execution = cluster.get_at("b", *id).await;
        assert_eq!(execution.input.value(), &json!({"n": n}));
        assert_eq!(execution.summary.status, Status::Running);
    }
    assert_eq!(
        cluster.owned("b"),
        usize::from(steploom_types::limits::SHARDS)
    );
    cluster.clock.advance_ms(3_600_000);
    for id in ids {
        assert_eq!(
            cluster.ended_at("b", id).await.summary.status,
            Status::Succeeded
        );
    }
}

#[tokio::test]
async fn the_others_go_on_with_what_a_dead_node_had() {
    let mut cluster = Cluster::start(Clock::system(), &["a", "b", "c"]).await;
    cluster.machine("a", "wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..60 {
        let begun = cluster.start_at(["a", "b", "c"][n % 3], "wait", None, json!({"n": n}));
        ids.push(begun.await.unwrap().0.summary.id);
    }
    cluster.crash("b");
    cluster.balanced().await;
    for (n, id) in ids.iter().enumerate() {
        let execution = cluster.get_at(["a", "c"][n % 2], *id).await;
        assert_eq!(execution.input.value(), &json!({"n": n}));
    }
    cluster.clock.advance_ms(3_600_000);
    for (n, id) in ids.iter().enumerate() {
        let ended = cluster.ended_at(["a", "c"][n % 2], *id).await;
        assert_eq!(ended.summary.status, Status::Succeeded);
        let history = cluster.history_at("a", *id).await;
        let ends = history.iter().filter(|kind| *kind == "ExecutionSucceeded");
        assert_eq!(ends.count(), 1);
    }
}

#[tokio::test]
async fn a_node_that_was_paused_finds_that_others_took_its_place() {
    let cluster = Cluster::start(Clock::system(), &["a", "b"]).await;
    cluster.machine("a", "wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..40 {
        let name = format!("n{n}");
        let begun = cluster.start_at("a", "wait", Some(&name), json!({"n": n}));
        ids.push(begun.await.unwrap().0.summary.id);
    }
    let all = usize::from(steploom_types::limits::SHARDS);
    cluster
        .paused("a", async {
            cluster.until(|| async { cluster.owned("b") == all }).await;
            for id in &ids[..20] {
                let executions = cluster.ports("b").executions;
                executions
                    .stop(LOCAL, *id, StopExecution::default())
                    .await
                    .unwrap();
            }
        })
        .await;
    // Awake again, it says what the new owner says.
    for id in &ids[..20] {
        assert_eq!(
            cluster.get_at("a", *id).await.summary.status,
            Status::Aborted
        );
    }
    cluster.balanced().await;
    cluster.clock.advance_ms(3_600_000);
    for (n, id) in ids.iter().enumerate() {
        let ended = cluster
            .ended_at(["a", "b"][n % 2], *id)
            .await
            .summary
            .status;
        let expected = if n < 20 {
            Status::Aborted
        } else {
            Status::Succeeded
        };
        assert_eq!(ended, expected);
        let history = cluster.history_at(["b", "a"][n % 2], *id).await;
        let is_end = |kind: &&String| kind.starts_with("Execution") && *kind != "ExecutionStarted";
        assert_eq!(history.iter().filter(is_end).count(), 1);
    }
}

#[tokio::test]
async fn a_shard_splits_while_its_executions_go_on() {
    let cluster = Cluster::start(Clock::manual(), &["a", "b"]).await;
    cluster.machine("a", "wait", WAIT).await;
    cluster.machine("a", "pass", PASS).await;
    let mut waiting = Vec::new();
    for n in 0..80 {
        let begun = cluster.start_at(["a", "b"][n % 2], "wait", None, json!({"n": n}));
        waiting.push(begun.await.unwrap().0.summary.id);
    }
    let load = async {
        let mut ended = Vec::new();
        for n in 0..300 {
            let name = format!("n{n}");
            let begun = cluster.start_at(["a", "b"][n % 2], "pass", Some(&name), json!({"n": n}));
            let (execution, started) = begun.await.expect("a split is waited for");
            assert!(started);
            ended.push(execution.summary.id);
        }
        ended
    };
    let splits = async {
        for shard in 0..6 {
            let node = cluster.ports(["b", "a"][shard % 2]).node;
            let id = steploom_types::ShardId(shard as u16);
            node.split_shard(id, SplitShard::default()).await.unwrap();
        }
    };
    let (ended, ()) = tokio::join!(load, splits);
    let node = cluster.ports("a").node;
    let shards = node.shards().await.unwrap().items;
    assert_eq!(
        shards.len(),
        usize::from(steploom_types::limits::SHARDS) + 6
    );
    for pair in shards.windows(2) {
        assert_eq!(pair[0].last_slot + 1, pair[1].first_slot);
    }
    let gone = node.split_shard(steploom_types::ShardId(0), SplitShard::default());
    assert_eq!(gone.await.unwrap_err().code, "ShardNotFound");
    let at = Some(shards[0].first_slot);
    let empty = node.split_shard(steploom_types::ShardId(shards[0].id), SplitShard { at });
    assert_eq!(empty.await.unwrap_err().code, "InvalidSplit");
    cluster.clock.advance_ms(3_600_000);
    for (n, id) in ended.iter().enumerate() {
        let execution = cluster.ended_at(["b", "a"][n % 2], *id).await;
        assert_eq!(execution.output.unwrap().value(), &json!({"n": n}));
    }
    for (n, id) in waiting.iter().enumerate() {
        let execution = cluster.ended_at(["b", "a"][n % 2], *id).await;
        assert_eq!(execution.output.unwrap().value(), &json!({"n": n}));
        let history = cluster.history_at("a", *id).await;
        let is_end = |kind: &&String| *kind == "ExecutionSucceeded";
        assert_eq!(history.iter().filter(is_end).count(), 1);
    }
    // Lists lag a little; nothing is there twice.
    for (machine, count) in [("pass", ended.len()), ("wait", waiting.len())] {
        cluster
            .until(|| async { cluster.listed_at("a", machine).await.len() >= count })
            .await;
        assert_eq!(cluster.listed_at("b", machine).await.len(), count);
    }
}

#[tokio::test]
async fn children_run_on_all_nodes_and_each_once() {
    const ITEMS: usize = 60;
    let mut cluster = Cluster::start(Clock::system(), &["a", "b", "c"]).await;
    let parent = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemsPath": "$.items",
        "ItemProcessor": {"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "child", "Input.$": "$"},
            "OutputPath": "$.Output.n"}}}}}});
    cluster.machine("a", "child", WAIT).await;
    cluster.machine("a", "parent", &parent.to_string()).await;
    let items: Vec<_> = (0..ITEMS).map(|n| json!({"n": n})).collect();
    let begun = cluster.start_at("a", "parent", None, json!({"items": items}));
    let id = begun.await.unwrap().0.summary.id;
    cluster
        .until(|| async { cluster.listed_at("a", "child").await.len() >= 40 })
        .await;
    cluster.crash("b");
    cluster.balanced().await;
    for _ in 0..3 {
        cluster.clock.advance_ms(3_600_000);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    cluster
        .until(|| async {
            cluster.clock.advance_ms(60_000);
            !cluster.get_at("c", id).await.summary.status.is_open()
        })
        .await;
    let ended = cluster.get_at("c", id).await;
    let expected: Vec<_> = (0..ITEMS).collect();
    assert_eq!(ended.output.unwrap().value(), &json!(expected));
    assert_eq!(cluster.listed_at("c", "child").await.len(), ITEMS);
}
