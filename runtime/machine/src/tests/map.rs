//! `Map`: a window of iterations, items in order, and memory that does not grow with the items.

use expect_test::expect;
use serde_json::{Value, json};

use crate::testkit::{Answer, Driver, execute, no_script, scripted, started};
use crate::{Action, RunLimits};

fn map(state: Value, fields: Value) -> Value {
    let mut inner = state;
    if inner["Type"] != "Fail" {
        inner["End"] = true.into();
    }
    let mut map = json!({ "Type": "Map", "End": true, "ItemProcessor": { "StartAt": "I", "States": { "I": inner } } });
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    json!({ "StartAt": "M", "States": { "M": map } })
}

fn echo() -> Value {
    json!({ "Type": "Task", "Resource": "echo" })
}

#[test]
fn one_at_a_time_tells_the_history_of_aws() {
    let definition = map(json!({ "Type": "Pass" }), json!({ "MaxConcurrency": 1 }));
    let driver = execute(&definition, json!(["a", "b"]), no_script);
    expect![[r#"
        1 0 ExecutionStarted input=["a","b"]
        2 0 MapStateEntered name=M input=["a","b"]
        3 2 MapStateStarted length=2
        4 3 MapIterationStarted name=M index=0
        5 4 PassStateEntered name=I input="a"
        6 5 PassStateExited name=I output="a"
        7 6 MapIterationSucceeded name=M index=0
        8 6 MapIterationStarted name=M index=1
        9 8 PassStateEntered name=I input="b"
        10 9 PassStateExited name=I output="b"
        11 10 MapIterationSucceeded name=M index=1
        12 11 MapStateSucceeded
        13 11 MapStateExited name=M output=["a","b"]
        14 13 ExecutionSucceeded output=["a","b"]
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn nothing_to_do_is_done_at_once() {
    let definition = map(echo(), json!({ "ItemsPath": "$.items" }));
    let driver = execute(&definition, json!({ "items": [] }), no_script);
    expect![[r#"
        1 0 ExecutionStarted input={"items":[]}
        2 0 MapStateEntered name=M input={"items":[]}
        3 2 MapStateStarted length=0
        4 3 MapStateSucceeded
        5 3 MapStateExited name=M output=[]
        6 5 ExecutionSucceeded output=[]
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn an_item_selector_sees_the_input_and_the_item() {
    let definition = map(
        json!({ "Type": "Pass", "Parameters": { "in.$": "$", "index.$": "$$.Map.Item.Index" } }),
        json!({
            "InputPath": "$.d", "ItemsPath": "$.items", "ResultPath": "$.out",
            "ItemSelector": { "v.$": "$$.Map.Item.Value", "k.$": "$.k", "s.$": "$$.State.Name" },
        }),
    );
    let driver = execute(
        &definition,
        json!({ "d": { "items": ["x", "y"], "k": 1 } }),
        no_script,
    );
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"d":{"items":["x","y"],"k":1},"out":[{"in":{"v":"x","k":1,"s":"M"},"index":0},{"in":{"v":"y","k":1,"s":"M"},"index":1}]}"#
    );
}

#[test]
fn the_context_has_an_item_within_the_map_alone() {
    let definition = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "Next": "After", "ResultPath": "$.within", "ItemsPath": "$.items", "ItemProcessor": {
            "StartAt": "I", "States": { "I": { "Type": "Pass", "Parameters": { "map.$": "$$.Map" }, "End": true } } } },
        "After": { "Type": "Choice", "Default": "No", "Choices": [
            { "Variable": "$$.Map", "IsPresent": true, "Next": "Yes" },
        ]},
        "No": { "Type": "Succeed", "OutputPath": "$.within" },
        "Yes": { "Type": "Fail", "Error": "an item after the map" },
    }});
    let driver = execute(&definition, json!({ "items": ["x"] }), no_script);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED [{"map":{"Item":{"Index":0,"Value":"x"}}}]"#
    );
}

#[test]
fn results_come_in_the_items_order_whatever_ends_first() {
    let definition = map(
        json!({ "Type": "Task", "Resource": "f" }),
        json!({ "MaxConcurrency": 3 }),
    );
    let driver = execute(&definition, json!([5, 1, 4, 2, 3]), |_, invoke| {
        let n = invoke.input.value().as_u64().expect("a number");
        Answer::After(n, Box::new(Answer::Ok(json!(n * 10))))
    });
    assert_eq!(driver.outcome(), "SUCCEEDED [50,10,40,20,30]");
}

#[test]
fn an_iteration_that_fails_gives_up_the_others() {
    let definition = map(
        json!({ "Type": "Task", "Resource": "f" }),
        json!({ "MaxConcurrency": 2 }),
    );
    let driver = execute(&definition, json!([1, 2, 3]), |_, invoke| {
        match invoke.input.value().as_u64() {
            Some(1) => Answer::Never,
            _ => Answer::Err("Oops", "why"),
        }
    });
    expect![[r#"
        1 0 ExecutionStarted input=[1,2,3]
        2 0 MapStateEntered name=M input=[1,2,3]
        3 2 MapStateStarted length=3
        4 3 MapIterationStarted name=M index=0
        5 4 TaskStateEntered name=I input=1
        6 5 LambdaFunctionScheduled resource=f input=1
        7 6 LambdaFunctionStarted
        8 3 MapIterationStarted name=M index=1
        9 8 TaskStateEntered name=I input=2
        10 9 LambdaFunctionScheduled resource=f input=2
        11 10 LambdaFunctionStarted
        12 11 LambdaFunctionFailed error=Oops cause=why
        13 12 MapIterationFailed name=M index=1
        14 7 TaskStateAborted
        15 7 MapIterationAborted name=M index=0
        16 12 MapStateFailed
        17 16 ExecutionFailed error=Oops cause=why
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_retry_runs_all_items_again() {
    let definition = map(
        json!({ "Type": "Fail", "Error": "E" }),
        json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }] }),
    );
    let driver = execute(&definition, json!([1]), no_script);
    expect![[r#"
        1 0 ExecutionStarted input=[1]
        2 0 MapStateEntered name=M input=[1]
        3 2 MapStateStarted length=1
        4 3 MapIterationStarted name=M index=0
        5 4 FailStateEntered name=I input=1
        6 5 MapIterationFailed name=M index=0
        7 5 MapStateStarted length=1
        8 7 MapIterationStarted name=M index=0
        9 8 FailStateEntered name=I input=1
        10 9 MapIterationFailed name=M index=0
        11 9 MapStateFailed
        12 11 ExecutionFailed error=E
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn maps_nest_and_each_sees_its_own_item() {
    let inner = map(
        json!({ "Type": "Pass", "Parameters": { "i.$": "$$.Map.Item.Index", "v.$": "$" } }),
        json!({ "MaxConcurrency": 1 }),
    );
    let definition = json!({ "StartAt": "O", "States": { "O": {
        "Type": "Map", "End": true, "ItemProcessor": inner, "ItemSelector": { "a.$": "$$.Map.Item.Value" },
        "MaxConcurrency": 2,
    }}});
    let mut definition = definition;
    definition["States"]["O"]["ItemProcessor"]["States"]["M"]["ItemsPath"] = "$.a".into();
    let driver = execute(&definition, json!([["p", "q"], ["r"]]), no_script);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED [[{"i":0,"v":"p"},{"i":1,"v":"q"}],[{"i":0,"v":"r"}]]"#
    );
}

#[test]
fn what_is_no_array_and_no_number_fails_the_state() {
    let prefix = "FAILED States.Runtime: An error occurred while executing the state 'M' (entered at the event id #2). ";
    let definition = map(
        echo(),
        json!({ "ItemsPath": "$.i", "MaxConcurrencyPath": "$.c" }),
    );
    let outcome = |input| {
        execute(&definition, input, no_script)
            .outcome()
            .replace(prefix, "")
    };
    assert_eq!(
        outcome(json!({ "i": 1, "c": 1 })),
        r#"Reference path "$.i" must point to array."#
    );
    assert_eq!(
        outcome(json!({ "i": [], "c": "NoNumber" })),
        r#"The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.c"#
    );
    assert_eq!(outcome(json!({ "i": [7], "c": "1" })), "SUCCEEDED [7]");
}

#[test]
fn results_that_are_dropped_are_not_counted() {
    let big = |fields: Value| {
        let definition = map(json!({ "Type": "Task", "Resource": "big" }), fields);
        execute(&definition, json!([1, 2, 3]), |_, _| {
            Answer::Ok("a".repeat(100_000).into())
        })
        .outcome()
    };
    assert_eq!(
        big(json!({})),
        "FAILED States.DataLimitExceeded: The state/task 'M' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    assert_eq!(big(json!({ "ResultPath": null })), "SUCCEEDED [1,2,3]");
}

#[test]
fn a_hundred_thousand_items_take_the_memory_of_the_window() {
    const ITEMS: usize = 100_000;
    let definition = map(echo(), json!({ "MaxConcurrency": 40 }));
    let limits = RunLimits {
        payload_bytes_max: 10_000_000,
        ..RunLimits::default()
    };
    let items: Vec<usize> = (0..ITEMS).collect();
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(&definition);
    driver.quiet = true;
    driver.start_with(started(json!(items), limits), &mut answers);
    let mut most = 0;
    while driver.step(&mut answers) {
        most = most.max(driver.actions.last().map_or(0, Vec::len));
    }
    assert_eq!(
        driver.run.outcome(),
        Some(&crate::Outcome::Succeeded(json!(items).into()))
    );
    assert!(
        driver
            .actions
            .iter()
            .flatten()
            .filter(|action| matches!(action, Action::Invoke(_)))
            .count()
            == ITEMS
    );
    assert_eq!(most, 1, "an answer starts one more");
    assert_eq!(driver.most_frames, 41, "the window and the map itself");
    assert_eq!(driver.run.event_count(), 6 + 7 * ITEMS as u64);
}

#[test]
fn frames_are_bounded_by_the_window() {
    let definition = map(json!({ "Type": "Task", "Resource": "f" }), json!({}));
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&definition);
    driver.start(json!((0..1000).collect::<Vec<u32>>()), &mut answers);
    assert_eq!(driver.run.outstanding().len(), 40, "the default window");
    assert_eq!(driver.most_frames, 41);
}
