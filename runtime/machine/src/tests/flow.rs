//! `Pass`, `Succeed`, `Fail`, and how data flows through a state.

use expect_test::expect;
use serde_json::{Value, json};

use crate::testkit::{execute, no_script};

fn check(definition: Value, input: Value, outcome: &str) {
    let driver = execute(&definition, input, no_script);
    assert_eq!(driver.outcome(), outcome, "{definition}");
}

fn pass(fields: Value) -> Value {
    let mut state = json!({ "Type": "Pass", "End": true });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "A", "States": { "A": state } })
}

#[test]
fn a_chain_hands_data_on_and_tells_its_history() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Result": { "n": 1 }, "ResultPath": "$.a", "Next": "B" },
        "B": { "Type": "Succeed" },
    }});
    let driver = execute(&definition, json!({ "x": 0 }), no_script);
    expect![[r#"
        1 0 ExecutionStarted input={"x":0}
        2 0 PassStateEntered name=A input={"x":0}
        3 2 PassStateExited name=A output={"x":0,"a":{"n":1}}
        4 3 SucceedStateEntered name=B input={"x":0,"a":{"n":1}}
        5 4 SucceedStateExited name=B output={"x":0,"a":{"n":1}}
        6 5 ExecutionSucceeded output={"x":0,"a":{"n":1}}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn data_flows_through_the_fields_of_a_state() {
    let input = || json!({ "a": { "b": 1 }, "c": 2 });
    check(pass(json!({})), input(), r#"SUCCEEDED {"a":{"b":1},"c":2}"#);
    check(
        pass(json!({ "InputPath": "$.a" })),
        input(),
        r#"SUCCEEDED {"b":1}"#,
    );
    check(pass(json!({ "InputPath": null })), input(), "SUCCEEDED {}");
    check(pass(json!({ "OutputPath": "$.c" })), input(), "SUCCEEDED 2");
    check(pass(json!({ "OutputPath": null })), input(), "SUCCEEDED {}");
    check(
        pass(json!({ "InputPath": "$.a", "ResultPath": "$.r" })),
        input(),
        r#"SUCCEEDED {"a":{"b":1},"c":2,"r":{"b":1}}"#,
    );
    check(
        pass(json!({ "Result": 5, "ResultPath": null })),
        input(),
        r#"SUCCEEDED {"a":{"b":1},"c":2}"#,
    );
    check(
        pass(json!({ "Parameters": { "p.$": "$.a.b", "q": "$.a" } })),
        input(),
        r#"SUCCEEDED {"p":1,"q":"$.a"}"#,
    );
    check(
        pass(json!({ "Result": { "a.$": "$.c" } })),
        input(),
        r#"SUCCEEDED {"a.$":"$.c"}"#,
    );
}

#[test]
fn a_path_that_leads_nowhere_fails_the_execution_in_the_words_of_aws() {
    check(
        pass(json!({ "InputPath": "$.no" })),
        json!({}),
        "FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2). Invalid path '$.no' : No results for path: $['no']",
    );
    check(
        pass(json!({ "Parameters": { "v.$": "$.no" } })),
        json!({}),
        "FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2). The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{}'",
    );
}

#[test]
fn the_context_object_tells_where_an_expression_stands() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Parameters": { "all.$": "$$" }, "OutputPath": "$.all", "ResultPath": "$", "Next": "B" },
        "B": { "Type": "Pass", "Parameters": { "a.$": "$.State.Name", "b.$": "$$.State.Name", "c.$": "$" }, "End": true },
    }});
    let driver = execute(&definition, json!({ "x": 0 }), no_script);
    expect![[r#"SUCCEEDED {"a":"A","b":"B","c":{"Execution":{"Id":"arn:aws:states:us-east-1:000000000000:execution:machine-1:run-1","Input":{"x":0},"StartTime":"2026-01-01T00:00:00.000Z","Name":"run-1","RoleArn":"arn:aws:iam::000000000000:role/steploom","RedriveCount":0},"StateMachine":{"Id":"arn:aws:states:us-east-1:000000000000:stateMachine:machine-1","Name":"machine-1"},"State":{"Name":"A","EnteredTime":"2026-01-01T00:00:00.000Z"}}}"#]].assert_eq(&driver.outcome());
}

#[test]
fn what_looks_like_chance_is_the_same_at_every_replay() {
    let definition = pass(json!({ "Parameters": {
        "a.$": "States.UUID()", "b.$": "States.UUID()", "c.$": "States.MathRandom(1, 1000)",
    }}));
    let outcome = || execute(&definition, json!({}), no_script).outcome();
    assert_eq!(outcome(), outcome());
    let output: Value = serde_json::from_str(&outcome()["SUCCEEDED ".len()..]).expect("JSON");
    assert_ne!(output["a"], output["b"]);
}

#[test]
fn no_two_states_draw_the_same_number() {
    let state = |path: &str| json!({ "Type": "Pass", "Parameters": { "id.$": "States.UUID()" }, "ResultPath": path });
    let mut definition =
        json!({ "StartAt": "A", "States": { "A": state("$.a"), "B": state("$.b") } });
    definition["States"]["A"]["Next"] = "B".into();
    definition["States"]["B"]["End"] = true.into();
    let driver = execute(&definition, json!({}), no_script);
    let output: Value =
        serde_json::from_str(&driver.outcome()["SUCCEEDED ".len()..]).expect("JSON");
    assert_ne!(output["a"], output["b"]);
}

#[test]
fn a_fail_state_may_leave_out_error_and_cause() {
    let fail = |fields: Value| {
        let mut state = fields;
        state["Type"] = "Fail".into();
        json!({ "StartAt": "A", "States": { "A": state } })
    };
    let input = || json!({ "e": "E1", "c": "C1", "n": 1 });
    check(fail(json!({})), input(), "FAILED -: -");
    check(
        fail(json!({ "Error": "E", "Cause": "C" })),
        input(),
        "FAILED E: C",
    );
    check(
        fail(json!({ "ErrorPath": "$.e", "CausePath": "States.Format('of {}', $.c)" })),
        input(),
        "FAILED E1: of C1",
    );
    check(
        fail(json!({ "ErrorPath": "$.n" })),
        input(),
        "FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2). The ErrorPath field must reference a string: $.n == 1",
    );
}
