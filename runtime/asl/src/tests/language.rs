//! The two query languages, variables, and what each place offers.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};

use super::{machine, state};
use crate::model::{Condition, Flow, Items, Kind, Maker, NumberField, TextField, Wait};
use crate::{Options, parse_with};

/// What is wrong with a definition, each as AWS prints it.
fn told(definition: Value) -> Vec<String> {
    let parsed = parse_with(&definition.to_string(), &Options::default());
    let rejected = parsed.err().map(|rejected| rejected.diagnostics);
    let diagnostics = rejected.unwrap_or_default();
    diagnostics.iter().map(ToString::to_string).collect()
}

/// What is wrong with a state that speaks JSONata.
fn told_of(mut body: Value) -> Vec<String> {
    body["QueryLanguage"] = json!("JSONata");
    told(json!({"StartAt": "S", "States": {"S": body}}))
}

fn query(mut body: Value) -> crate::Machine {
    body["QueryLanguage"] = json!("JSONata");
    state(body)
}

#[test]
fn a_state_that_speaks_jsonata_has_its_fields() {
    let machine = query(json!({
        "Type": "Task", "Resource": "f", "End": true,
        "Arguments": {"a": "{% $states.input.a %}"}, "Output": "{% $states.result %}",
        "TimeoutSeconds": "{% 5 %}", "HeartbeatSeconds": 2,
        "Assign": {"x": "{% $states.result %}", "y": 1}, "Credentials": {"RoleArn": "{% $x %}"},
        "Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}, "Next": "S"}]
    }));
    let task = &machine.states[0];
    let Flow::Query(flow) = &task.flow else {
        panic!("{:?}", task.flow)
    };
    assert!(flow.arguments.is_some() && flow.output.is_some());
    assert!(matches!(task.assign, Some(Maker::Query(_))));
    assert!(task.catch[0].output.is_some() && task.catch[0].assign.is_some());
    let Kind::Task(kind) = &task.kind else {
        panic!("a Task")
    };
    assert!(matches!(kind.timeout_seconds, Some(NumberField::Query(_))));
    assert!(matches!(
        kind.heartbeat_seconds,
        Some(NumberField::Literal(2))
    ));
    assert!(matches!(kind.credentials, Some(Maker::Query(_))));
}

#[test]
fn each_type_takes_queries_where_aws_does() {
    let kind = |body| query(body).states.remove(0).kind;
    assert!(matches!(
        kind(json!({"Type": "Wait", "Seconds": "{% 1 %}", "End": true})),
        Kind::Wait(Wait::Seconds(NumberField::Query(_)))
    ));
    assert!(matches!(
        kind(json!({"Type": "Wait", "Timestamp": "{% $states.input %}", "End": true})),
        Kind::Wait(Wait::UntilQuery(_))
    ));
    assert!(matches!(
        kind(json!({"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "End": true})),
        Kind::Wait(Wait::Until(_))
    ));
    assert!(matches!(
        kind(json!({"Type": "Fail", "Error": "{% 'e' %}", "Cause": "c"})),
        Kind::Fail {
            error: Some(TextField::Query(_)),
            cause: Some(TextField::Literal(_))
        }
    ));
    let processor = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let Kind::Map(map) = kind(json!({
        "Type": "Map", "Items": "{% $states.input %}", "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}"},
        "MaxConcurrency": "{% 2 %}", "ToleratedFailureCount": "{% 1 %}", "ToleratedFailurePercentage": 12.5,
        "ItemProcessor": processor, "End": true
    })) else {
        panic!("a Map")
    };
    assert!(matches!(map.items, Items::Query(_)));
    assert!(matches!(map.selector, Some(Maker::Query(_))));
    assert!(matches!(map.tolerated_count, Some(NumberField::Query(_))));
    assert!(map.tolerated_percentage.is_some());
    let choice = machine(
        &json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {
            "C": {"Type": "Choice", "Default": "D", "Assign": {"n": 0}, "Output": 1, "Choices": [
                {"Condition": "{% $states.input %}", "Assign": {"n": 1}, "Output": {"a": "{% $n %}"}, "Next": "D"},
                {"Condition": true, "Next": "D"}
            ]},
            "D": {"Type": "Succeed"}
        }}),
    );
    let Kind::Choice { rules, .. } = &choice.states[0].kind else {
        panic!("a Choice")
    };
    assert!(matches!(rules[0].condition, Condition::Query(_)));
    assert!(rules[0].assign.is_some() && rules[0].output.is_some());
    assert!(matches!(rules[1].condition, Condition::Constant(true)));
}

#[test]
fn the_language_is_the_machines_unless_the_state_says() {
    let pass = |fields: Value| {
        let mut pass = json!({"Type": "Pass", "End": true});
        for (name, value) in fields.as_object().into_iter().flatten() {
            pass[name] = value.clone();
        }
        pass
    };
    let within = |map: Value, inner: Value| {
        let mut map = map;
        map["Type"] = json!("Map");
        map["End"] = json!(true);
        map["ItemProcessor"] = json!({"StartAt": "P", "States": {"P": inner}});
        json!({"StartAt": "M", "States": {"M": map}})
    };
    // What a Map speaks is not what its states speak. As AWS answers.
    let foreign = "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/M/ItemProcessor/States/P";
    for map in [json!({}), json!({"QueryLanguage": "JSONata"})] {
        assert_eq!(told(within(map, pass(json!({"Output": 1})))), [foreign]);
    }
    let map = json!({"QueryLanguage": "JSONata", "Items": [1], "Output": 1});
    assert!(
        told(within(
            map,
            pass(json!({"QueryLanguage": "JSONata", "Output": 1}))
        ))
        .is_empty()
    );
    // Recorded.
    let mut jsonata = within(
        json!({}),
        pass(json!({"QueryLanguage": "JSONPath", "Output": 1})),
    );
    jsonata["QueryLanguage"] = json!("JSONata");
    assert_eq!(
        told(jsonata),
        [
            "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/M/ItemProcessor/States/P"
        ]
    );
    assert_eq!(
        told(json!({"StartAt": "P", "States": {
            "P": pass(json!({"QueryLanguage": "jsonata", "InputPath": "$.a", "Output": 1}))
        }})),
        [
            "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /States/P/QueryLanguage",
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/P",
        ]
    );
    let mut processor = within(json!({}), pass(json!({})));
    processor["States"]["M"]["ItemProcessor"]["QueryLanguage"] = json!("JSONata");
    assert_eq!(
        told(processor),
        [
            "SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at /States/M/ItemProcessor"
        ]
    );
}

#[test]
fn fields_of_the_other_language_are_told_of() {
    let other = |name: &str, own: &str, at: &str| {
        let whose = if own == "JSONata" {
            "JSONPath"
        } else {
            "JSONata"
        };
        format!(
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to '{own}', but field '{name}' is only supported for the '{whose}' QueryLanguage at {at}"
        )
    };
    for (body, name) in [
        (json!({"Type": "Pass", "Result": 1, "End": true}), "Result"),
        (
            json!({"Type": "Wait", "SecondsPath": "$.s", "End": true}),
            "SecondsPath",
        ),
        (json!({"Type": "Fail", "CausePath": "$.c"}), "CausePath"),
        (
            json!({"Type": "Task", "Resource": "f", "TimeoutSecondsPath": "$.c", "End": true}),
            "TimeoutSecondsPath",
        ),
    ] {
        assert_eq!(told_of(body), [other(name, "JSONata", "/States/S")]);
    }
    let choice = |language: &str, rule: Value| {
        told(json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "QueryLanguage": language, "Choices": [rule]}, "D": {"Type": "Succeed"}
        }}))
    };
    let at = "/States/C/Choices[0]";
    assert_eq!(
        choice(
            "JSONata",
            json!({"Variable": "$.x", "IsNull": true, "Next": "D"})
        ),
        [
            other("Variable", "JSONata", at),
            other("IsNull", "JSONata", at)
        ]
    );
    assert_eq!(
        choice("JSONPath", json!({"Condition": true, "Next": "D"})),
        [other("Condition", "JSONPath", at)]
    );
    assert_eq!(
        told(
            json!({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "f", "End": true,
            "Catch": [{"ErrorEquals": ["E"], "Output": 1, "Next": "S"}]}}})
        ),
        [other("Output", "JSONPath", "/States/S/Catch[0]")]
    );
}

#[test]
fn what_is_no_query_is_told_where_it_is() {
    assert_eq!(
        told_of(
            json!({"Type": "Pass", "Output": {"a": ["{% 1 + %}", {"b": "{% phone %}"}], "c": "{% 1", "d": "2 %}", "e": " {% $ %} "}, "End": true})
        ),
        [
            "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %} at /States/S/Output/c",
            "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %} at /States/S/Output/d",
            "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Output/a[0]",
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output/a[1]/b",
        ]
    );
    assert_eq!(
        told_of(json!({"Type": "Wait", "Seconds": "{% ( %}", "End": true}))[0],
        "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Seconds"
    );
    assert_eq!(
        told_of(
            json!({"Type": "Task", "Resource": "f", "TimeoutSeconds": "5", "Assign": "{% {} %}", "End": true})
        ),
        [
            "SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/S/Assign",
            "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/S/TimeoutSeconds",
        ]
    );
}

#[test]
fn places_offer_what_is_there() {
    let absent = |name: &str, at: &str| {
        format!(
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$states.{name}' is not supported. at {at}"
        )
    };
    assert_eq!(
        told_of(json!({
            "Type": "Task", "Resource": "f", "End": true,
            "Arguments": ["{% $states.result.x %}"], "Output": "{% $states.errorOutput %}",
            "Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.result %}", "Next": "S"}]
        })),
        [
            absent("result", "/States/S/Arguments[0]"),
            absent("errorOutput", "/States/S/Output"),
            absent("result", "/States/S/Catch[0]/Output"),
        ]
    );
    assert_eq!(
        told_of(json!({"Type": "Pass", "Assign": {"a": "{% $states.result %}"}, "End": true})),
        [absent("result", "/States/S/Assign/a")]
    );
    // A name that is not assigned anywhere shows only at run time, as on AWS.
    assert!(told_of(json!({"Type": "Pass", "Output": "{% $unknown %}", "End": true})).is_empty());
}

#[test]
fn variables_have_names() {
    let assign = |names: Value| {
        told(
            json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "Assign": names, "End": true}}}),
        )
    };
    assert!(
        assign(json!({"x": 1, "éa_1.$": "$.y", &"n".repeat(80): 1, "\u{4e2d}\u{6587}": 1}))
            .is_empty()
    );
    let invalid = |name: &str| {
        format!(
            "INVALID_VARIABLE_NAME: Invalid variable name '{name}': the variable name contains invalid characters. at /States/S/Assign/{name}"
        )
    };
    for name in ["top-level", "1a", "", "a b", "$x", "_x"] {
        assert_eq!(assign(json!({name: 1})), [invalid(name)], "{name}");
    }
    assert_eq!(
        assign(json!({"states.$": "$"})),
        [
            "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Assign/states.$"
        ]
    );
    assert_eq!(assign(json!({&"n".repeat(81): 1})).len(), 1);
}

#[test]
fn an_inner_scope_does_not_assign_what_exists_around_it() {
    // `early` is set before the Map, `late` after it; `own` by the Map itself, after its scope.
    let inner = |name: &str| {
        json!({"StartAt": "Early", "States": {
            "Early": {"Type": "Pass", "Assign": {"early": 1}, "Next": "Map"},
            "Map": {"Type": "Map", "Next": "Late", "Assign": {"own": 1},
                "ItemProcessor": {"StartAt": "In", "States": {"In": {"Type": "Pass", "Assign": {name: 1}, "End": true}}}},
            "Late": {"Type": "Pass", "Assign": {"late": 1}, "End": true}
        }})
    };
    assert!(told(inner("late")).is_empty() && told(inner("own")).is_empty());
    assert_eq!(
        told(inner("early")),
        [
            "INVALID_VARIABLE_NAME: Variable 'early' exists in an outer scope, and cannot be assigned in an inner one. at /States/Map/ItemProcessor/States/In/Assign/early"
        ]
    );
    let mut round = inner("late");
    round["States"]["Late"] = json!({"Type": "Choice", "Assign": {"late": 1}, "Default": "End",
        "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "Map"}]});
    round["States"]["End"] = json!({"Type": "Succeed"});
    assert_eq!(told(round).len(), 1);
}

#[test]
fn states_know_what_they_read() {
    let machine = machine(
        &json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Arguments": "{% $a %}", "Assign": {"q": "{% $e %}"}, "Output": {"x": "{% [$b, $states.result] %}"}, "Next": "W",
                "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% ($l := 1; $l + $c) %}", "End": true}}}],
                "Catch": [{"ErrorEquals": ["E"], "Assign": {"z": "{% $d %}"}, "Next": "W"}]},
            "W": {"Type": "Wait", "Seconds": 1, "End": true}
        }}),
    );
    assert_eq!(
        json!(machine.variable_references()),
        json!({"P": ["a", "b", "d", "e"], "I": ["c"]})
    );
}

#[test]
fn every_field_that_reads_a_variable_is_known() {
    let processor = |mode: Value| json!({"ProcessorConfig": mode, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let distributed = processor(json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}));
    let object = json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$d", "Key": "k"},
        "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$e"}});
    let writer =
        json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket.$": "$i"}});
    for (body, expected) in [
        (
            json!({"Type": "Task", "Resource": "f", "End": true, "InputPath": "$a", "Parameters": {"x.$": "$b.y"},
                "ResultSelector": {"x.$": "States.Array($c)"}, "OutputPath": "$d[0]", "TimeoutSecondsPath": "$e",
                "HeartbeatSecondsPath": "$f", "Credentials": {"RoleArn.$": "$g"}, "Assign": {"v.$": "$h"}}),
            "abcdefgh",
        ),
        (
            json!({"Type": "Wait", "SecondsPath": "$a", "End": true}),
            "a",
        ),
        (
            json!({"Type": "Fail", "ErrorPath": "$a", "CausePath": "States.Format('{}', $b)"}),
            "ab",
        ),
        (
            json!({"Type": "Map", "End": true, "ItemsPath": "$a", "ItemSelector": {"x.$": "$b"}, "MaxConcurrencyPath": "$c",
                "ItemReader": object, "ItemBatcher": {"BatchInput": {"x.$": "$f"}, "MaxItemsPerBatchPath": "$g", "MaxInputBytesPerBatchPath": "$h"},
                "ResultWriter": writer, "ToleratedFailureCountPath": "$j", "ToleratedFailurePercentagePath": "$k", "ItemProcessor": distributed}),
            "abcdefghijk",
        ),
        (
            json!({"Type": "Graph", "End": true, "MaxConcurrencyPath": "$a", "Nodes": {"N": {"Type": "Pass"}}}),
            "a",
        ),
        (
            json!({"Type": "Map", "End": true, "ItemId": "$a", "After": "$b", "ItemProcessor": processor(json!({}))}),
            "ab",
        ),
    ] {
        let machine = state(body);
        let references = machine.variable_references();
        let found: String = references["S"].iter().map(String::as_str).collect();
        assert_eq!(found, expected);
    }
}
