//! Executions that their callers wait for: in memory alone, under the same limits as all others.

use std::sync::Arc;

use serde_json::{Value, json};
use steploom_api::port::{Executions, PutMachine, ReadLogs};
use steploom_api::wire::{
    ExecutionStatus as Status, FunctionSettings, LogLevel, Logging, MachineLogging,
    MachineSettings, MachineType, RedriveExecution, StartExecution, SyncExecution,
};
use steploom_types::limits::express as limits;
use steploom_types::{AccountId, Json, Kind, Name, Result};

use crate::node::Node;
use crate::{ROUND, WAIT};

const LOCAL: AccountId = AccountId::LOCAL;

fn start(machine: &str, input: Value) -> StartExecution {
    StartExecution {
        input: Json::from(input),
        ..StartExecution::new(machine.parse().unwrap())
    }
}

async fn run(node: &Node, machine: &str, input: Value) -> Result<SyncExecution> {
    let executions = node.ports().executions;
    let start = start(machine, input);
    executions
        .run_sync(LOCAL, start, Some(Logging::default()))
        .await
}

/// The same beside the test, until it is aborted.
fn spawn(node: &Node, machine: &str) -> tokio::task::JoinHandle<Result<SyncExecution>> {
    let executions: Arc<dyn Executions> = node.ports().executions;
    let start = start(machine, json!({}));
    tokio::spawn(async move {
        executions
            .run_sync(LOCAL, start, Some(Logging::default()))
            .await
    })
}

fn task(resource: &str, more: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": resource, "End": true});
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    json!({"StartAt": "T", "States": {"T": state}})
}

async fn function(node: &Node, settings: FunctionSettings) {
    node.function("f", settings).await;
    let machine = task("f", &json!({}));
    node.machine("m", &machine.to_string()).await;
}

fn output(ended: &SyncExecution) -> &Value {
    assert_eq!(ended.summary.status, Status::Succeeded, "{:?}", ended.cause);
    ended.output.as_ref().unwrap().value()
}

#[tokio::test]
async fn its_end_is_answered_and_nothing_is_kept() {
    let node = Node::start().await;
    function(&node, FunctionSettings::default()).await;
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Next": "M", "Branches": [
            {"StartAt": "F", "States": {"F": {"Type": "Task", "Resource": "f", "End": true}}},
            {"StartAt": "L", "States": {"L": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f", "Payload": {"id.$": "$$.Execution.Id"}}, "OutputPath": "$.Payload", "End": true}}}]},
        "M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States":
            {"I": {"Type": "Task", "Resource": "f", "End": true}}}}}});
    node.machine("all", &definition.to_string()).await;
    let records = node.records().await;
    let named = StartExecution {
        name: Some("monday".parse().unwrap()),
        ..start("all", json!({"n": 1}))
    };
    // A name may be used again.
    for _ in 0..2 {
        let executions = node.ports().executions;
        let logging = Logging::default();
        let ended = executions
            .run_sync(LOCAL, named.clone(), Some(logging))
            .await;
        let ended = ended.unwrap();
        let arn = "arn:aws:states:us-east-1:000000000000:express:all:monday:";
        assert!(ended.arn.starts_with(arn), "{}", ended.arn);
        assert_eq!(output(&ended), &json!([{"n": 1}, {"id": ended.arn}]));
        assert_eq!(ended.input.value(), &json!({"n": 1}));
        assert_eq!(ended.summary.name.as_str(), "monday");
        let billing = ended.billing;
        assert_eq!((billing.duration_ms, billing.memory_mb), (100, 64));
        let absent = node.ports().executions.get(LOCAL, ended.summary.id).await;
        assert_eq!(absent.unwrap_err().code, "ExecutionNotFound");
    }
    assert_eq!(node.records().await, records);
    assert_eq!(node.metric("steploom_express_running"), 0);
}

#[tokio::test]
async fn what_fails_is_tried_again_and_caught() {
    let node = Node::start().await;
    node.function("f", FunctionSettings::default()).await;
    let retried =
        json!({"Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 60, "MaxAttempts": 1}]});
    node.machine("m", &task("f", &retried).to_string()).await;
    node.runner.fail("f", 1);
    let running = spawn(&node, "m");
    node.until(|| async { node.runner.begun().len() == 1 && node.runner.running("f") == 0 })
        .await;
    node.clock.advance_ms(61_000);
    let ended = running.await.unwrap().unwrap();
    assert_eq!(output(&ended), &json!({}));
    assert_eq!(ended.billing.duration_ms, 61_000);

    node.runner.fail("f", 1);
    node.machine("plain", &task("f", &json!({})).to_string())
        .await;
    let failed = run(&node, "plain", json!({})).await.unwrap();
    assert_eq!(failed.summary.status, Status::Failed);
    assert_eq!(failed.error.as_deref(), Some("E"));
    let absent = task("nobody", &json!({})).to_string();
    node.machine("absent", &absent).await;
    let failed = run(&node, "absent", json!({})).await.unwrap();
    assert_eq!(failed.error.as_deref(), Some("Function.NotFound"));
}

#[tokio::test]
async fn tasks_take_their_turn_with_all_others() {
    let node = Node::start().await;
    function(&node, FunctionSettings::default()).await;
    node.runner.hold("f");
    let running: Vec<_> = (0..10).map(|_| spawn(&node, "m")).collect();
    // The node has four permits.
    node.until(|| async { node.runner.running("f") == 4 }).await;
    node.until(|| async { node.metric("steploom_express_running") == 10 })
        .await;
    node.start_unnamed("m", json!({"durable": true})).await;
    node.runner.let_go("f", 11);
    for running in running {
        output(&running.await.unwrap().unwrap());
    }
    node.listed("m", Status::Succeeded, 1).await;
    assert_eq!(node.runner.running_max("f"), 4);

    let node = Node::start().await;
    let one = FunctionSettings {
        max_concurrency: Some(1),
        at_most_once: true,
        ..FunctionSettings::default()
    };
    function(&node, one).await;
    let running: Vec<_> = (0..5).map(|_| spawn(&node, "m")).collect();
    for running in running {
        output(&running.await.unwrap().unwrap());
    }
    assert_eq!(node.runner.running_max("f"), 1);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_nothing_behind() {
    let node = Node::start().await;
    function(&node, FunctionSettings::default()).await;
    node.runner.hold("f");
    let running: Vec<_> = (0..4).map(|_| spawn(&node, "m")).collect();
    node.until(|| async { node.runner.running("f") == 4 }).await;
    let waiting = spawn(&node, "m");
    node.until(|| async { node.metric("steploom_express_running") == 5 })
        .await;
    waiting.abort();
    for running in &running {
        running.abort();
    }
    node.until(|| async { node.metric("steploom_express_running") == 0 })
        .await;
    assert_eq!(node.runner.running("f"), 0);
    assert_eq!(node.runner.begun().len(), 4, "the fifth had no turn");
    // All permits are back.
    let running: Vec<_> = (0..4).map(|_| spawn(&node, "m")).collect();
    node.until(|| async { node.runner.running("f") == 4 }).await;
    node.runner.let_go("f", 4);
    for running in running {
        output(&running.await.unwrap().unwrap());
    }
}

#[tokio::test]
async fn it_takes_no_longer_than_five_minutes() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    node.machine("round", ROUND).await;
    let waiting = spawn(&node, "wait");
    let executions = node.ports().executions;
    let round = start("round", json!({"go": true}));
    let round = tokio::spawn(async move {
        executions
            .run_sync(LOCAL, round, Some(Logging::default()))
            .await
    });
    node.until(|| async { node.metric("steploom_express_running") == 2 })
        .await;
    node.clock.advance_ms(limits::SECONDS_MAX as i64 * 1000);
    for running in [waiting, round] {
        let ended = running.await.unwrap().unwrap();
        assert_eq!(ended.summary.status, Status::TimedOut);
        assert_eq!(ended.billing.duration_ms, 300_000);
    }
}

#[tokio::test]
async fn it_holds_only_so_much() {
    let node = Node::start().await;
    node.function("f", FunctionSettings::default()).await;
    let definition = json!({"StartAt": "F", "States": {
        "F": {"Type": "Task", "Resource": "f", "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "IsString": true, "Next": "F"}], "Default": "E"},
        "E": {"Type": "Succeed"}}});
    node.machine("m", &definition.to_string()).await;
    let large = "x".repeat(200_000);
    let ended = run(&node, "m", json!(large)).await.unwrap();
    assert_eq!(ended.summary.status, Status::Failed);
    assert_eq!(ended.error.as_deref(), Some("States.Runtime"));
    assert!(ended.cause.unwrap().contains("bytes of data"));
    let calls = node.runner.begun().len() as u64;
    assert_eq!(calls, limits::BYTES_MAX / 200_002);
}

#[tokio::test]
async fn only_so_many_run_at_once() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let running: Vec<_> = (0..limits::RUNS_MAX)
        .map(|_| spawn(&node, "wait"))
        .collect();
    let all = limits::RUNS_MAX as i64;
    node.until(|| async { node.metric("steploom_express_running") == all })
        .await;
    let refused = run(&node, "wait", json!({})).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.code),
        (Kind::Exhausted, "TooManyRequests")
    );
    running.iter().for_each(tokio::task::JoinHandle::abort);
    node.until(|| async { node.metric("steploom_express_running") == 0 })
        .await;
}

#[tokio::test]
async fn other_executions_are_started_durably() {
    let node = Node::start().await;
    node.machine("child", WAIT).await;
    let resource = "arn:aws:states:::states:startExecution";
    let arguments =
        json!({"Parameters": {"StateMachineArn": "child", "Name": "c", "Input": {"by.$": "$.n"}}});
    node.machine("m", &task(resource, &arguments).to_string())
        .await;
    let ended = run(&node, "m", json!({"n": 7})).await.unwrap();
    let arn = "arn:aws:states:us-east-1:000000000000:execution:child:c";
    assert_eq!(output(&ended)["ExecutionArn"], arn);
    node.listed("child", Status::Running, 1).await;
    let child = node.listed_ids("child").await[0];
    assert_eq!(node.get(child).await.input.value(), &json!({"by": 7}));
    // The name is taken now.
    let failed = run(&node, "m", json!({"n": 8})).await.unwrap();
    let error = failed.error.unwrap();
    assert!(error.contains("ExecutionAlreadyExists"), "{error}");
}

#[tokio::test]
async fn what_needs_a_journal_is_refused_with_its_place() {
    let node = Node::start().await;
    node.machine("child", WAIT).await;
    let child = json!({"Parameters": {"StateMachineArn": "child"}});
    let activity = "arn:aws:states:us-east-1:000000000000:activity:a";
    let mut limited = task("f", &json!({}));
    limited["MaxConcurrentExecutions"] = json!(1);
    let mut map = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": task("f", &json!({}))}}});
    map["States"]["M"]["ItemProcessor"]["ProcessorConfig"] =
        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    for (definition, place) in [
        (
            task("arn:aws:states:::states:startExecution.sync:2", &child),
            "/States/T/Resource",
        ),
        (
            task(
                "arn:aws:states:::states:startExecution.waitForTaskToken",
                &child,
            ),
            "/States/T/Resource",
        ),
        (task(activity, &json!({})), "/States/T/Resource"),
        (map, "/States/M/ItemProcessor/ProcessorConfig/Mode"),
        (limited, "/MaxConcurrentExecutions"),
    ] {
        node.machine("m", &definition.to_string()).await;
        let refused = run(&node, "m", json!({})).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.code),
            (Kind::Invalid, "MachineNotExpress")
        );
        assert_eq!(refused.problems[0].path, place);
    }
    node.machine("m", WAIT).await;
    let executions = node.ports().executions;
    let keyed = StartExecution {
        concurrency_key: Some("k".to_owned()),
        ..start("m", json!({}))
    };
    let refused = executions
        .run_sync(LOCAL, keyed, Some(Logging::default()))
        .await;
    assert_eq!(refused.unwrap_err().code, "UnsupportedTerms");
    let absent = run(&node, "nobody", json!({})).await.unwrap_err();
    assert_eq!(absent.code, "MachineNotFound");
    let large = json!("x".repeat(300_000));
    let refused = run(&node, "m", large).await.unwrap_err();
    assert_eq!(refused.code, "InputTooLarge");
}

/// The types of the events that are logged of an execution, and the first's details.
async fn logged(node: &Node, level: LogLevel, with_data: bool) -> (Vec<String>, Value) {
    let logging = Logging {
        log_level: level,
        include_execution_data: with_data,
    };
    let start = start("m", json!({"n": 1}));
    let executions = node.ports().executions;
    let ended = executions
        .run_sync(LOCAL, start, Some(logging))
        .await
        .unwrap();
    let read = ReadLogs {
        request_id: Some(ended.summary.id.to_string()),
        limit: 100,
        ..ReadLogs::default()
    };
    let machine = "m".parse().unwrap();
    let page = node.ports().logs.read_machine(LOCAL, &machine, read).await;
    let lines = page.unwrap().items.into_iter();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(&line.message).unwrap())
        .collect();
    assert!(
        events
            .iter()
            .all(|event| event["execution_arn"] == ended.arn)
    );
    let kind = |event: &Value| event["type"].as_str().unwrap().to_owned();
    let first = events.first().map(|event| event["details"].clone());
    (events.iter().map(kind).collect(), first.unwrap_or_default())
}

#[tokio::test]
async fn its_events_are_logged_as_it_is_asked_for() {
    let node = Node::start().await;
    node.function("f", FunctionSettings::default()).await;
    let caught = json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}]});
    let mut definition = task("f", &caught);
    definition["States"]["F"] = json!({"Type": "Fail", "Error": "Mine"});
    node.machine("m", &definition.to_string()).await;
    for (level, kinds) in [
        (
            LogLevel::All,
            vec![
                "ExecutionStarted",
                "TaskStateEntered",
                "LambdaFunctionScheduled",
                "LambdaFunctionStarted",
                "LambdaFunctionFailed",
                "TaskStateExited",
                "FailStateEntered",
                "ExecutionFailed",
            ],
        ),
        (
            LogLevel::Error,
            vec![
                "LambdaFunctionFailed",
                "FailStateEntered",
                "ExecutionFailed",
            ],
        ),
        (LogLevel::Fatal, vec!["ExecutionFailed"]),
        (LogLevel::Off, vec![]),
    ] {
        node.runner.fail("f", 1);
        assert_eq!(logged(&node, level, false).await.0, kinds);
    }
    let (_, without) = logged(&node, LogLevel::All, false).await;
    assert_eq!(without, json!({}));
    let (_, with) = logged(&node, LogLevel::All, true).await;
    assert_eq!(with, json!({"input": r#"{"n":1}"#}));
    // They are not those of a function of the same name.
    node.function("m", FunctionSettings::default()).await;
    let read = ReadLogs {
        limit: 100,
        ..ReadLogs::default()
    };
    let (logs, function) = (node.ports().logs, "m".parse().unwrap());
    let of_function = logs.read(LOCAL, &function, read).await.unwrap();
    assert!(of_function.items.is_empty());
}

fn later(machine: &str, input: Value) -> StartExecution {
    StartExecution {
        express: true,
        ..start(machine, input)
    }
}

async fn begin(node: &Node, start: StartExecution) -> steploom_types::ExecutionId {
    let executions = node.ports().executions;
    let started = executions.start(LOCAL, start).await.unwrap();
    started.0.summary.id
}

#[tokio::test]
async fn of_one_that_nobody_waits_for_the_start_and_the_end_are_kept() {
    let node = Node::start().await;
    function(&node, FunctionSettings::default()).await;
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "f", "Next": "B"},
        "B": {"Type": "Task", "Resource": "f", "Parameters": {"id.$": "$$.Execution.Id"}, "End": true}}});
    node.machine("two", &definition.to_string()).await;
    let before = node.metric("steploom_facts_total");
    let id = begin(&node, later("two", json!({"n": 1}))).await;
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    let output = ended.output.unwrap();
    let arn = &output.value()["id"];
    let prefix = format!("arn:aws:states:us-east-1:000000000000:express:two:{id}:");
    assert!(arn.as_str().unwrap().starts_with(&prefix), "{arn}");
    assert_eq!(node.metric("steploom_facts_total"), before + 2);
    assert_eq!(node.runner.begun().len(), 2);
    let history = ["ExecutionStarted", "ExecutionSucceeded"];
    assert_eq!(node.history(id).await, history);
    node.listed("two", Status::Succeeded, 1).await;
    assert_eq!(node.history(id).await, history);

    node.runner.fail("f", 1);
    let large = json!("x".repeat(200_000));
    for (id, status) in [
        (
            begin(&node, later("m", large.clone())).await,
            Status::Failed,
        ),
        (
            begin(&node, later("m", large.clone())).await,
            Status::Succeeded,
        ),
    ] {
        assert_eq!(node.ended(id).await.summary.status, status);
    }
    // Many at once, with tags, by the same names as all others.
    let many = (0..20).map(|n| StartExecution {
        name: Some(format!("n{n}").parse().unwrap()),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        ..later("m", json!(n))
    });
    let many: Vec<_> = many.collect();
    for answer in node.start_batch(many.clone()).await {
        assert!(answer.unwrap().1);
    }
    node.listed("m", Status::Succeeded, 21).await;
    let again = node.start_batch(many).await.remove(0).unwrap_err();
    assert_eq!(again.code, "ExecutionAlreadyExists");
}

#[tokio::test]
async fn it_runs_again_from_its_start_when_its_node_was_lost() {
    let mut node = Node::start().await;
    node.function("f", FunctionSettings::default()).await;
    let once = FunctionSettings {
        at_most_once: true,
        ..FunctionSettings::default()
    };
    node.function("once", once).await;
    for name in ["f", "once"] {
        node.machine(name, &task(name, &json!({})).to_string())
            .await;
        node.runner.hold(name);
    }
    let id = begin(&node, later("f", json!({"n": 1}))).await;
    let risky = begin(&node, later("once", json!({}))).await;
    node.until(|| async { node.runner.running("f") + node.runner.running("once") == 2 })
        .await;
    node.listed("f", Status::Running, 1).await;
    node.crash_and_restart().await;
    // It may have been made, and is not made again.
    let unknown = node.ended(risky).await;
    assert_eq!(unknown.error.as_deref(), Some("Function.OutcomeUnknown"));
    node.until(|| async { node.runner.events("f").len() == 2 })
        .await;
    node.stop_and_restart().await;
    node.until(|| async { node.runner.events("f").len() == 3 })
        .await;
    node.runner.let_go("f", 3);
    let ended = node.ended(id).await;
    assert_eq!(ended.output.unwrap().value(), &json!({"n": 1}));
    assert_eq!(node.runner.events("once").len(), 1);
    assert_eq!(node.history(id).await.len(), 2);
}

#[tokio::test]
async fn it_is_stopped_and_times_out_as_all_others() {
    let node = Node::start().await;
    function(&node, FunctionSettings::default()).await;
    node.machine("wait", WAIT).await;
    node.runner.hold("f");
    let stopped = begin(&node, later("m", json!({}))).await;
    node.until(|| async { node.runner.running("f") == 1 }).await;
    let executions = node.ports().executions;
    let refused = executions.pause(LOCAL, stopped).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.code),
        (Kind::Conflict, "ExecutionNotPausable")
    );
    node.stop(stopped).await;
    assert_eq!(node.get(stopped).await.summary.status, Status::Aborted);
    node.until(|| async { node.runner.running("f") == 0 }).await;
    let redrive = RedriveExecution::default();
    let refused = executions.redrive(LOCAL, stopped, redrive).await;
    assert_eq!(refused.unwrap_err().code, "ExecutionNotRedrivable");

    let waiting = begin(&node, later("wait", json!({}))).await;
    // It is not taken for one that only waits.
    node.listed("wait", Status::Running, 1).await;
    node.clock.advance_ms(limits::SECONDS_MAX as i64 * 1000);
    let ended = node.ended(waiting).await;
    assert_eq!(ended.summary.status, Status::TimedOut);
}

#[tokio::test]
async fn what_cannot_run_in_memory_is_refused_at_its_start() {
    let node = Node::start().await;
    let activity = "arn:aws:states:us-east-1:000000000000:activity:a";
    node.machine("m", &task(activity, &json!({})).to_string())
        .await;
    let executions = node.ports().executions;
    let refused = executions.start(LOCAL, later("m", json!({}))).await;
    assert_eq!(refused.unwrap_err().code, "MachineNotExpress");
    let batch = node.start_batch(vec![later("m", json!({}))]).await;
    assert_eq!(batch[0].as_ref().unwrap_err().code, "MachineNotExpress");
    let keyed = StartExecution {
        concurrency_key: Some("k".to_owned()),
        ..later("m", json!({}))
    };
    let refused = executions.start(LOCAL, keyed).await.unwrap_err();
    assert_eq!(refused.code, "UnsupportedTerms");
}

#[tokio::test]
async fn executions_of_express_machines_are_such_and_logged_as_their_machine_wants() {
    let node = Node::start().await;
    node.function("f", FunctionSettings::default()).await;
    let settings = MachineSettings {
        machine_type: MachineType::Express,
        logging: MachineLogging {
            level: LogLevel::All,
            ..MachineLogging::default()
        },
        ..MachineSettings::default()
    };
    let name: Name = "m".parse().unwrap();
    let put = PutMachine {
        settings: Some(settings),
        ..PutMachine::new(name.clone(), task("f", &json!({})).to_string())
    };
    node.ports().machines.put(LOCAL, put).await.unwrap();
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    let history = ["ExecutionStarted", "ExecutionSucceeded"];
    assert_eq!(node.history(id).await, history);
    let read = ReadLogs {
        request_id: Some(id.to_string()),
        limit: 100,
        ..ReadLogs::default()
    };
    let lines = node.ports().logs.read_machine(LOCAL, &name, read).await;
    let lines = lines.unwrap().items;
    assert_eq!(lines.len(), 7, "{lines:?}");
    assert!(lines[6].message.contains("ExecutionSucceeded"));
}
