//! States that speak JSONata: what they read, what they leave behind, and how they fail.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::testkit::{Answer, Driver, execute, no_script};

fn machine(states: Value) -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": states })
}

fn check(states: Value, input: Value, expect: &str) {
    let driver = execute(&machine(states), input, no_script);
    assert_eq!(driver.outcome(), expect);
}

fn check_history(driver: &Driver, expect: Expect) {
    let lines = driver.history();
    let lines: Vec<String> = lines
        .lines()
        .map(|line| line.chars().take(160).collect())
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn output_reads_input_result_and_context() {
    let states = json!({ "A": { "Type": "Task", "Resource": "f", "Arguments": { "twice": "{% $states.input.n * 2 %}" },
        "Output": { "input": "{% $states.input %}", "result": "{% $states.result.sum %}", "state": "{% $states.context.State.Name %}",
            "tries": "{% $states.context.State.RetryCount %}", "literal": " {% $states.input %} " },
        "End": true } });
    let driver = execute(&machine(states), json!({ "n": 4 }), |_, invoke| {
        Answer::Ok(json!({ "sum": invoke.input.value()["twice"].as_f64().map(|n| n as u64 + 1) }))
    });
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"input":{"n":4},"result":9,"state":"A","tries":0,"literal":" {% $states.input %} "}"#
    );
}

#[test]
fn without_output_the_result_goes_on() {
    let states = json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Wait", "Seconds": "{% $states.input.s %}", "Next": "C" }, "C": { "Type": "Succeed" } });
    check(states, json!({ "s": 3 }), r#"SUCCEEDED {"s":3}"#);
    let states = json!({ "A": { "Type": "Task", "Resource": "f", "End": true } });
    let driver = execute(&machine(states), json!({}), |_, _| Answer::Ok(json!([1])));
    assert_eq!(driver.outcome(), "SUCCEEDED [1]");
}

#[test]
fn a_choice_wants_booleans() {
    let states = |condition: Value| {
        json!({
            "A": { "Type": "Choice", "Choices": [
                { "Condition": false, "Next": "B" },
                { "Condition": condition, "Next": "B", "Output": { "by": "rule" } },
            ], "Default": "B", "Output": "{% $states.input.x %}" },
            "B": { "Type": "Succeed" },
        })
    };
    check(
        states(json!("{% $states.input.x > 1 %}")),
        json!({ "x": 2 }),
        r#"SUCCEEDED {"by":"rule"}"#,
    );
    check(
        states(json!("{% $states.input.x > 1 %}")),
        json!({ "x": 1 }),
        "SUCCEEDED 1",
    );
    let prefix = "FAILED States.QueryEvaluationError: An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression";
    check(
        states(json!("{% $states.input.x %}")),
        json!({ "x": 1 }),
        &format!(
            "{prefix} '$states.input.x' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1"
        ),
    );
    check(
        states(json!("{% $states.input.y %}")),
        json!({ "x": 1 }),
        &format!(
            "{prefix} '$states.input.y' specified for the field 'Choices[1]/Condition' returned nothing (undefined)."
        ),
    );
}

#[test]
fn nothing_is_an_error_that_its_history_explains() {
    let driver = execute(
        &machine(json!({
            "A": { "Type": "Pass", "Next": "B" },
            "B": { "Type": "Pass", "Output": { "list": ["{% $states.input.no %}"] }, "End": true },
        })),
        json!({}),
        no_script,
    );
    check_history(
        &driver,
        expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 PassStateEntered name=A input={}
        3 2 PassStateExited name=A output={}
        4 3 PassStateEntered name=B input={}
        5 3 EvaluationFailed state=B location=Output/list[0] error=States.QueryEvaluationError cause=An error occurred while executing the state 'B' (entered at the eve
        6 5 ExecutionFailed error=States.QueryEvaluationError cause=An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression"#]],
    );
}

#[test]
fn a_catcher_sees_the_error_and_assigns() {
    let states = json!({
        "A": { "Type": "Task", "Resource": "f", "End": true, "Catch": [
            { "ErrorEquals": ["Other"], "Next": "B" },
            { "ErrorEquals": ["States.ALL"], "Assign": { "error": "{% $states.errorOutput.Error %}" },
                "Output": { "cause": "{% $states.errorOutput.Cause %}", "input": "{% $states.input.i %}" }, "Next": "B" },
        ] },
        "B": { "Type": "Pass", "Output": { "error": "{% $error %}", "rest": "{% $states.input %}" }, "End": true },
    });
    let driver = execute(&machine(states), json!({ "i": 1 }), |_, _| {
        Answer::Err("E", "why")
    });
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"error":"E","rest":{"cause":"why","input":1}}"#
    );
    let states = json!({
        "A": { "Type": "Task", "Resource": "f", "End": true, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }] },
        "B": { "Type": "Succeed" },
    });
    let driver = execute(&machine(states), json!({ "i": 1 }), |_, _| {
        Answer::Err("E", "why")
    });
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"Error":"E","Cause":"why"}"#);
}

#[test]
fn a_failed_evaluation_can_be_tried_again_and_caught() {
    let states = json!({
        "A": { "Type": "Task", "Resource": "f", "Arguments": "{% $states.input.no %}", "Next": "B",
            "Retry": [{ "ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "B" }] },
        "B": { "Type": "Succeed" },
    });
    let driver = execute(&machine(states), json!({}), no_script);
    assert_eq!(driver.outcome(), r#"SUCCEEDED "caught""#);
    check_history(
        &driver,
        expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=A input={}
        3 0 EvaluationFailed state=A location=Arguments error=States.QueryEvaluationError cause=An error occurred while executing the state 'A' (entered at the event id
        4 3 EvaluationFailed state=A location=Arguments error=States.QueryEvaluationError cause=An error occurred while executing the state 'A' (entered at the event id
        5 4 TaskStateExited name=A output="caught"
        6 5 SucceedStateEntered name=B input="caught"
        7 6 SucceedStateExited name=B output="caught"
        8 7 ExecutionSucceeded output="caught""#]],
    );
}

#[test]
fn a_catcher_that_fails_fails_the_state() {
    let states = json!({
        "A": { "Type": "Parallel", "End": true,
            "Branches": [{ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "E", "Cause": "why" } } }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": { "v": "{% $states.input.no %}" }, "Next": "B" }] },
        "B": { "Type": "Succeed" },
    });
    let driver = execute(&machine(states), json!({}), no_script);
    check_history(
        &driver,
        expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 ParallelStateEntered name=A input={}
        3 2 ParallelStateStarted
        4 3 FailStateEntered name=F input={}
        5 4 ParallelStateFailed
        6 4 EvaluationFailed state=A location=Catch[0]/Output/v error=States.QueryEvaluationError cause=An error occurred while executing the state 'A' (entered at the 
        7 6 ParallelStateFailed
        8 7 ExecutionFailed error=States.QueryEvaluationError cause=An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression"#]],
    );
}

#[test]
fn a_map_needs_an_array() {
    let states = |items: Option<Value>| {
        let mut map = json!({ "Type": "Map", "End": true, "ItemSelector": { "v": "{% $states.context.Map.Item.Value %}", "of": "{% $states.input.of %}" },
            "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } } });
        if let Some(items) = items {
            map["Items"] = items;
        }
        json!({ "A": map })
    };
    let of = json!({ "of": 1, "list": [5] });
    check(
        states(Some(json!("{% $states.input.list %}"))),
        of.clone(),
        r#"SUCCEEDED [{"v":5,"of":1}]"#,
    );
    check(
        states(Some(json!([1, "{% $states.input.of + 1 %}"]))),
        of.clone(),
        r#"SUCCEEDED [{"v":1,"of":1},{"v":2,"of":1}]"#,
    );
    let prefix = "FAILED States.QueryEvaluationError: An error occurred while executing the state 'A' (entered at the event id #2).";
    check(
        states(Some(json!("{% 'text' %}"))),
        of.clone(),
        &format!(
            "{prefix} The JSONata expression ''text'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: \"text\""
        ),
    );
    check(
        states(None),
        json!(3),
        &format!("{prefix} Map state input must be an array but was: 3"),
    );
}

#[test]
fn times_that_make_no_sense_fail_a_wait() {
    let prefix = "FAILED States.QueryEvaluationError: An error occurred while executing the state 'A' (entered at the event id #2).";
    let seconds = |seconds: Value, expect: &str| {
        let states =
            json!({ "A": { "Type": "Wait", "Seconds": "{% $states.input %}", "End": true } });
        check(states, seconds, &format!("{prefix} {expect}"));
    };
    seconds(
        json!(-1),
        "The Seconds field references a negative value: -1",
    );
    seconds(
        json!(1.5),
        "The Seconds field cannot be parsed as a long value: 1.5",
    );
    seconds(
        json!("1"),
        "The JSONata expression '$states.input' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: \"1\"",
    );
    seconds(json!(3_000_000_000_u64), "Wait state delay is too long.");
    let until = |instant: Value, expect: &str| {
        let states =
            json!({ "A": { "Type": "Wait", "Timestamp": "{% $states.input %}", "End": true } });
        check(states, instant, &format!("{prefix} {expect}"));
    };
    until(
        json!("2016-12-05 21:29:29Z"),
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z",
    );
    until(
        json!(7),
        "The JSONata expression '$states.input' specified for the field 'Timestamp' returned an unexpected result type. Expected 'string', but was 'number' for value: 7",
    );
}

#[test]
fn fail_names_what_it_computes() {
    let states = json!({ "A": { "Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'because of ' & $states.input.e %}" } });
    check(
        states.clone(),
        json!({ "e": "E" }),
        "FAILED E: because of E",
    );
    check(
        states,
        json!({ "e": 1 }),
        "FAILED States.QueryEvaluationError: An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$states.input.e' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1",
    );
}

#[test]
fn time_and_chance_come_from_the_facts() {
    let states = json!({
        "A": { "Type": "Pass", "Output": { "now": "{% $now() %}", "ids": "{% [$uuid(), $uuid()] %}" }, "End": true },
    });
    let driver = execute(&machine(states), json!({}), no_script);
    let Some(crate::Outcome::Succeeded(output)) = driver.run.outcome() else {
        panic!("{}", driver.outcome());
    };
    let output = output.value();
    assert_eq!(output["now"], "2026-01-01T00:00:00.000Z");
    assert_ne!(output["ids"][0], output["ids"][1]);
}

#[test]
fn what_is_too_large_fails_the_state() {
    let states = json!({ "A": { "Type": "Pass", "Output": "{% $states.input & $states.input %}", "End": true } });
    check(
        states,
        json!("x".repeat(200_000)),
        "FAILED States.DataLimitExceeded: The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    );
}

#[test]
fn a_parallel_hands_its_arguments_to_its_branches() {
    let branch = |name: &str, output: &str| json!({ "StartAt": name, "States": { name: { "Type": "Pass", "Output": output, "End": true } } });
    let states = json!({
        "A": { "Type": "Parallel", "Arguments": { "n": "{% $states.input.n + 1 %}" },
            "Branches": [branch("X", "{% $states.input.n * 10 %}"), branch("Y", "{% $states.context.State.Name %}")],
            "Assign": { "first": "{% $states.result[0] %}" }, "Output": { "all": "{% $states.result %}", "n": "{% $states.input.n %}" }, "Next": "B" },
        "B": { "Type": "Pass", "Output": { "first": "{% $first %}", "rest": "{% $states.input %}" }, "End": true },
    });
    check(
        states,
        json!({ "n": 1 }),
        r#"SUCCEEDED {"first":20,"rest":{"all":[20,"Y"],"n":1}}"#,
    );
}

#[test]
fn a_map_of_jsonpath_may_run_states_of_jsonata() {
    let definition = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemsPath": "$.items", "ItemSelector": { "v.$": "$$.Map.Item.Value" }, "ResultPath": "$.out", "End": true,
            "ItemProcessor": { "StartAt": "I", "States": {
                "I": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.v & ':' & $states.context.Map.Item.Index %}", "End": true },
            }}},
    }});
    let driver = execute(&definition, json!({ "items": ["a", "b"] }), no_script);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"items":["a","b"],"out":["a:0","b:1"]}"#
    );
}

#[test]
fn states_holds_what_there_is_and_nothing_else() {
    let keys = "{% $sort($keys($states)) %}";
    let states = json!({ "A": { "Type": "Pass", "Output": keys, "End": true } });
    check(states, json!({}), r#"SUCCEEDED ["context","input"]"#);
    let states = json!({ "A": { "Type": "Task", "Resource": "f", "Output": keys, "End": true,
        "Catch": [{ "ErrorEquals": ["E"], "Output": keys, "Next": "B" }] }, "B": { "Type": "Succeed" } });
    let run = |answer: Answer| {
        execute(&machine(states.clone()), json!({}), move |_, _| {
            answer.clone()
        })
    };
    assert_eq!(
        run(Answer::Ok(json!(1))).outcome(),
        r#"SUCCEEDED ["context","input","result"]"#
    );
    assert_eq!(
        run(Answer::Err("E", "why")).outcome(),
        r#"SUCCEEDED ["context","errorOutput","input"]"#
    );
}
