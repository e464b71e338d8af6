//! Starts on terms: late ones are dropped, limited ones wait, and nothing that was held is lost.

use serde_json::json;
use steploom_api::wire::{
    ExecutionStatus as Status, ExecutionSummary, FunctionSettings, RedriveExecution, StartBefore,
    StartExecution,
};
use steploom_types::{AccountId, ExecutionId, Kind, Timestamp};

use crate::WAIT;
use crate::node::Node;
use crate::starts::start;

/// A machine of one task, of which so many executions run at once; the task runs until the test lets
/// it end.
async fn limited(node: &Node, executions: Option<u32>) {
    node.function("f", FunctionSettings::default()).await;
    node.runner.hold("f");
    let mut definition =
        json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "f", "End": true}}});
    if let Some(executions) = executions {
        definition["MaxConcurrentExecutions"] = json!(executions);
    }
    node.machine("m", &definition.to_string()).await;
}

fn keyed(n: usize, key: &str) -> StartExecution {
    StartExecution {
        concurrency_key: Some(key.to_owned()),
        ..start("m", None, n)
    }
}

async fn start_all(node: &Node, starts: Vec<StartExecution>) -> Vec<ExecutionId> {
    let answers = node.start_batch(starts).await;
    answers
        .into_iter()
        .map(|answer| answer.unwrap().0.id)
        .collect()
}

async fn one(node: &Node, start: StartExecution) -> ExecutionSummary {
    loop {
        match node.start_batch(vec![start.clone()]).await.remove(0) {
            // What is left of a node that was killed may take the shard back once.
            Err(error) if error.kind == Kind::Fenced => {}
            answer => return answer.unwrap().0,
        }
    }
}

/// The numbers that calls were given, in the order in which they began.
fn called(node: &Node) -> Vec<u64> {
    let events = node.runner.events("f");
    events
        .iter()
        .map(|event| event.value()["n"].as_u64().unwrap())
        .collect()
}

async fn running(node: &Node, count: usize) {
    node.until(|| async { node.runner.running("f") == count })
        .await;
}

#[tokio::test]
async fn a_machine_runs_so_many_executions_and_the_others_wait() {
    let mut node = Node::start().await;
    limited(&node, Some(2)).await;
    let ids = start_all(&node, (0..12).map(|n| start("m", None, n)).collect()).await;
    running(&node, 2).await;
    node.listed("m", Status::Pending, 10).await;
    // Whether one that waits is stopped, or one that runs, and whether the node is gone meanwhile.
    for id in &ids[..4] {
        node.stop(*id).await;
        assert_eq!(node.get(*id).await.summary.status, Status::Aborted);
    }
    running(&node, 2).await;
    node.crash_and_restart().await;
    running(&node, 2).await;
    node.listed("m", Status::Pending, 6).await;
    node.stop_and_restart().await;
    running(&node, 2).await;
    node.runner.let_go("f", 100);
    for id in &ids[4..] {
        assert_eq!(node.ended(*id).await.summary.status, Status::Succeeded);
    }
    assert_eq!(node.runner.running_max("f"), 2);
    let history = node.history(ids[11]).await;
    assert_eq!(history[..2], ["ExecutionStarted", "TaskStateEntered"]);
    assert_eq!(history.last().unwrap(), "ExecutionSucceeded");
}

#[tokio::test]
async fn those_of_one_key_run_in_order_and_other_keys_do_not_wait() {
    let mut node = Node::start().await;
    limited(&node, None).await;
    let ordered = |n: usize| StartExecution {
        ordered: true,
        // It changes nothing among those that keep an order.
        priority: i8::try_from(n).unwrap(),
        name: n
            .is_multiple_of(3)
            .then(|| format!("n{n}").parse().unwrap()),
        ..keyed(n, "a")
    };
    let mut ids = start_all(&node, (0..20).map(ordered).collect()).await;
    running(&node, 1).await;
    for n in 20..24 {
        ids.push(one(&node, ordered(n)).await.id);
    }
    node.crash_and_restart().await;
    for n in 24..30 {
        ids.push(one(&node, ordered(n)).await.id);
    }
    running(&node, 1).await;
    let other = one(&node, keyed(100, "b")).await;
    running(&node, 2).await;
    node.stop(ids[5]).await;
    node.runner.let_go("f", 1_000);
    for id in [&ids[..5], &ids[6..], &[other.id]].concat() {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    let mut order = called(&node);
    order.retain(|n| *n != 100);
    // The first was called again after the crash.
    order.dedup();
    let expected: Vec<u64> = (0..30).filter(|n| *n != 5).collect();
    assert_eq!(order, expected);
}

#[tokio::test]
async fn a_key_lets_as_many_run_as_it_was_said() {
    let node = Node::start().await;
    limited(&node, Some(4)).await;
    let three = |n| StartExecution {
        concurrency_limit: Some(3),
        ..keyed(n, "a")
    };
    let ids = start_all(&node, (0..9).map(three).collect()).await;
    running(&node, 3).await;
    // Three wait for the key, and leave the machine's fourth place to others.
    let other = one(&node, start("m", None, 50)).await;
    running(&node, 4).await;
    let late = one(&node, start("m", None, 51)).await;
    assert_eq!(late.status, Status::Pending);
    node.runner.let_go("f", 11);
    for id in [&ids[..], &[other.id, late.id]].concat() {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    assert_eq!(node.runner.running_max("f"), 4);
}

#[tokio::test]
async fn a_higher_priority_waits_less() {
    let node = Node::start().await;
    limited(&node, Some(1)).await;
    let first = one(&node, start("m", None, 0)).await;
    running(&node, 1).await;
    let at = |n: usize, priority: i8| StartExecution {
        priority,
        ..start("m", None, n)
    };
    for (n, priority) in [(1, 0), (2, -7), (3, 100)] {
        let summary = one(&node, at(n, priority)).await;
        assert_eq!(
            (summary.status, summary.priority),
            (Status::Pending, priority)
        );
    }
    node.listed("m", Status::Pending, 3).await;
    node.runner.let_go("f", 4);
    node.listed("m", Status::Succeeded, 4).await;
    assert_eq!(called(&node), [0, 3, 1, 2]);
    assert_eq!(node.get(first.id).await.summary.status, Status::Succeeded);
}

#[tokio::test]
async fn a_redriven_execution_waits_for_its_limit_as_a_start_does() {
    let mut node = Node::start().await;
    limited(&node, Some(1)).await;
    node.runner.fail("f", 1);
    let first = one(&node, start("m", None, 0)).await.id;
    running(&node, 1).await;
    node.runner.let_go("f", 1);
    assert_eq!(node.ended(first).await.summary.status, Status::Failed);
    let second = one(&node, start("m", None, 1)).await.id;
    running(&node, 1).await;
    let redrive = RedriveExecution::default();
    let executions = node.ports().executions;
    let redriven = executions.redrive(AccountId::LOCAL, first, redrive).await;
    assert_eq!(redriven.unwrap().summary.status, Status::Pending);
    node.crash_and_restart().await;
    running(&node, 1).await;
    assert_eq!(node.get(first).await.summary.status, Status::Pending);
    assert_eq!(
        called(&node),
        [0, 1, 1],
        "the first is not called again yet"
    );
    node.runner.let_go("f", 2);
    for id in [second, first] {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    assert_eq!(called(&node), [0, 1, 1, 0]);
    assert_eq!(node.runner.running_max("f"), 1);
}

#[tokio::test]
async fn a_start_that_waits_for_too_long_is_dropped() {
    let mut node = Node::start().await;
    limited(&node, Some(1)).await;
    let blocker = one(&node, start("m", None, 0)).await;
    running(&node, 1).await;
    let hasty = |n: usize| StartExecution {
        start_before: Some(StartBefore::Seconds(60)),
        ..start("m", None, n)
    };
    let first = one(&node, hasty(1)).await;
    let second = one(&node, hasty(2)).await;
    assert_eq!(second.status, Status::Pending);
    node.clock.advance_ms(59_999);
    assert_eq!(node.get(first.id).await.summary.status, Status::Pending);
    node.clock.advance_ms(1);
    assert_eq!(node.ended(first.id).await.summary.status, Status::Expired);
    assert_eq!(
        node.history(first.id).await,
        ["ExecutionStarted", "ExecutionExpired"]
    );
    node.ended(second.id).await;
    let third = one(&node, hasty(3)).await;
    node.clock.advance_ms(30_000);
    node.crash_and_restart().await;
    node.listed("m", Status::Expired, 2).await;
    assert_eq!(node.get(third.id).await.summary.status, Status::Pending);
    node.clock.advance_ms(30_000);
    node.crash_and_restart().await;
    assert_eq!(node.ended(third.id).await.summary.status, Status::Expired);
    // What had begun goes on, and gives its place to who is in time.
    let fourth = one(&node, hasty(4)).await;
    node.runner.let_go("f", 2);
    for id in [blocker.id, fourth.id] {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    node.clock.advance_ms(120_000);
    assert_eq!(node.get(fourth.id).await.summary.status, Status::Succeeded);
}

#[tokio::test]
async fn a_start_in_time_begins_and_a_late_one_is_refused() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let before = |at| StartExecution {
        start_before: Some(at),
        ..start("wait", Some("w"), 0)
    };
    let past = StartBefore::At(Timestamp::from_millis(1_000));
    for late in [past, StartBefore::Seconds(0)] {
        let refused = node
            .start_batch(vec![before(late)])
            .await
            .remove(0)
            .unwrap_err();
        assert_eq!(refused.code, "StartBeforePassed");
    }
    let id = one(&node, before(StartBefore::Seconds(1))).await.id;
    node.until(|| async { node.history(id).await.len() == 2 })
        .await;
    node.clock.advance_ms(3_600_000);
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
}

/// What a start asks for besides.
type Change = fn(&mut StartExecution);

#[tokio::test]
async fn tags_are_kept_and_what_is_out_of_range_is_refused() {
    let node = Node::start().await;
    limited(&node, None).await;
    let mut tagged = start("m", None, 0);
    tagged.tags = [("team".to_owned(), "blue".to_owned())].into();
    let id = one(&node, tagged.clone()).await.id;
    assert_eq!(node.get(id).await.summary.tags["team"], "blue");
    node.listed("m", Status::Running, 1).await;
    let wrong: [(Change, &str); 9] = [
        (|s| s.priority = 101, "InvalidPriority"),
        (
            |s| s.tags = (0..51).map(|n| (n.to_string(), String::new())).collect(),
            "TooManyTags",
        ),
        (
            |s| s.tags = [(String::new(), String::new())].into(),
            "InvalidTags",
        ),
        (
            |s| s.tags = [("k".repeat(129), String::new())].into(),
            "InvalidTags",
        ),
        (
            |s| s.tags = [("k".to_owned(), "v".repeat(257))].into(),
            "InvalidTags",
        ),
        (|s| s.ordered = true, "InvalidConcurrency"),
        (
            |s| s.concurrency_key = Some(String::new()),
            "InvalidConcurrency",
        ),
        (
            |s| (s.concurrency_key, s.concurrency_limit) = (Some("k".into()), Some(0)),
            "InvalidConcurrency",
        ),
        (
            |s| {
                (s.concurrency_key, s.concurrency_limit, s.ordered) =
                    (Some("k".into()), Some(2), true);
            },
            "InvalidConcurrency",
        ),
    ];
    for (change, code) in wrong {
        let mut start = start("m", None, 0);
        change(&mut start);
        let refused = node.start_batch(vec![start]).await.remove(0).unwrap_err();
        assert_eq!(refused.code, code, "{}", refused.message);
    }
}
