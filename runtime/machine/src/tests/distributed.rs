//! Distributed `Map`: what is read, batched, tolerated and written; and that its iterations'
//! history is theirs.

use serde_json::{Value, json};

use super::super::testkit::{Answer, Driver, execute, no_script, scripted};

/// A machine of one distributed `Map`, of the processor's only state and more fields.
fn machine(state: Value, fields: Value) -> Value {
    let mut map = json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Each",
            "States": { "Each": state },
        },
        "End": true,
    });
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    json!({ "StartAt": "All things", "States": { "All things": map } })
}

fn pass() -> Value {
    json!({ "Type": "Pass", "End": true })
}

fn call(function: &str) -> Value {
    json!({ "Type": "Task", "Resource": function, "End": true })
}

fn reader(format: Value) -> Value {
    json!({
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": format,
        "Parameters": { "Bucket": "b", "Key": "k" },
    })
}

/// Runs it where the object `k` of the bucket `b` has this content.
fn read(definition: &Value, content: &str) -> Driver {
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(definition);
    let key = ("b".to_owned(), "k".to_owned());
    driver.objects.insert(key, content.to_owned());
    driver.start(json!({}), &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
    driver
}

fn kinds(driver: &Driver) -> Vec<&str> {
    driver.events.iter().map(|event| event.kind).collect()
}

fn object<'a>(driver: &'a Driver, key: &str) -> &'a str {
    let key = ("out".to_owned(), key.to_owned());
    driver.objects.get(&key).expect("the object was written")
}

#[test]
fn the_parent_tells_of_the_map_run_alone() {
    let driver = execute(&machine(call("echo"), json!({})), json!([1, 2]), no_script);
    assert_eq!(driver.outcome(), "SUCCEEDED [1,2]");
    assert_eq!(
        kinds(&driver),
        [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded",
        ]
    );
    let arn = driver.events[3].details["mapRunArn"].as_str();
    let arn = arn.expect("a text");
    let prefix = "arn:aws:states:us-east-1:000000000000:mapRun:machine-1/Allthings:";
    assert!(arn.starts_with(prefix), "{arn}");
    let labelled = machine(pass(), json!({ "Label": "mine" }));
    let driver = execute(&labelled, json!([]), no_script);
    assert_eq!(driver.outcome(), "SUCCEEDED []");
    assert!(driver.history().contains(":mapRun:machine-1/mine:"));
}

#[test]
fn an_iteration_is_an_execution_of_its_own() {
    let each = json!({
        "Type": "Pass",
        "Parameters": {
            "input.$": "$$.Execution.Input",
            "id.$": "$$.Execution.Id",
            "machine.$": "$$.StateMachine.Name",
        },
        "End": true,
    });
    let selector = json!({ "ItemSelector": {
        "at.$": "$$.Map.Item.Index",
        "from.$": "$$.Map.Item.Source",
        "run.$": "$$.Execution.Name",
    } });
    let driver = execute(&machine(each, selector), json!(["x"]), no_script);
    let output = driver.outcome().replace("SUCCEEDED ", "");
    let output: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(
        output[0]["input"],
        json!({ "at": 0, "from": "STATE_DATA", "run": "run-1" })
    );
    assert_eq!(output[0]["machine"], json!("machine-1/Allthings"));
    let id = output[0]["id"].as_str().expect("a text");
    let prefix = "arn:aws:states:us-east-1:000000000000:execution:machine-1/Allthings:";
    assert!(id.starts_with(prefix), "{id}");
}

#[test]
fn items_are_read_page_by_page() {
    let definition = machine(
        pass(),
        json!({
            "ItemReader": reader(json!({ "InputType": "JSON" })),
            "ItemSelector": { "n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index" },
            "ResultPath": null,
        }),
    );
    let items: Vec<u32> = (0..2_500).collect();
    let driver = read(&definition, &json!(items).to_string());
    assert_eq!(driver.outcome(), "SUCCEEDED {}");
    let reads: Vec<(u64, u64)> = driver
        .actions
        .iter()
        .flatten()
        .filter_map(|action| match action {
            crate::Action::Read(read) => Some((read.offset, read.items_max)),
            _ => None,
        })
        .collect();
    assert_eq!(reads, [(0, 1_000), (1_000, 1_000), (2_000, 1_000)]);
    assert!(driver.most_frames <= 1_001, "{}", driver.most_frames);
}

#[test]
fn so_many_items_are_read_as_are_wanted() {
    let check = |max: Value, expect: &str| {
        let mut config = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
        config["MaxItemsPath"] = "$.max".into();
        let fields = json!({ "ItemReader": reader(config) });
        let mut definition = machine(pass(), fields);
        definition["StartAt"] = "First".into();
        let first = json!({ "Type": "Pass", "Result": { "max": max }, "Next": "All things" });
        definition["States"]["First"] = first;
        let driver = read(&definition, "a\n1\n2\n3\n");
        assert_eq!(driver.outcome(), expect, "{max}");
    };
    let all = r#"SUCCEEDED [{"a":"1"},{"a":"2"},{"a":"3"}]"#;
    check(json!(2), r#"SUCCEEDED [{"a":"1"},{"a":"2"}]"#);
    check(json!("2"), r#"SUCCEEDED [{"a":"1"},{"a":"2"}]"#);
    check(json!(0), all);
    check(json!(100_000_001), all);
    check(
        json!(-1),
        "FAILED States.ItemReaderFailed: field MaxItems must be positive",
    );
    check(
        json!(1.5),
        "FAILED States.Runtime: An error occurred while executing the state 'All things' (entered at the event id #4). The MaxItemsPath field refers to value \"1.5\" which is not a valid integer: $.max",
    );
}

#[test]
fn a_reader_that_fails_fails_the_map_and_can_be_caught() {
    let mut definition = machine(
        pass(),
        json!({
            "ItemReader": reader(json!({ "InputType": "JSON" })),
            "Retry": [{ "ErrorEquals": ["States.ItemReaderFailed"], "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.ItemReaderFailed"], "Next": "After" }],
        }),
    );
    definition["States"]["After"] = json!({ "Type": "Pass", "OutputPath": "$.Cause", "End": true });
    let driver = read(&definition, "{}");
    assert_eq!(
        driver.outcome(),
        "SUCCEEDED \"Attempting to map over non-iterable node.\""
    );
    assert_eq!(
        kinds(&driver)[2..9],
        [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
        ]
    );
}

#[test]
fn items_come_in_batches() {
    let check = |batcher: Value, expect: &str| {
        let definition = machine(pass(), json!({ "ItemBatcher": batcher }));
        let driver = execute(&definition, json!(["aaaa", "bbbb", "c"]), no_script);
        assert_eq!(driver.outcome(), expect, "{batcher}");
    };
    check(
        json!({ "MaxItemsPerBatch": 2 }),
        r#"SUCCEEDED [{"Items":["aaaa","bbbb"]},{"Items":["c"]}]"#,
    );
    check(
        json!({ "MaxItemsPerBatch": 9, "BatchInput": { "b": 1 } }),
        r#"SUCCEEDED [{"Items":["aaaa","bbbb","c"],"BatchInput":{"b":1}}]"#,
    );
    check(
        json!({ "MaxInputBytesPerBatch": 38 }),
        r#"SUCCEEDED [{"Items":["aaaa"]},{"Items":["bbbb","c"]}]"#,
    );
    check(
        json!({ "MaxInputBytesPerBatch": 1 }),
        r#"SUCCEEDED [{"Items":["aaaa"]},{"Items":["bbbb"]},{"Items":["c"]}]"#,
    );
}

/// A function that fails for items below zero.
fn picky(name: &str, invoke: &crate::Invoke) -> Answer {
    assert_eq!(name, "picky");
    match invoke.input.value().as_i64() {
        Some(..0) => Answer::Err("TooLow", "below zero"),
        _ => Answer::Ok(invoke.input.value().clone()),
    }
}

#[test]
fn failures_are_tolerated_up_to_the_threshold() {
    let check = |fields: Value, items: Value, is_well: bool| {
        let mut fields = fields;
        fields["ResultPath"] = Value::Null;
        let driver = execute(
            &machine(call("picky"), fields.clone()),
            items.clone(),
            picky,
        );
        let expect = if is_well {
            format!("SUCCEEDED {items}")
        } else {
            "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded".to_owned()
        };
        assert_eq!(driver.outcome(), expect, "{fields}");
    };
    check(json!({}), json!([1, -1, 2]), false);
    check(
        json!({ "ToleratedFailureCount": 1 }),
        json!([1, -1, 2]),
        true,
    );
    check(
        json!({ "ToleratedFailureCount": 1 }),
        json!([-1, -1, 2]),
        false,
    );
    check(
        json!({ "ToleratedFailurePercentage": 50 }),
        json!([1, -1]),
        true,
    );
    check(
        json!({ "ToleratedFailurePercentage": 49.5 }),
        json!([1, -1]),
        false,
    );
    let both = json!({ "ToleratedFailurePercentage": 100, "ToleratedFailureCount": 1 });
    check(both.clone(), json!([-1, -1]), false);
    check(both, json!([-1, 1]), true);
}

#[test]
fn what_failed_and_was_tolerated_is_described_in_the_result() {
    let fields = json!({ "ToleratedFailureCount": 1 });
    let driver = execute(&machine(call("picky"), fields), json!([1, -1]), picky);
    let output = driver.outcome().replace("SUCCEEDED ", "");
    let output: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(output[0], json!(1));
    assert_eq!(output[1]["Status"], json!("FAILED"));
    assert_eq!(output[1]["Error"], json!("TooLow"));
    assert_eq!(output[1]["Input"], json!("-1"));
}

#[test]
fn a_mistake_in_an_iteration_fails_that_iteration_alone() {
    let each = json!({ "Type": "Pass", "InputPath": "$.x", "End": true });
    let fields = json!({ "ToleratedFailureCount": 1 });
    let driver = execute(&machine(each, fields), json!([{ "x": 1 }, {}]), no_script);
    let output = driver.outcome().replace("SUCCEEDED ", "");
    let output: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(output[0], json!(1));
    assert_eq!(output[1]["Error"], json!("States.Runtime"));
    let cause = output[1]["Cause"].as_str().expect("a text");
    assert!(
        cause.contains("'Each' (entered at the event id #2)"),
        "{cause}"
    );
}

#[test]
fn results_are_written_by_how_iterations_ended() {
    let writer = json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": "out", "Prefix": "here/" },
    });
    let fields = json!({ "ResultWriter": writer, "ToleratedFailureCount": 1 });
    let driver = execute(&machine(call("picky"), fields), json!([1, -1]), picky);
    let output = driver.outcome().replace("SUCCEEDED ", "");
    let output: Value = serde_json::from_str(&output).expect("JSON");
    let arn = output["MapRunArn"].as_str().expect("a text");
    let run = arn.rsplit(':').next().expect("an id");
    let folder = format!("here/{run}");
    let manifest_key = format!("{folder}/manifest.json");
    assert_eq!(
        output["ResultWriterDetails"],
        json!({ "Bucket": "out", "Key": manifest_key })
    );
    let succeeded = object(&driver, &format!("{folder}/SUCCEEDED_0.json"));
    let failed = object(&driver, &format!("{folder}/FAILED_0.json"));
    let manifest: Value = serde_json::from_str(object(&driver, &manifest_key)).expect("JSON");
    assert_eq!(
        manifest,
        json!({
            "DestinationBucket": "out",
            "MapRunArn": arn,
            "ResultFiles": {
                "FAILED": [{ "Key": format!("{folder}/FAILED_0.json"), "Size": failed.len() }],
                "PENDING": [],
                "SUCCEEDED": [
                    { "Key": format!("{folder}/SUCCEEDED_0.json"), "Size": succeeded.len() },
                ],
            },
        })
    );
    let succeeded: Value = serde_json::from_str(succeeded).expect("JSON");
    assert_eq!(succeeded[0]["Output"], json!("1"));
    assert_eq!(succeeded[0]["Status"], json!("SUCCEEDED"));
    let failed: Value = serde_json::from_str(failed).expect("JSON");
    assert_eq!(failed[0]["Cause"], json!("below zero"));
}

#[test]
fn a_map_run_that_fails_writes_what_was_not_started_too() {
    let writer = json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": "out" },
    });
    let fields = json!({ "ResultWriter": writer, "MaxConcurrency": 1 });
    let driver = execute(&machine(call("picky"), fields), json!([1, -1, 5]), picky);
    assert!(
        driver
            .outcome()
            .starts_with("FAILED States.ExceedToleratedFailureThreshold")
    );
    let names: Vec<&str> = driver
        .objects
        .keys()
        .filter_map(|(_, key)| key.rsplit('/').next())
        .collect();
    assert_eq!(
        names,
        [
            "FAILED_0.json",
            "PENDING_0.json",
            "SUCCEEDED_0.json",
            "manifest.json"
        ]
    );
}

#[test]
fn results_are_shown_as_the_writer_wants_them() {
    let check = |config: Value, expect: &str| {
        let fields = json!({ "ResultWriter": { "WriterConfig": config } });
        let driver = execute(&machine(pass(), fields), json!([[1, 2], [], 3]), no_script);
        let outcome = driver.outcome();
        assert!(outcome.starts_with(expect), "{outcome}");
    };
    check(
        json!({ "Transformation": "COMPACT", "OutputType": "JSON" }),
        "SUCCEEDED [[1,2],[],3]",
    );
    check(
        json!({ "Transformation": "FLATTEN", "OutputType": "JSON" }),
        "SUCCEEDED [1,2,3]",
    );
    check(
        json!({ "Transformation": "NONE", "OutputType": "JSON" }),
        r#"SUCCEEDED [{"ExecutionArn":"#,
    );
}

#[test]
fn results_over_the_limit_fail_the_map() {
    let definition = machine(call("grow"), json!({}));
    let driver = execute(&definition, json!([1, 2, 3]), |_, _| {
        Answer::Ok("x".repeat(100_000).into())
    });
    assert!(
        driver
            .outcome()
            .starts_with("FAILED States.DataLimitExceeded"),
        "{}",
        driver.outcome()
    );
}

#[test]
fn an_execution_that_is_stopped_drops_its_map_run() {
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&machine(call("forever"), json!({})));
    driver.start(json!([1, 2, 3]), &mut answers);
    driver.stop_after(5);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
    assert!(driver.outcome().starts_with("ABORTED"));
}

#[test]
fn an_object_is_gone_over_by_its_fields() {
    let definition = json!({ "StartAt": "M", "States": { "M": {
        "Type": "Map",
        "ItemSelector": { "k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value" },
        "ItemProcessor": { "StartAt": "P", "States": { "P": pass() } },
        "End": true,
    } } });
    let driver = execute(&definition, json!({ "a": 1, "b": [2] }), no_script);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED [{"k":"a","v":1},{"k":"b","v":[2]}]"#
    );
    let distributed = execute(&machine(pass(), json!({})), json!({ "a": 1 }), no_script);
    assert_eq!(
        distributed.outcome(),
        r#"SUCCEEDED [{"Key":"a","Value":1}]"#
    );
}

/// A `Parallel` of a machine's states and of a branch that fails after a second; then a long wait.
fn beside_a_failure(mut map: Value) -> Value {
    map["StartAt"] = "All things".into();
    let failing = json!({ "StartAt": "W", "States": {
        "W": { "Type": "Wait", "Seconds": 1, "Next": "F" },
        "F": { "Type": "Fail", "Error": "E" },
    } });
    json!({ "StartAt": "Both", "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [map, failing],
            "Catch": [{ "ErrorEquals": ["E"], "Next": "Long" }],
            "End": true,
        },
        "Long": { "Type": "Wait", "Seconds": 100, "End": true },
    } })
}

#[test]
fn a_map_run_that_is_given_up_leaves_nothing_behind() {
    let writer = json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": "out" },
    });
    for fields in [
        json!({}),
        json!({ "ItemReader": reader(json!({ "InputType": "JSON" })) }),
        json!({ "ResultWriter": writer, "ItemsPath": "$.none" }),
    ] {
        let definition = beside_a_failure(machine(call("forever"), fields.clone()));
        let mut answers = scripted(|_, _| Answer::Never);
        let mut driver = Driver::new(&definition);
        driver.keeps_objects_waiting = true;
        let input = if fields["ItemsPath"].is_string() {
            json!({ "none": [] })
        } else {
            json!([1, 2, 3])
        };
        driver.start(input, &mut answers);
        assert!(driver.run.outstanding().len() >= 2, "{fields}");
        assert!(driver.step(&mut answers));
        let left = driver.run.outstanding();
        assert!(
            matches!(left[..], [crate::Action::SetTimer { .. }]),
            "{fields}: {left:?}"
        );
        driver.run_to_end(&mut answers);
        driver.ensure_history_is_sound();
        driver.ensure_replays();
    }
}

#[test]
fn more_items_than_were_asked_for_are_passed_over() {
    let config = json!({ "InputType": "JSON", "MaxItems": 2 });
    let definition = machine(pass(), json!({ "ItemReader": reader(config) }));
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(&definition);
    driver.keeps_objects_waiting = true;
    driver.start(json!({}), &mut answers);
    let read = driver.run.outstanding().into_iter().find_map(|action| {
        let crate::Action::Read(read) = action else {
            return None;
        };
        Some(read.action)
    });
    let fact = crate::Fact::ItemsRead {
        at: driver.now,
        action: read.expect("items are asked for"),
        items: json!([1, 2, 3]).into(),
        is_last: false,
    };
    driver.apply(fact, &mut answers);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), "SUCCEEDED [1,2]");
}

#[test]
fn a_hundred_thousand_items_take_the_memory_of_the_window() {
    let definition = machine(
        call("echo"),
        json!({ "MaxConcurrency": 50, "ResultPath": null }),
    );
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(&definition);
    driver.quiet = true;
    driver.start(json!(vec![1; 100_000]), &mut answers);
    driver.run_to_end(&mut answers);
    assert!(driver.outcome().starts_with("SUCCEEDED"));
    assert_eq!(driver.most_frames, 51);
}

#[test]
fn a_map_of_jsonata_selects_and_counts_failed_evaluations() {
    let mut definition = machine(
        json!({ "Type": "Pass", "Output": "{% 10 / $states.input.n %}", "End": true }),
        json!({
            "Items": "{% $states.input.all %}",
            "ItemSelector": {
                "n": "{% $states.context.Map.Item.Value %}",
                "at": "{% $states.context.Map.Item.Index %}",
            },
            "ToleratedFailurePercentage": "{% $states.input.share %}",
            "MaxConcurrency": "{% 2 %}",
            "Output": "{% $states.result[Status = 'FAILED'].Error %}",
        }),
    );
    definition["QueryLanguage"] = "JSONata".into();
    let check = |share: f64, expect: &str| {
        let input = json!({ "all": [5, "x"], "share": share });
        let driver = execute(&definition, input, no_script);
        assert_eq!(driver.outcome(), expect);
        assert_eq!(driver.events[3].kind, "MapRunStarted");
        assert!(!driver.history().contains("EvaluationFailed"));
    };
    check(50.0, "SUCCEEDED \"States.QueryEvaluationError\"");
    check(
        10.0,
        "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded",
    );
}

#[test]
fn an_express_iteration_is_named_as_one() {
    let mut definition = machine(
        json!({ "Type": "Pass", "Parameters": { "id.$": "$$.Execution.Id" }, "End": true }),
        json!({ "Label": "L" }),
    );
    definition["States"]["All things"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] =
        "EXPRESS".into();
    let driver = execute(&definition, json!([1]), no_script);
    assert!(driver.outcome().contains(":express:machine-1/L:"));
}
