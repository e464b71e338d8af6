use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{Request, test_state};
use crate::{Behaviour, World};

fn world() -> World {
    World {
        function_default: Some(Behaviour::Echo),
        ..World::default()
    }
}

fn answer(body: &Value) -> String {
    let tested = Request::parse(body).and_then(|request| test_state(&request, &world()));
    match tested {
        Ok(tested) => serde_json::to_string_pretty(&tested.json()).unwrap(),
        Err(refused) => refused.to_string(),
    }
}

fn check(definition: &Value, mut body: Value, expect: &Expect) {
    body["definition"] = definition.to_string().into();
    expect.assert_eq(&answer(&body));
}

#[test]
fn data_is_shown_on_its_way() {
    check(
        &json!({"Type": "Pass", "InputPath": "$.a", "Parameters": {"n.$": "$.n"}, "ResultPath": "$.b", "Next": "After"}),
        json!({"input": "{\"a\":{\"n\":1}}", "inspectionLevel": "DEBUG"}),
        &expect![[r#"
            {
              "status": "SUCCEEDED",
              "output": "{\"a\":{\"n\":1},\"b\":{\"n\":1}}",
              "nextState": "After",
              "inspectionData": {
                "input": "{\"a\":{\"n\":1}}",
                "afterInputPath": "{\"n\":1}",
                "afterParameters": "{\"n\":1}",
                "afterResultSelector": "{\"n\":1}",
                "afterResultPath": "{\"a\":{\"n\":1},\"b\":{\"n\":1}}"
              }
            }"#]],
    );
}

#[test]
fn variables_are_read_and_set() {
    check(
        &json!({"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"b": "{% $a + 1 %}"}, "Output": "{% $a %}", "End": true}),
        json!({"variables": "{\"a\": 1}", "inspectionLevel": "TRACE"}),
        &expect![[r#"
            {
              "status": "SUCCEEDED",
              "output": "1",
              "inspectionData": {
                "input": "{}",
                "variables": "{\"a\":1,\"b\":2}"
              }
            }"#]],
    );
}

#[test]
fn a_mocked_failure_is_retried_then_caught() {
    let task = json!({"Type": "Task", "Resource": "f", "End": true,
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["No"], "Next": "N"}, {"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": "$.e"}]});
    let body = |retries: u32| {
        json!({"input": "{\"x\":1}", "inspectionLevel": "DEBUG",
            "stateConfiguration": {"retrierRetryCount": retries},
            "mock": {"errorOutput": {"error": "Busy", "cause": "later"}}})
    };
    check(
        &task,
        body(1),
        &expect![[r#"
            {
              "status": "RETRIABLE",
              "error": "Busy",
              "cause": "later",
              "inspectionData": {
                "input": "{\"x\":1}",
                "afterInputPath": "{\"x\":1}",
                "afterParameters": "{\"x\":1}",
                "errorDetails": {
                  "retryIndex": 0,
                  "retryBackoffIntervalSeconds": 6
                }
              }
            }"#]],
    );
    check(
        &task,
        body(2),
        &expect![[r#"
            {
              "status": "CAUGHT_ERROR",
              "output": "{\"x\":1,\"e\":{\"Error\":\"Busy\",\"Cause\":\"later\"}}",
              "error": "Busy",
              "cause": "later",
              "nextState": "A",
              "inspectionData": {
                "input": "{\"x\":1}",
                "afterInputPath": "{\"x\":1}",
                "afterParameters": "{\"x\":1}",
                "errorDetails": {
                  "catchIndex": 1
                }
              }
            }"#]],
    );
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let pass = json!({"Type": "Pass", "End": true});
    check(
        &pass,
        json!({"input": "{"}),
        &expect![
            "InvalidExecutionInput: Invalid State Machine Execution Input: 'not valid JSON: EOF while parsing an object at line 1 column 1'"
        ],
    );
    check(
        &pass,
        json!({"inspectionLevel": "ALL"}),
        &expect![
            "ValidationException: 1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]"
        ],
    );
    check(
        &pass,
        json!({"mock": {"result": "1"}}),
        &expect![
            "ValidationException: State type 'Pass' is not supported when a mock is specified"
        ],
    );
    check(
        &json!({"Type": "Pass", "Resul": 1, "End": true}),
        json!({}),
        &expect![
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Resul' is not supported at /States/StateName'"
        ],
    );
}
