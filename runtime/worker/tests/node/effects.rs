//! What tasks do besides running functions: tokens, activities, nested executions, objects.

use std::time::Duration;

use serde_json::{Value, json};
use steploom_api::wire::{ExecutionStatus as Status, FailTask, StopExecution};
use steploom_types::{AccountId, ExecutionId, Json, Kind};

use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;

fn task(resource: &str, more: &Value) -> String {
    let mut state = json!({"Type": "Task", "Resource": resource, "End": true});
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    json!({"StartAt": "T", "States": {"T": state}}).to_string()
}

/// Waits for the token that a child execution was started with.
async fn token_in_child(node: &Node, machine: &str) -> String {
    node.until(|| async { !node.listed_ids(machine).await.is_empty() })
        .await;
    let id = node.listed_ids(machine).await[0];
    let input = node.get(id).await.input;
    input.value()["token"].as_str().unwrap().to_owned()
}

/// A parent that hands its token to an execution of `wait`.
fn callback() -> String {
    task(
        "arn:aws:states:::states:startExecution.waitForTaskToken",
        &json!({"Parameters": {"StateMachineArn": "keeper", "Input": {"token.$": "$$.Task.Token"}},
            "HeartbeatSeconds": 60}),
    )
}

const KEEPER: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;

#[tokio::test]
async fn whoever_has_the_token_ends_the_task_once() {
    let mut node = Node::start().await;
    node.machine("keeper", KEEPER).await;
    node.machine("callback", &callback()).await;
    let id = node.start_unnamed("callback", json!({})).await.summary.id;
    let token = token_in_child(&node, "keeper").await;
    node.until(|| async { node.history(id).await.contains(&"TaskSubmitted".to_owned()) })
        .await;

    // A heartbeat puts its end off; a crash changes nothing.
    node.clock.advance_ms(50_000);
    node.ports().tasks.heartbeat(LOCAL, &token).await.unwrap();
    node.crash_and_restart().await;
    node.clock.advance_ms(50_000);
    let tasks = node.ports().tasks;
    let foreign = tasks
        .heartbeat("111111111111".parse().unwrap(), &token)
        .await;
    assert_eq!(foreign.unwrap_err().code, "InvalidToken");
    let forged = format!("{}{}", &token[..48], "0".repeat(32));
    for wrong in ["", "no token", forged.as_str()] {
        let refused = tasks.succeed(LOCAL, wrong, Json::null()).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.code),
            (Kind::Invalid, "InvalidToken")
        );
    }
    let output = Json::from(json!({"ok": true}));
    tasks.succeed(LOCAL, &token, output).await.unwrap();
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded);
    assert_eq!(ended.output.unwrap().value(), &json!({"ok": true}));
    for _ in 0..2 {
        let late = tasks.fail(LOCAL, &token, FailTask::default()).await;
        assert_eq!(late.unwrap_err().code, "TaskTimedOut");
        // In the projection, too.
        node.listed("callback", Status::Succeeded, 1).await;
        node.until(|| async { node.get(id).await.summary.ended_at.is_some() })
            .await;
    }
    let history = node.history(id).await;
    assert_eq!(
        history[1..6],
        [
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded"
        ]
    );
}

#[tokio::test]
async fn a_task_without_a_heartbeat_times_out() {
    let node = Node::start().await;
    node.machine("keeper", KEEPER).await;
    node.machine("callback", &callback()).await;
    let id = node.start_unnamed("callback", json!({})).await.summary.id;
    token_in_child(&node, "keeper").await;
    node.clock.advance_ms(61_000);
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Failed);
    assert_eq!(ended.error.as_deref(), Some("States.Timeout"));
}

#[tokio::test]
async fn an_activitys_task_is_given_away_once_also_over_a_crash() {
    let mut node = Node::start().await;
    let name = "approve".parse().unwrap();
    let take = async |node: &Node, wait_ms| {
        let activities = node.ports().activities;
        let wait = Duration::from_millis(wait_ms);
        let worker = Some("desk".to_owned());
        activities.take_activity(LOCAL, &name, worker, wait).await
    };
    assert_eq!(take(&node, 0).await.unwrap_err().code, "ActivityNotFound");
    let activities = node.ports().activities;
    assert!(activities.put(LOCAL, name.clone()).await.unwrap().1);
    let (activity, is_new) = activities.put(LOCAL, name.clone()).await.unwrap();
    assert!(!is_new);
    node.machine("m", &task(&activity.arn, &json!({}))).await;
    let first = node.start_unnamed("m", json!({"n": 1})).await.summary.id;
    let task = take(&node, 30_000).await.unwrap().unwrap();
    assert_eq!(task.input.value(), &json!({"n": 1}));
    let second = node.start_unnamed("m", json!({"n": 2})).await.summary.id;
    node.listed("m", Status::Running, 2).await;

    node.crash_and_restart().await;
    let other = take(&node, 30_000).await.unwrap().unwrap();
    assert_eq!(
        other.input.value(),
        &json!({"n": 2}),
        "the first one is taken"
    );
    assert!(take(&node, 10).await.unwrap().is_none());
    let tasks = node.ports().tasks;
    for (task, id, n) in [(task, first, 1), (other, second, 2)] {
        let output = Json::from(json!(n));
        tasks
            .succeed(LOCAL, &task.task_token, output)
            .await
            .unwrap();
        assert_eq!(node.ended(id).await.output.unwrap().value(), &json!(n));
        assert!(
            node.history(id)
                .await
                .contains(&"ActivityStarted".to_owned())
        );
    }
    let activities = node.ports().activities;
    activities.delete(LOCAL, &name).await.unwrap();
    let id = node.start_unnamed("m", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    assert_eq!(ended.error.as_deref(), Some("States.Runtime"));
    let cause = ended.cause.unwrap();
    assert!(
        cause.ends_with(&format!("The activity {} does not exist.", activity.arn)),
        "{cause}"
    );
}

#[tokio::test]
async fn a_worker_that_waits_is_given_what_comes() {
    let node = Node::start().await;
    let name: steploom_types::Name = "approve".parse().unwrap();
    let activities = node.ports().activities;
    let (activity, _) = activities.put(LOCAL, name.clone()).await.unwrap();
    node.machine("m", &task(&activity.arn, &json!({}))).await;
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (activities, name) = (activities.clone(), name.clone());
            tokio::spawn(async move {
                let wait = Duration::from_secs(20);
                let taken = activities.take_activity(LOCAL, &name, None, wait).await;
                taken.unwrap().unwrap().task_token
            })
        })
        .collect();
    for n in 0..3 {
        node.start_unnamed("m", json!({"n": n})).await;
    }
    let mut tokens = Vec::new();
    for worker in workers {
        tokens.push(worker.await.unwrap());
    }
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

const SLEEPER: &str =
    r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 100, "End": true}}}"#;

fn sync(version: &str, more: &Value) -> String {
    task(
        &format!("arn:aws:states:::states:startExecution{version}"),
        more,
    )
}

/// The only execution of a machine.
async fn only(node: &Node, machine: &str) -> ExecutionId {
    node.until(|| async { !node.listed_ids(machine).await.is_empty() })
        .await;
    let ids = node.listed_ids(machine).await;
    assert_eq!(ids.len(), 1, "one child");
    ids[0]
}

#[tokio::test]
async fn a_parent_waits_for_its_child_also_over_crashes() {
    let mut node = Node::start().await;
    node.machine("child", SLEEPER).await;
    let arguments = json!({"Parameters": {"StateMachineArn.$": "$.arn", "Input": {"a": 1}}});
    node.machine("parent", &sync(".sync:2", &arguments)).await;
    let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:child";
    let parent = node
        .start_unnamed("parent", json!({"arn": arn}))
        .await
        .summary
        .id;
    let child = only(&node, "child").await;
    node.crash_and_restart().await;
    // The machine is not needed any more: the child is there.
    let machines = node.ports().machines;
    machines
        .delete(LOCAL, &"child".parse().unwrap())
        .await
        .unwrap();
    node.crash_and_restart().await;
    assert_eq!(only(&node, "child").await, child);
    assert_eq!(node.get(parent).await.summary.status, Status::Running);
    node.clock.advance_ms(100_000);
    let ended = node.ended(parent).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let output = ended.output.unwrap();
    assert_eq!(output.value()["Output"], json!({"a": 1}));
    assert_eq!(output.value()["Status"], "SUCCEEDED");
    assert_eq!(output.value()["StateMachineArn"], arn);
    assert_eq!(node.listed_ids("child").await, [child]);
}

#[tokio::test]
async fn a_childs_failure_fails_its_parent() {
    let node = Node::start().await;
    let fail =
        r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "so"}}}"#;
    node.machine("child", fail).await;
    let arguments = json!({"Parameters": {"StateMachineArn": "child", "Name": "given"}});
    node.machine("parent", &sync(".sync", &arguments)).await;
    let id = node.start_unnamed("parent", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    assert_eq!(ended.error.as_deref(), Some("States.TaskFailed"));
    let cause: Value = serde_json::from_str(&ended.cause.unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Name"]),
        (&json!("Bad"), &json!("given"))
    );
    assert_eq!(cause["Input"], "{}");

    // The name is taken now, and not by this parent's child.
    let id = node.start_unnamed("parent", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    let error = ended.error.as_deref();
    assert_eq!(error, Some("StepFunctions.ExecutionAlreadyExistsException"));
    let missing = json!({"Parameters": {"StateMachineArn": "nobody"}});
    node.machine("lost", &sync("", &missing)).await;
    let id = node.start_unnamed("lost", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    let error = ended.error.as_deref();
    assert_eq!(
        error,
        Some("StepFunctions.StateMachineDoesNotExistException")
    );
    let cause = ended.cause.unwrap();
    assert!(
        cause.starts_with("State Machine Does Not Exist: 'nobody' (Service: AWSStepFunctions;"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_child_that_nobody_waits_for_is_stopped() {
    let mut node = Node::start().await;
    node.machine("child", SLEEPER).await;
    let arguments = json!({"Parameters": {"StateMachineArn": "child"}});
    node.machine("parent", &sync(".sync", &arguments)).await;
    let parent = node.start_unnamed("parent", json!({})).await.summary.id;
    let child = only(&node, "child").await;
    node.stop(parent).await;
    assert_eq!(node.ended(child).await.summary.status, Status::Aborted);

    // So it is when the parent's task times out, and when the node is gone in between.
    let short = json!({"Parameters": {"StateMachineArn": "child"}, "TimeoutSeconds": 10});
    node.machine("hasty", &sync(".sync", &short)).await;
    let hasty = node.start_unnamed("hasty", json!({})).await.summary.id;
    node.listed("child", Status::Running, 1).await;
    node.clock.advance_ms(10_000);
    node.crash_and_restart().await;
    assert_eq!(
        node.ended(hasty).await.error.as_deref(),
        Some("States.Timeout")
    );
    node.listed("child", Status::Aborted, 2).await;
}

#[tokio::test]
async fn a_request_to_start_does_not_wait() {
    let node = Node::start().await;
    node.machine("child", SLEEPER).await;
    let arguments = json!({"Parameters": {"StateMachineArn": "child", "Input.$": "$"}});
    node.machine("parent", &sync("", &arguments)).await;
    let parent = node
        .start_unnamed("parent", json!({"x": 1}))
        .await
        .summary
        .id;
    let output = node.ended(parent).await.output.unwrap();
    let arn = output.value()["ExecutionArn"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:states:us-east-1:000000000000:execution:child:"),
        "{arn}"
    );
    assert_eq!(output.value()["SdkHttpMetadata"]["HttpStatusCode"], 200);
    let child = only(&node, "child").await;
    assert_eq!(node.get(child).await.input.value(), &json!({"x": 1}));
    let stop = StopExecution::default();
    let executions = node.ports().executions;
    executions.stop(LOCAL, child, stop).await.unwrap();
}

async fn run(node: &Node, resource: &str, arguments: Value) -> Result<Value, (String, String)> {
    node.machine("one", &task(resource, &json!({"Parameters": arguments})))
        .await;
    let id = node.start_unnamed("one", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    match ended.output {
        Some(output) => Ok(output.into_value()),
        None => Err((
            ended.error.unwrap_or_default(),
            ended.cause.unwrap_or_default(),
        )),
    }
}

#[tokio::test]
async fn objects_are_put_read_listed_and_deleted_by_tasks() {
    let node = Node::start().await;
    let s3 = |action: &str| format!("arn:aws:states:::aws-sdk:s3:{action}");
    let put = |key: &str, body: Value| json!({"Bucket": "b", "Key": key, "Body": body});
    let none = run(&node, &s3("putObject"), put("k", json!("x"))).await;
    let (error, cause) = none.unwrap_err();
    assert_eq!(error, "S3.NoSuchBucketException");
    assert!(
        cause.starts_with(
            "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: "
        ),
        "{cause}"
    );
    run(&node, &s3("createBucket"), json!({"Bucket": "b"}))
        .await
        .unwrap();
    let made = run(&node, &s3("putObject"), put("a/1", json!(false)))
        .await
        .unwrap();
    assert_eq!(
        made,
        json!({"ChecksumCRC32": "K81oMA==", "ChecksumType": "FULL_OBJECT",
            "ETag": "\"68934a3e9455fa72420237eb05902327\"", "ServerSideEncryption": "AES256"})
    );
    for key in ["a/2", "b", "c/1/x", "c/2"] {
        run(&node, &s3("putObject"), put(key, json!("text")))
            .await
            .unwrap();
    }
    let got = run(
        &node,
        &s3("getObject"),
        json!({"Bucket": "b", "Key": "a/1"}),
    )
    .await
    .unwrap();
    assert_eq!(
        (&got["Body"], &got["ContentLength"]),
        (&json!("false"), &json!(5))
    );
    let (error, cause) = run(&node, &s3("getObject"), json!({"Bucket": "b", "Key": "z"}))
        .await
        .unwrap_err();
    assert_eq!(error, "S3.NoSuchKeyException");
    assert!(
        cause.starts_with(
            "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: "
        ),
        "{cause}"
    );

    let mut found = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut list = json!({"Bucket": "b", "Delimiter": "/", "MaxKeys": 1});
        if !token.is_null() {
            list["ContinuationToken"] = token;
        }
        let page = run(&node, &s3("listObjectsV2"), list).await.unwrap();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
        let items = page["Contents"].as_array().unwrap().iter();
        found.extend(items.map(|item| text(item, "Key")));
        let prefixes = page["CommonPrefixes"].as_array().unwrap().iter();
        found.extend(prefixes.map(|item| text(item, "Prefix")));
        token = page["NextContinuationToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(found, ["a/", "b", "c/"]);
    let delete = |key: &str| json!({"Bucket": "b", "Key": key});
    for key in ["a/1", "a/2", "b", "c/1/x", "c/2", "never"] {
        run(&node, &s3("deleteObject"), delete(key)).await.unwrap();
    }
    run(&node, &s3("deleteBucket"), json!({"Bucket": "b"}))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_distributed_map_reads_pages_and_writes_results() {
    let node = Node::start().await;
    let buckets = node.ports().buckets;
    let bucket = "b".parse().unwrap();
    buckets
        .put_bucket(LOCAL, "b".parse().unwrap())
        .await
        .unwrap();
    let rows: Vec<String> = (0..2_500).map(|n| format!("{n},x{n}\n")).collect();
    let rows = rows.concat();
    let text = format!("id,name\n{rows}");
    node.put_object(&bucket, "in.csv", text).await;
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true, "MaxConcurrency": 10,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "b", "Key": "in.csv"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$.id", "End": true}}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b", "Prefix": "out"}}}}});
    node.machine("map", &definition.to_string()).await;
    let id = node.start_unnamed("map", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    assert_eq!(ended.summary.status, Status::Succeeded, "{ended:?}");
    let place = ended.output.unwrap().into_value()["ResultWriterDetails"].clone();
    assert_eq!(place["Bucket"], "b");
    let key = place["Key"].as_str().unwrap();
    let manifest = node.object(&bucket, key).await;
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["ResultFiles"]["SUCCEEDED"].as_array().unwrap();
    let mut count = 0;
    for file in files {
        let key = file["Key"].as_str().unwrap();
        let results = node.object(&bucket, key).await;
        let results: Value = serde_json::from_slice(&results).unwrap();
        count += results.as_array().unwrap().len();
    }
    assert_eq!(count, 2_500);
}

#[tokio::test]
async fn tasks_use_this_platform_as_they_use_aws() {
    let node = Node::start().await;
    let sfn = |action: &str| format!("arn:aws:states:::aws-sdk:sfn:{action}");
    let (error, cause) = run(
        &node,
        &sfn("sendTaskSuccess"),
        json!({"TaskToken": "none", "Output": "ParameterOutput"}),
    )
    .await
    .unwrap_err();
    assert_eq!(error, "Sfn.InvalidTokenException");
    assert!(
        cause.starts_with(
            "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: "
        ),
        "{cause}"
    );
    assert!(cause.ends_with(") (SDK Attempt Count: 1)"), "{cause}");
    node.machine("child", SLEEPER).await;
    let start = json!({"StateMachineArn": "child", "Name": "n", "Input": {"key": "value"}});
    let started = run(&node, &sfn("startExecution"), start).await.unwrap();
    let arn = started["ExecutionArn"].clone();
    let described = run(
        &node,
        &sfn("describeExecution"),
        json!({"ExecutionArn": arn}),
    )
    .await
    .unwrap();
    assert_eq!(
        (&described["Status"], &described["Input"]),
        (&json!("RUNNING"), &json!("{\"key\":\"value\"}"))
    );
    run(&node, &sfn("stopExecution"), json!({"ExecutionArn": arn}))
        .await
        .unwrap();
    let described = run(
        &node,
        &sfn("describeExecution"),
        json!({"ExecutionArn": arn}),
    )
    .await
    .unwrap();
    assert_eq!(described["Status"], "ABORTED");
    let made = run(&node, &sfn("createActivity"), json!({"Name": "a"}))
        .await
        .unwrap();
    let listed = run(&node, &sfn("listActivities"), json!({})).await.unwrap();
    assert_eq!(listed["Activities"][0]["ActivityArn"], made["ActivityArn"]);
    let (error, _) = run(
        &node,
        &sfn("describeStateMachine"),
        json!({"StateMachineArn": "none"}),
    )
    .await
    .unwrap_err();
    assert_eq!(error, "Sfn.StateMachineDoesNotExistException");
}

#[tokio::test]
async fn calls_to_this_host_are_refused() {
    let node = Node::start().await;
    let connection = serde_json::from_value(json!({"headers": []})).unwrap();
    let connections = node.ports().connections;
    let made = connections.put_connection(LOCAL, "c".parse().unwrap(), connection);
    let arn = made.await.unwrap().0.arn;
    for endpoint in [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://169.254.169.254/latest",
    ] {
        let call = json!({"ApiEndpoint": endpoint, "Method": "GET",
            "Authentication": {"ConnectionArn": arn}});
        let (error, cause) = run(&node, "arn:aws:states:::http:invoke", call)
            .await
            .unwrap_err();
        assert_eq!(error, "Http.EgressDenied", "{endpoint}: {cause}");
    }
}

#[tokio::test]
async fn an_evaluation_that_takes_too_long_is_a_fact_of_its_own() {
    let mut node = Node::start_limited(steploom_worker::RunLimits {
        evaluation_ms_max: 1,
        ..steploom_worker::RunLimits::default()
    })
    .await;
    let slow = json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
        "P": {"Type": "Pass", "Output": "{% $sum($map([1..300000], function($v) { $v * 2 })) %}", "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 100, "End": true}}});
    node.machine("slow", &slow.to_string()).await;
    let id = node.start_unnamed("slow", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    assert_eq!(
        ended.error.as_deref(),
        Some("States.QueryEvaluationError"),
        "{ended:?}"
    );
    let history = node.history(id).await;
    assert!(
        history.contains(&"EvaluationFailed".to_owned()),
        "{history:?}"
    );
    node.crash_and_restart().await;
    assert_eq!(node.get(id).await.summary.status, Status::Failed);
    assert_eq!(node.history(id).await, history);
}
