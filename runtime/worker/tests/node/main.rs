//! A whole node on the store in memory, through the ports, as the gateway sees it. Functions need
//! compiled modules and are tested with the real binary; here tasks fail or wait.

mod archive;
mod cluster;
mod control;
mod effects;
mod express;
mod fairness;
mod keyvalues;
mod limits;
mod memory;
mod node;
mod objects;
mod payloads;
mod quarantine;
mod ranges;
mod releases;
mod runner;
mod schedules;
mod search;
mod several;
mod starts;

use futures::StreamExt;
use node::Node;
use serde_json::json;
use steploom_api::wire::{ExecutionStatus as Status, ListExecutions, PageHistory, StopExecution};
use steploom_types::{AccountId, Kind};

const PASS: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Parameters": {"n.$": "$.n", "by.$": "$$.Execution.Name"}, "Next": "B"},
    "B": {"Type": "Pass", "End": true}}}"#;
const WAIT: &str =
    r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;
const ROUND: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Choice", "Choices": [{"Variable": "$.go", "BooleanEquals": true, "Next": "P"}], "Default": "E"},
    "E": {"Type": "Succeed"}}}"#;
const MISSING: &str = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "nobody", "End": true,
    "Retry": [{"ErrorEquals": ["Function.NotFound"], "IntervalSeconds": 60, "MaxAttempts": 1}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
    "C": {"Type": "Pass", "End": true}}}"#;

#[tokio::test]
async fn a_machine_of_pure_states_ends_with_its_output() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    let execution = node
        .start_named("pass", "monday", json!({"n": 1}))
        .await
        .unwrap()
        .0;
    let ended = node.ended(execution.summary.id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    assert_eq!(
        ended.output.unwrap().value(),
        &json!({"n": 1, "by": "monday"})
    );
    assert!(ended.summary.ended_at.is_some());
}

#[tokio::test]
async fn a_name_starts_one_execution() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let (first, started) = node
        .start_named("wait", "monday", json!({"n": 1}))
        .await
        .unwrap();
    assert!(started);
    let (again, started) = node
        .start_named("wait", "monday", json!({"n": 1}))
        .await
        .unwrap();
    assert!(!started);
    assert_eq!(again.summary.id, first.summary.id);
    let other_input = node
        .start_named("wait", "monday", json!({"n": 2}))
        .await
        .unwrap_err();
    assert_eq!(
        (other_input.kind, other_input.code),
        (Kind::Conflict, "ExecutionAlreadyExists")
    );

    node.stop(first.summary.id).await;
    let closed = node
        .start_named("wait", "monday", json!({"n": 1}))
        .await
        .unwrap_err();
    assert_eq!(closed.code, "ExecutionAlreadyExists");
    let after_checkpoint = {
        node.listed("wait", Status::Aborted, 1).await;
        node.start_named("wait", "monday", json!({"n": 1}))
            .await
            .unwrap_err()
    };
    assert_eq!(after_checkpoint.code, "ExecutionAlreadyExists");
    node.clock.advance_ms(25 * 3600 * 1000);
    assert!(
        node.start_named("wait", "monday", json!({"n": 1}))
            .await
            .unwrap()
            .1,
        "the window of names is over"
    );
}

#[tokio::test]
async fn a_hundred_who_want_one_name_get_one_execution() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let starts = (0..100).map(|_| node.start_named("wait", "monday", json!({})));
    let answers = futures::future::join_all(starts).await;
    let ids: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|a| a.as_ref().unwrap().0.summary.id)
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(answers.iter().filter(|a| a.as_ref().unwrap().1).count(), 1);
}

#[tokio::test]
async fn what_was_accepted_goes_on_after_the_node_is_gone() {
    let mut node = Node::start().await;
    node.machine("wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..40 {
        ids.push(
            node.start_named("wait", &format!("n{n}"), json!({"n": n}))
                .await
                .unwrap()
                .0
                .summary
                .id,
        );
    }
    // Some are in the projection, some only in the journal's tail.
    node.listed("wait", Status::Running, 40).await;
    for n in 40..60 {
        ids.push(
            node.start_named("wait", &format!("n{n}"), json!({"n": n}))
                .await
                .unwrap()
                .0
                .summary
                .id,
        );
    }
    node.crash_and_restart().await;
    for (n, id) in ids.iter().enumerate() {
        let execution = node.get(*id).await;
        assert_eq!(execution.summary.status, Status::Running);
        assert_eq!(execution.input.value(), &json!({"n": n}));
    }
    node.clock.advance_ms(3600 * 1000);
    for id in ids {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
        let kinds = node.history(id).await;
        assert_eq!(
            kinds,
            [
                "ExecutionStarted",
                "WaitStateEntered",
                "WaitStateExited",
                "ExecutionSucceeded"
            ]
        );
    }
}

#[tokio::test]
async fn a_timer_is_never_early() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node
        .start_named("wait", "w", json!({}))
        .await
        .unwrap()
        .0
        .summary
        .id;
    node.clock.advance_ms(3600 * 1000 - 1);
    node.listed("wait", Status::Running, 1).await;
    assert_eq!(node.get(id).await.summary.status, Status::Running);
    node.clock.advance_ms(1);
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
}

#[tokio::test]
async fn a_missing_function_is_retried_and_caught() {
    let node = Node::start().await;
    node.machine("missing", MISSING).await;
    let id = node
        .start_named("missing", "m", json!({}))
        .await
        .unwrap()
        .0
        .summary
        .id;
    node.until(|| async {
        node.history(id)
            .await
            .iter()
            .filter(|k| *k == "LambdaFunctionFailed" || *k == "LambdaFunctionScheduleFailed")
            .count()
            == 1
    })
    .await;
    node.clock.advance_ms(60_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    assert_eq!(ended.output.unwrap().value()["Error"], "Function.NotFound");
}

#[tokio::test]
async fn stopping_ends_an_execution_once() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node
        .start_named("wait", "w", json!({}))
        .await
        .unwrap()
        .0
        .summary
        .id;
    let stop = StopExecution {
        error: Some("Enough".into()),
        cause: Some("of this".into()),
    };
    let executions = node.ports().executions;
    let stopped = executions.stop(AccountId::LOCAL, id, stop).await.unwrap();
    assert_eq!(stopped.summary.status, Status::Aborted);
    assert_eq!(
        (stopped.error.as_deref(), stopped.cause.as_deref()),
        (Some("Enough"), Some("of this"))
    );
    let again = executions
        .stop(AccountId::LOCAL, id, StopExecution::default())
        .await
        .unwrap();
    assert_eq!(again, stopped);
}

#[tokio::test]
async fn events_come_from_the_first_to_the_last_and_end() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node
        .start_named("wait", "w", json!({}))
        .await
        .unwrap()
        .0
        .summary
        .id;
    let events = node
        .ports()
        .executions
        .events(AccountId::LOCAL, id, 0)
        .await
        .unwrap();
    let collect = tokio::spawn(events.map(|e| e.unwrap().id).collect::<Vec<_>>());
    node.clock.advance_ms(3600 * 1000);
    assert_eq!(collect.await.unwrap(), [1, 2, 3, 4]);
    let late = node
        .ports()
        .executions
        .events(AccountId::LOCAL, id, 2)
        .await
        .unwrap();
    assert_eq!(
        late.map(|e| e.unwrap().id).collect::<Vec<_>>().await,
        [3, 4]
    );
}

#[tokio::test]
async fn histories_and_lists_come_in_pages() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    for n in 0..5 {
        let id = node
            .start_named("pass", &format!("p{n}"), json!({"n": n}))
            .await
            .unwrap()
            .0
            .summary
            .id;
        node.ended(id).await;
        let mut seen = Vec::new();
        let mut page = PageHistory {
            limit: Some(2),
            ..PageHistory::default()
        };
        loop {
            let part = node
                .ports()
                .executions
                .history(AccountId::LOCAL, id, page.clone())
                .await
                .unwrap();
            seen.extend(part.items.iter().map(|e| e.id));
            page.next = part.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
    }
    node.listed("pass", Status::Succeeded, 5).await;
    let mut names = Vec::new();
    let mut list = ListExecutions {
        limit: Some(2),
        ..ListExecutions::default()
    };
    loop {
        let part = node
            .ports()
            .executions
            .list(AccountId::LOCAL, list.clone())
            .await
            .unwrap();
        names.extend(part.items.iter().map(|e| e.name.to_string()));
        list.next = part.next;
        if list.next.is_none() {
            break;
        }
    }
    names.sort_unstable();
    assert_eq!(names, ["p0", "p1", "p2", "p3", "p4"]);
}

#[tokio::test]
async fn other_accounts_see_nothing() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let execution = node.start_named("wait", "w", json!({})).await.unwrap().0;
    let id = execution.summary.id;
    let other: AccountId = "111111111111".parse().unwrap();
    let executions = node.ports().executions;
    let foreign = executions.get(other, id).await.unwrap_err();
    let absent = executions
        .get(
            other,
            "00000000-0000-0000-0000-000000000000".parse().unwrap(),
        )
        .await
        .unwrap_err();
    assert_eq!(
        foreign.message.replace(&id.to_string(), ""),
        absent
            .message
            .replace("00000000-0000-0000-0000-000000000000", "")
    );
    for error in [
        executions
            .history(other, id, PageHistory::default())
            .await
            .unwrap_err(),
        executions
            .stop(other, id, StopExecution::default())
            .await
            .unwrap_err(),
        executions
            .get_by_name(other, &execution.summary.machine, &execution.summary.name)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind, Kind::NotFound);
    }
    assert!(
        executions
            .list(other, ListExecutions::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(node.get(id).await.summary.status, Status::Running);
}

#[tokio::test]
async fn an_execution_is_found_by_its_name() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    let named = node
        .start_named("pass", "monday", json!({"n": 1}))
        .await
        .unwrap()
        .0;
    let unnamed = node.start_unnamed("pass", json!({"n": 2})).await;
    for execution in [named, unnamed] {
        let id = execution.summary.id;
        node.ended(id).await;
        let by_name = || async {
            let executions = node.ports().executions;
            executions
                .get_by_name(
                    AccountId::LOCAL,
                    &execution.summary.machine,
                    &execution.summary.name,
                )
                .await
                .unwrap()
                .summary
                .id
        };
        assert_eq!(by_name().await, id, "in memory");
        node.until(|| async { node.listed_ids("pass").await.contains(&id) })
            .await;
        assert_eq!(by_name().await, id, "in the projection");
    }
}

#[tokio::test]
async fn a_definition_that_is_wrong_is_refused_with_its_places() {
    let node = Node::start().await;
    let wrong = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}, "B": {"Type": "Succeed"}}}"#;
    let refused = node.put_machine("wrong", wrong).await.unwrap_err();
    assert_eq!(refused.code, "InvalidDefinition");
    assert!(
        refused
            .problems
            .iter()
            .any(|p| p.path.contains("/States/A")),
        "{:?}",
        refused.problems
    );
    assert_eq!(
        node.ports()
            .machines
            .get(AccountId::LOCAL, &"wrong".parse().unwrap())
            .await
            .unwrap_err()
            .code,
        "MachineNotFound"
    );
}

#[tokio::test]
async fn an_execution_that_goes_round_and_round_does_not_keep_a_node_from_stopping() {
    let mut node = Node::start().await;
    node.machine("round", ROUND).await;
    let id = node
        .start_unnamed("round", json!({"go": true}))
        .await
        .summary
        .id;
    // It goes round: every thousand transitions take another fact.
    node.until(|| async { node.history_length(id).await > 5_000 })
        .await;
    node.stop_and_restart().await;
    assert_eq!(node.get(id).await.summary.status, Status::Running);
    node.stop(id).await;
}
