//! Pausing, going on, and going on after the end, over crashes.

use serde_json::{Value, json};
use steploom_api::wire::{
    Execution, ExecutionStatus as Status, FunctionSettings, RedriveExecution,
};
use steploom_types::{AccountId, Error, ExecutionId, Json};

use crate::WAIT;
use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;

/// Two calls of functions, one after the other.
fn chain() -> Value {
    json!({
        "StartAt": "first",
        "States": {
            "first": {"Type": "Task", "Resource": "f", "Next": "second"},
            "second": {"Type": "Task", "Resource": "g", "End": true},
        },
    })
}

async fn with_functions(machine: &Value) -> Node {
    let node = Node::start().await;
    for name in ["f", "g"] {
        node.function(name, FunctionSettings::default()).await;
    }
    node.machine("m", &machine.to_string()).await;
    node
}

async fn pause(node: &Node, id: ExecutionId) -> Execution {
    let executions = node.ports().executions;
    executions.pause(LOCAL, id).await.unwrap()
}

async fn resume(node: &Node, id: ExecutionId) -> Execution {
    let executions = node.ports().executions;
    executions.resume(LOCAL, id).await.unwrap()
}

async fn redrive(
    node: &Node,
    id: ExecutionId,
    redrive: RedriveExecution,
) -> Result<Execution, Error> {
    node.ports().executions.redrive(LOCAL, id, redrive).await
}

/// Starts one whose second call fails, and waits until it has ended and left memory.
async fn failed(node: &Node) -> ExecutionId {
    node.runner.fail("g", 1);
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Failed);
    node.listed("m", Status::Failed, 1).await;
    id
}

#[tokio::test]
async fn a_paused_execution_begins_nothing_until_it_goes_on() {
    let mut node = with_functions(&chain()).await;
    node.runner.hold("f");
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    let paused = pause(&node, id).await;
    assert_eq!(paused.summary.status, Status::Paused);
    assert_eq!(pause(&node, id).await.summary.status, Status::Paused);
    node.listed("m", Status::Paused, 1).await;
    node.runner.let_go("f", 1);
    node.until(|| async { node.runner.running("f") == 0 }).await;
    // It only waits now, so it leaves memory; and it stays paused over a crash.
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
    node.crash_and_restart().await;
    assert_eq!(node.get(id).await.summary.status, Status::Paused);
    assert_eq!(node.runner.begun(), ["f"]);
    assert_eq!(resume(&node, id).await.summary.status, Status::Running);
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    assert_eq!(node.runner.begun(), ["f", "g"]);
    let history = node.history(id).await;
    let place = |kind: &str| history.iter().position(|event| event == kind);
    assert!(place("ExecutionPaused") < place("ExecutionResumed"));
    assert!(place("ExecutionResumed") < place("LambdaFunctionSucceeded"));
}

#[tokio::test]
async fn a_call_that_was_lost_while_it_was_paused_is_made_again_when_it_goes_on() {
    let mut node = with_functions(&chain()).await;
    node.runner.hold("f");
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    pause(&node, id).await;
    node.crash_and_restart().await;
    node.until(|| async { node.metric("steploom_executions_loaded_total") == 1 })
        .await;
    assert_eq!(node.runner.begun(), ["f"]);
    node.runner.let_go("f", 1);
    resume(&node, id).await;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    assert_eq!(node.runner.begun(), ["f", "f", "g"]);
}

#[tokio::test]
async fn a_wait_that_was_over_while_it_was_paused_is_over_when_it_goes_on() {
    let mut node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node.start_unnamed("wait", json!({})).await.summary.id;
    pause(&node, id).await;
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
    node.clock.advance_ms(4_000_000);
    node.crash_and_restart().await;
    assert_eq!(node.get(id).await.summary.status, Status::Paused);
    resume(&node, id).await;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
}

#[tokio::test]
async fn what_is_paused_can_be_stopped_and_what_has_ended_cannot_be_paused() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let id = node.start_unnamed("wait", json!({})).await.summary.id;
    pause(&node, id).await;
    node.stop(id).await;
    assert_eq!(node.get(id).await.summary.status, Status::Aborted);
    let executions = node.ports().executions;
    let ended = executions.pause(LOCAL, id).await.unwrap_err();
    assert_eq!(ended.code, "ExecutionEnded");
    node.listed("wait", Status::Aborted, 1).await;
    let ended = executions.resume(LOCAL, id).await.unwrap_err();
    assert_eq!(ended.code, "ExecutionEnded");
    let absent = executions.pause(AccountId::from_u64(7).unwrap(), id).await;
    assert_eq!(absent.unwrap_err().code, "ExecutionNotFound");
    // A stop says the same however often it comes.
    node.stop(id).await;
    assert_eq!(node.get(id).await.summary.status, Status::Aborted);
}

#[tokio::test]
async fn what_failed_goes_on_from_the_state_that_failed() {
    let mut node = with_functions(&chain()).await;
    let id = failed(&node).await;
    node.crash_and_restart().await;
    let redriven = redrive(&node, id, RedriveExecution::default()).await;
    let redriven = redriven.unwrap().summary;
    assert_eq!(redriven.redrive_count, 1);
    assert_eq!(redriven.ended_at, None);
    // Also where nothing but the journal knows of it.
    node.crash_and_restart().await;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    let calls = node.runner.begun();
    assert_eq!(calls.iter().filter(|name| *name == "f").count(), 1);
    assert!(calls.iter().filter(|name| *name == "g").count() >= 2);
    node.listed("m", Status::Succeeded, 1).await;
    node.listed("m", Status::Failed, 0).await;
    let history = node.history(id).await;
    let place = history
        .iter()
        .position(|event| event == "ExecutionRedriven");
    assert_eq!(history[place.unwrap() - 1], "ExecutionFailed");
    assert_eq!(history.last().unwrap(), "ExecutionSucceeded");
    node.crash_and_restart().await;
    let execution = node.get(id).await;
    assert_eq!(execution.summary.redrive_count, 1);
    assert_eq!(execution.output.unwrap().value(), &json!({"n": 1}));
}

#[tokio::test]
async fn it_can_be_redriven_again_and_again() {
    let mut node = with_functions(&chain()).await;
    let id = failed(&node).await;
    for round in 1..4 {
        node.runner.fail("g", 1);
        redrive(&node, id, RedriveExecution::default())
            .await
            .unwrap();
        node.until(|| async { node.get(id).await.summary.status == Status::Failed })
            .await;
        assert_eq!(node.get(id).await.summary.redrive_count, round);
        if round == 2 {
            node.crash_and_restart().await;
        }
    }
    redrive(&node, id, RedriveExecution::default())
        .await
        .unwrap();
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    assert_eq!(node.runner.events("f").len(), 1);
    assert_eq!(node.runner.events("g").len(), 5);
}

#[tokio::test]
async fn a_redrive_with_the_token_of_the_last_one_is_that_one() {
    let mut node = with_functions(&chain()).await;
    let id = failed(&node).await;
    let of = |token: &str| RedriveExecution {
        client_token: Some(token.to_owned()),
        ..RedriveExecution::default()
    };
    node.runner.fail("g", 1);
    let first = redrive(&node, id, of("t-1")).await.unwrap().summary;
    node.until(|| async { node.get(id).await.summary.status == Status::Failed })
        .await;
    for _ in 0..2 {
        let again = redrive(&node, id, of("t-1")).await.unwrap().summary;
        assert_eq!(
            (again.redrive_count, again.redriven_at),
            (1, first.redriven_at)
        );
        assert_eq!(again.status, Status::Failed);
        // Also when it is read again.
        node.crash_and_restart().await;
    }
    redrive(&node, id, of("t-2")).await.unwrap();
    let ended = node.ended(id).await.summary;
    assert_eq!((ended.redrive_count, ended.status), (2, Status::Succeeded));
    let refused = redrive(&node, id, of("")).await.unwrap_err();
    assert_eq!(refused.code, "InvalidClientToken");
}

#[tokio::test]
async fn the_state_that_failed_can_get_another_input_be_passed_over_or_be_replaced() {
    let mut node = with_functions(&chain()).await;
    let id = failed(&node).await;
    let input = RedriveExecution {
        input: Some(Json::from(json!({"n": 2}))),
        ..RedriveExecution::default()
    };
    redrive(&node, id, input).await.unwrap();
    let ended = node.ended(id).await;
    assert_eq!(ended.output.unwrap().value(), &json!({"n": 2}));
    assert_eq!(ended.input.value(), &json!({"n": 1}));

    node.runner.fail("g", 1);
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Failed);
    let skip = RedriveExecution {
        skip: Some(Json::null()),
        ..RedriveExecution::default()
    };
    redrive(&node, id, skip).await.unwrap();
    assert_eq!(node.ended(id).await.output.unwrap().value(), &Value::Null);

    node.runner.fail("g", 1);
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Failed);
    let mut repaired = chain();
    repaired["States"]["second"]["Resource"] = json!("f");
    repaired["States"]["second"]["Parameters"] = json!({"repaired": true});
    node.machine("m", &repaired.to_string()).await;
    let version = RedriveExecution {
        version: Some(2),
        ..RedriveExecution::default()
    };
    redrive(&node, id, version).await.unwrap();
    node.crash_and_restart().await;
    let ended = node.ended(id).await;
    assert_eq!(ended.output.unwrap().value(), &json!({"repaired": true}));
    assert_eq!(ended.summary.machine_version, 2);
    assert_eq!(node.history(id).await.last().unwrap(), "ExecutionSucceeded");
}

#[tokio::test]
async fn what_cannot_be_redriven_is_refused_with_the_reason() {
    let node = with_functions(&chain()).await;
    let id = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    let refused = redrive(&node, id, RedriveExecution::default()).await;
    assert_eq!(refused.unwrap_err().code, "ExecutionNotRedrivable");
    // Also when it has left memory, which it leaves again.
    node.listed("m", Status::Succeeded, 1).await;
    let refused = redrive(&node, id, RedriveExecution::default()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "ExecutionNotRedrivable");
    assert!(refused.message.contains("succeeded"), "{refused}");

    let failing = failed(&node).await;
    let other = RedriveExecution {
        version: Some(9),
        ..RedriveExecution::default()
    };
    let refused = redrive(&node, failing, other).await;
    assert_eq!(refused.unwrap_err().code, "MachineNotFound");
    let foreign = node.ports().executions;
    let foreign = foreign.redrive(
        AccountId::from_u64(7).unwrap(),
        failing,
        RedriveExecution::default(),
    );
    assert_eq!(foreign.await.unwrap_err().code, "ExecutionNotFound");
    let open = {
        node.runner.hold("f");
        node.start_unnamed("m", json!({})).await.summary.id
    };
    let refused = redrive(&node, open, RedriveExecution::default()).await;
    assert_eq!(refused.unwrap_err().code, "ExecutionNotRedrivable");
}

#[tokio::test]
async fn of_two_who_redrive_at_once_one_is_refused() {
    let node = with_functions(&chain()).await;
    let id = failed(&node).await;
    node.runner.hold("g");
    let twice = futures::future::join(
        redrive(&node, id, RedriveExecution::default()),
        redrive(&node, id, RedriveExecution::default()),
    );
    let (first, second) = twice.await;
    assert_eq!([first.is_ok(), second.is_ok()], [true, false]);
    assert_eq!(second.unwrap_err().code, "ExecutionNotRedrivable");
    node.runner.let_go("g", 1);
    assert_eq!(node.ended(id).await.summary.redrive_count, 1);
}

#[tokio::test]
async fn an_attempt_that_may_be_made_once_is_not_made_again_after_a_crash() {
    let mut machine = chain();
    machine["States"]["first"]["AtMostOnce"] = json!(true);
    machine["States"]["first"]["Retry"] =
        json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]);
    let mut node = with_functions(&machine).await;
    node.runner.hold("f");
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    node.crash_and_restart().await;
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Failed);
    assert_eq!(ended.error.as_deref(), Some("Function.OutcomeUnknown"));
    assert_eq!(node.runner.begun(), ["f"]);

    // Who names the error may act on it.
    machine["States"]["first"]["Retry"][0]["ErrorEquals"] = json!(["Function.OutcomeUnknown"]);
    node.machine("m", &machine.to_string()).await;
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    node.crash_and_restart().await;
    node.until(|| async {
        !node
            .history(id)
            .await
            .iter()
            .all(|event| event != "LambdaFunctionFailed")
    })
    .await;
    node.clock.advance_ms(2_000);
    node.runner.let_go("f", 1);
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
}

#[tokio::test]
async fn a_function_says_that_it_is_called_once_at_the_most() {
    let mut node = Node::start().await;
    let settings = FunctionSettings {
        at_most_once: true,
        ..FunctionSettings::default()
    };
    node.function("f", settings).await;
    let retry = json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]);
    let machine = json!({"StartAt": "first", "States": {
        "first": {"Type": "Task", "Resource": "f", "Retry": retry, "End": true}
    }});
    node.machine("m", &machine.to_string()).await;
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    node.runner.hold("f");
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    node.crash_and_restart().await;
    let ended = node.ended(id).await;
    assert_eq!(ended.error.as_deref(), Some("Function.OutcomeUnknown"));
    assert_eq!(node.runner.begun(), ["f", "f"], "once for each execution");
}

#[tokio::test]
async fn who_has_lost_its_name_does_not_go_on_under_it() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let first = node.start_named("wait", "monday", json!({})).await;
    let first = first.unwrap().0.summary.id;
    node.stop(first).await;
    node.listed("wait", Status::Aborted, 1).await;
    node.clock.advance_ms(25 * 3600 * 1000);
    let second = node.start_named("wait", "monday", json!({})).await;
    let second = second.unwrap().0.summary.id;
    let refused = redrive(&node, first, RedriveExecution::default()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "ExecutionNotRedrivable");
    assert!(refused.message.contains(&second.to_string()), "{refused}");

    // The same when all memory has of the name is gone.
    node.stop(second).await;
    node.listed("wait", Status::Aborted, 2).await;
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
    let refused = redrive(&node, first, RedriveExecution::default()).await;
    assert_eq!(refused.unwrap_err().code, "ExecutionNotRedrivable");
    let redriven = redrive(&node, second, RedriveExecution::default()).await;
    assert_eq!(redriven.unwrap().summary.status, Status::Running);
}
