//! Variables: who sees what when, how long it lasts, and how much there may be.

use serde_json::{Value, json};

use crate::testkit::{Answer, Driver, execute, no_script};

fn check(definition: Value, input: Value, expect: &str) -> Driver {
    let driver = execute(&definition, input, no_script);
    assert_eq!(driver.outcome(), expect);
    driver
}

/// What the state of this name assigned, as its history tells.
fn assigned(driver: &Driver, state: &str) -> Vec<Value> {
    let of_state = |event: &&crate::testkit::Told| {
        event.kind.ends_with("StateExited") && event.details["name"] == state
    };
    let events = driver.events.iter().filter(of_state);
    let variables = |event: &crate::testkit::Told| {
        event
            .details
            .get("assignedVariables")
            .cloned()
            .unwrap_or_default()
    };
    events.map(variables).collect()
}

#[test]
fn a_state_sees_the_variables_as_they_were_when_it_was_entered() {
    let driver = check(
        json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Assign": { "n": 1, "list": [1, { "x": null }] }, "Next": "B" },
            "B": { "Type": "Pass", "Assign": { "n.$": "States.MathAdd($n, 1)", "was.$": "$n" },
                "Parameters": { "n.$": "$n" }, "OutputPath": "$", "Next": "C" },
            "C": { "Type": "Pass", "Parameters": { "n.$": "$n", "was.$": "$was", "b.$": "$.n", "x.$": "$list[1].x" }, "End": true },
        }}),
        json!({}),
        r#"SUCCEEDED {"n":2,"was":1,"b":1,"x":null}"#,
    );
    assert_eq!(
        assigned(&driver, "A"),
        [json!({ "n": "1", "list": r#"[1,{"x":null}]"# })]
    );
    assert_eq!(assigned(&driver, "B"), [json!({ "n": "2", "was": "1" })]);
    assert_eq!(assigned(&driver, "C"), [Value::Null]);
}

#[test]
fn assign_reads_the_result_and_not_the_output() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "f", "ResultSelector": { "v.$": "$.value" },
            "Assign": { "seen.$": "$", "name.$": "$$.State.Name" }, "ResultPath": "$.r", "Next": "B" },
        "B": { "Type": "Pass", "Parameters": { "seen.$": "$seen", "name.$": "$name", "r.$": "$.r" }, "End": true },
    }});
    let driver = execute(&definition, json!({ "i": 1 }), |_, _| {
        Answer::Ok(json!({ "value": 7, "more": 8 }))
    });
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"seen":{"v":7},"name":"A","r":{"v":7}}"#
    );
}

#[test]
fn what_a_branch_or_an_iteration_assigns_vanishes_with_it() {
    let body = |name: &str| {
        json!({ "StartAt": name, "States": {
            name: { "Type": "Pass", "Assign": { "inner.$": "$outer" }, "Next": format!("{name}2") },
            format!("{name}2"): { "Type": "Pass", "Parameters": { "inner.$": "$inner", "outer.$": "$outer" }, "End": true },
        }})
    };
    check(
        json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Assign": { "outer": 5 }, "Next": "P" },
            "P": { "Type": "Parallel", "Branches": [body("X"), body("Y")], "Next": "M" },
            "M": { "Type": "Map", "ItemProcessor": body("I"), "Assign": { "all.$": "$" }, "Next": "Z" },
            "Z": { "Type": "Pass", "Parameters": { "n.$": "States.ArrayLength($all)", "inner.$": "$inner" }, "End": true },
        }}),
        json!({}),
        "FAILED States.Runtime: An error occurred while executing the state 'Z' (entered at the event id #32). The variable '$inner' is not defined",
    );
}

#[test]
fn a_rule_of_a_choice_and_a_catcher_assign_for_themselves() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "f", "Assign": { "by": "state" }, "End": true,
            "Catch": [{ "ErrorEquals": ["E"], "Assign": { "by": "catcher", "why.$": "$.Cause" }, "ResultPath": "$.error", "Next": "C" }] },
        "C": { "Type": "Choice", "Assign": { "rule": "default" }, "Default": "End", "Choices": [
            { "Variable": "$.n", "NumericEquals": 1, "Assign": { "rule": "first", "n.$": "$.n" }, "Next": "End" },
            { "Variable": "$.n", "NumericEquals": 2, "Next": "End" },
        ]},
        "End": { "Type": "Pass", "Parameters": { "by.$": "$by", "why.$": "$why", "rule.$": "$rule", "input.$": "$" }, "End": true },
    }});
    let run = |n: u32| {
        execute(&definition, json!({ "n": n }), |_, _| {
            Answer::Err("E", "no luck")
        })
    };
    let error = r#""error":{"Error":"E","Cause":"no luck"}"#;
    assert_eq!(
        run(1).outcome(),
        format!(
            r#"SUCCEEDED {{"by":"catcher","why":"no luck","rule":"first","input":{{"n":1,{error}}}}}"#
        )
    );
    assert_eq!(
        run(3).outcome(),
        format!(
            r#"SUCCEEDED {{"by":"catcher","why":"no luck","rule":"default","input":{{"n":3,{error}}}}}"#
        )
    );
    // The second rule assigns nothing, not even what the state does by default.
    assert!(
        run(2).outcome().starts_with("FAILED States.Runtime"),
        "{}",
        run(2).outcome()
    );
    assert_eq!(
        assigned(&run(1), "C"),
        [json!({ "rule": "\"first\"", "n": "1" })]
    );
    assert_eq!(
        assigned(&run(1), "T"),
        [json!({ "by": "\"catcher\"", "why": "\"no luck\"" })]
    );
}

#[test]
fn both_languages_see_the_same_variables() {
    check(
        json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Assign": { "n": 20 }, "Next": "B" },
            "B": { "Type": "Pass", "QueryLanguage": "JSONata", "Assign": { "m": "{% $n * 2 %}", "n": "{% $n + 1 %}" },
                "Output": "{% $n %}", "Next": "C" },
            "C": { "Type": "Pass", "Parameters": { "m.$": "$m", "n.$": "$n", "b.$": "$" }, "End": true },
        }}),
        json!({}),
        r#"SUCCEEDED {"m":40,"n":21,"b":20}"#,
    );
}

#[test]
fn there_is_a_limit_for_one_assign_and_for_all_variables() {
    let assign = |text: usize, next: &str| json!({ "Type": "Pass", "Assign": { "v.$": "States.Format('{}{}', $.x, $.x)", "w": "w".repeat(text) }, "Next": next });
    let definition = |text: usize| {
        json!({ "StartAt": "A", "States": {
            "A": assign(text, "B"), "B": { "Type": "Succeed" },
        }})
    };
    let x = json!({ "x": "x".repeat(100_000) });
    let fits = execute(&definition(62_000), x.clone(), no_script);
    assert!(
        fits.outcome().starts_with("SUCCEEDED"),
        "{}",
        fits.outcome()
    );
    let is_over = execute(&definition(63_000), x, no_script);
    assert_eq!(
        is_over.outcome(),
        "FAILED States.DataLimitExceeded: The state 'A' assigned variables with a size exceeding the maximum number of bytes service limit."
    );
}

#[test]
fn all_variables_of_an_execution_together_have_a_limit() {
    // Each round keeps 200 kB more under a name of its own; an inner scope's are let go again.
    let mut states = serde_json::Map::new();
    for round in 0..60 {
        states.insert(format!("S{round}"), json!({
            "Type": "Pass", "Assign": { format!("v{round}.$"): "$" }, "Next": format!("S{}", round + 1),
        }));
    }
    states.insert("S60".to_owned(), json!({ "Type": "Succeed" }));
    let outer = execute(
        &json!({ "StartAt": "S0", "States": states }),
        json!("v".repeat(200_000)),
        no_script,
    );
    assert!(
        outer
            .outcome()
            .starts_with("FAILED States.DataLimitExceeded: The state 'S52'"),
        "{}",
        outer.outcome()
    );
    let items = vec!["v".repeat(4_000); 60];
    let inner = json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "MaxConcurrency": 1, "End": true,
    "ItemProcessor": { "StartAt": "I", "States": {
        "I": { "Type": "Pass", "Assign": { "v.$": "$$.Execution.Input" }, "Next": "J" },
        "J": { "Type": "Pass", "End": true },
    }}}}});
    let inner = execute(&inner, json!(items), no_script);
    assert!(
        inner.outcome().starts_with("SUCCEEDED"),
        "{}",
        inner.outcome()
    );
}
