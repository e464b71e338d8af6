//! What is wrong with definitions, and how it is told.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};

use crate::{Severity, parse};

/// What parsing a text tells, each as AWS prints it.
fn told(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(rejected) => rejected
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(ToString::to_string)
            .collect(),
    }
}

fn check(definition: &Value, expected: &[&str]) {
    assert_eq!(told(&definition.to_string()), expected, "{definition}");
}

/// Checks a machine of one state, which ends unless it says otherwise.
fn check_state(body: Value, expected: &[&str]) {
    check(&json!({"StartAt": "S", "States": {"S": body}}), expected);
}

#[test]
fn what_is_no_definition() {
    assert_eq!(
        told(" "),
        ["SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null"]
    );
    assert_eq!(
        told("[]"),
        ["SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null"]
    );
    // Recorded.
    let rejected = parse("not a definition").unwrap_err();
    let place = r#"[Source: (String)"not a definition"; line: 1, column: 4]"#;
    assert_eq!(rejected.diagnostics[0].path, place);
    assert_eq!(
        rejected.diagnostics[0].message,
        format!(
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at {place}"
        )
    );
    let rejected = parse("{\n  \"StartAt\": \"A\",\n  \"States\": {]}\n}").unwrap_err();
    assert_eq!(rejected.diagnostics.len(), 1);
    assert!(
        rejected.diagnostics[0]
            .path
            .ends_with("line: 3, column: 15]"),
        "{rejected}"
    );
}

#[test]
fn what_a_machine_needs() {
    check(
        &json!({"Comment": "x", "StartAt": "A"}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"],
    );
    check(
        &json!({}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt, States] at /"],
    );
    check(
        &json!({"StartAt": "A", "States": {}}),
        &["SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States"],
    );
    check(
        &json!({"StartAt": 1, "States": {"A": {"Type": "Succeed"}}, "Extra": 1, "TimeoutSeconds": "5"}),
        &[
            "SCHEMA_VALIDATION_FAILED: Field 'Extra' is not supported at /",
            "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /TimeoutSeconds",
            "SCHEMA_VALIDATION_FAILED: Expected value of type String at /StartAt",
        ],
    );
    assert_eq!(
        parse(r#"{"StartAt": "A"}"#).unwrap_err().to_string(),
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
    );
}

#[test]
fn transitions_lead_somewhere() {
    check(
        &json!({"StartAt": "X", "States": {"A": {"Type": "Pass", "Next": "B"}, "D": {"Type": "Succeed"}}}),
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
            "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: X at /StartAt",
        ],
    );
    check(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}}),
        &["MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C"],
    );
    check(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 1, "Next": "A"}}}),
        &["MISSING_END_STATE: Workflow has no terminal state at null"],
    );
    check(
        &json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Default": "Y", "Choices": [{"Variable": "$", "IsNull": true, "Next": "Z"}]},
            "T": {"Type": "Task", "Resource": "f", "End": true, "Catch": [{"ErrorEquals": ["E"], "Next": "Q"}]}
        }}),
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Default' target: Y at /States/C/Default",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /States/C/Choices[0]/Next",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Q at /States/T/Catch[0]/Next",
        ],
    );
}

#[test]
fn scopes_are_closed() {
    let branch =
        |next: &str| json!({"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": next}}});
    check(
        &json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [branch("D")], "Next": "D"}, "D": {"Type": "Succeed"}}}),
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: D at /States/P/Branches[0]/States/B/Next",
        ],
    );
    check(
        &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": branch("B"), "End": true}}}),
        &["MISSING_END_STATE: Workflow has no terminal state at /States/M/ItemProcessor"],
    );
    check(
        &json!({"StartAt": "A", "States": {
            "A": {"Type": "Map", "Iterator": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, "End": true}
        }}),
        &["DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Iterator/States/A"],
    );
    let long = "n".repeat(81);
    check(
        &json!({"StartAt": long, "States": {&long: {"Type": "Succeed"}}}),
        &[&format!(
            "INVALID_STATE_NAME: The state name '{long}' exceeds the 80-character limit allowed by the service at /States/{long}"
        )],
    );
}

#[test]
fn names_may_not_come_twice_in_an_object() {
    assert_eq!(
        told(
            r#"{"StartAt": "A", "StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Pass", "Result": {"x": {"y": 1, "y": 2}}, "End": true}}}"#
        ),
        [
            "SCHEMA_VALIDATION_FAILED: Duplicate field 'StartAt' at /",
            "SCHEMA_VALIDATION_FAILED: Duplicate field 'y' at /States/A/Result/x",
            "SCHEMA_VALIDATION_FAILED: Duplicate field 'A' at /States",
        ]
    );
}

#[test]
fn states_have_the_fields_of_their_type() {
    check_state(
        json!(1),
        &["SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/S"],
    );
    check_state(
        json!({"End": true}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/S"],
    );
    check_state(
        json!({"Type": "Go", "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/S/Type",
        ],
    );
    check_state(
        json!({"Type": "Pass", "TimeoutSeconds": 3, "ResultSelector": {}, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/S",
            "SCHEMA_VALIDATION_FAILED: Field 'ResultSelector' is not supported at /States/S",
        ],
    );
    for (body, field) in [
        (json!({"Type": "Succeed"}), "Parameters"),
        (json!({"Type": "Succeed"}), "End"),
        (json!({"Type": "Fail"}), "InputPath"),
        (
            json!({"Type": "Wait", "Seconds": 1, "End": true}),
            "ResultPath",
        ),
        (json!({"Type": "Pass", "End": true}), "Retry"),
    ] {
        let mut body = body;
        body[field] = json!(null);
        check_state(
            body,
            &[&format!(
                "SCHEMA_VALIDATION_FAILED: Field '{field}' is not supported at /States/S"
            )],
        );
    }
    check_state(
        json!({"Type": "Pass"}),
        &[
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/S",
        ],
    );
    check_state(
        json!({"Type": "Pass", "Next": "S", "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Next, End] at /States/S",
        ],
    );
    check_state(
        json!({"Type": "Pass", "End": false}),
        &[
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/S",
        ],
    );
    check_state(
        json!({"Type": "Pass", "End": true, "Comment": 5}),
        &["SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/Comment"],
    );
}

#[test]
fn paths_and_templates_are_checked() {
    check_state(
        json!({"Type": "Pass", "InputPath": "bug$.x", "OutputPath": 7, "ResultPath": "$.a[*]", "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/S/InputPath",
            "SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/OutputPath",
            "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path: a reference path is expected: '$', names and indices only at position 0 at /States/S/ResultPath",
        ],
    );
    // Recorded.
    check_state(
        json!({"Type": "Pass", "Parameters": {"parsed.$": "States.Format('He said, \\\"Hello, {}!\\\"', 'Test')"}, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters",
        ],
    );
    check_state(
        json!({"Type": "Task", "Resource": "f", "ResultSelector": {"a": [{"x.$": 1}]}, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/ResultSelector/a[0]",
        ],
    );
}

#[test]
fn tasks_name_what_they_invoke() {
    check_state(
        json!({"Type": "Task", "End": true}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/S"],
    );
    let task = |resource: &str, expected: &str| {
        check_state(
            json!({"Type": "Task", "Resource": resource, "End": true}),
            &[&format!("{expected} at /States/S/Resource")],
        );
    };
    let unrecognised = |text: &str| {
        format!(
            "SCHEMA_VALIDATION_FAILED: The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
        )
    };
    for text in ["arn:aws:s3:::bucket", "arn:", "arn:aws:lambda:r:1:layer:x"] {
        task(text, &unrecognised(text));
    }
    assert!(told(&json!({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:FN:", "End": true}}}).to_string())[0]
        .starts_with("SCHEMA_VALIDATION_FAILED: The resource provided"));
    task(
        "a:b:c",
        "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN",
    );
    // Recorded.
    task(
        "arn:aws:states:::dynamodb:query",
        &unrecognised("arn:aws:states:::dynamodb:query"),
    );
    task(
        "arn:aws:states:::dynamodb:getItem",
        "UNSUPPORTED: The service integration 'dynamodb:getItem': this release does not support it",
    );
    check_state(
        json!({"Type": "Task", "Resource": "f", "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t", "HeartbeatSeconds": 0, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at /States/S",
            "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/HeartbeatSeconds",
        ],
    );
    check_state(
        json!({"Type": "Task", "Resource": "f", "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: 'HeartbeatSeconds' must be less than 'TimeoutSeconds' at /States/S/HeartbeatSeconds",
        ],
    );
}

#[test]
fn retries_and_catches_are_checked() {
    let retry = |rules: Value, expected: &[&str]| {
        check_state(
            json!({"Type": "Task", "Resource": "f", "End": true, "Retry": rules}),
            expected,
        );
    };
    retry(
        json!({}),
        &["SCHEMA_VALIDATION_FAILED: Expected value of type Array at /States/S/Retry"],
    );
    retry(
        json!([{}]),
        &[
            "SCHEMA_VALIDATION_FAILED: These fields are required: [ErrorEquals] at /States/S/Retry[0]",
        ],
    );
    retry(
        json!([{"ErrorEquals": []}]),
        &["SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/S/Retry[0]/ErrorEquals"],
    );
    retry(
        json!([{"ErrorEquals": [1]}]),
        &[
            "SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/Retry[0]/ErrorEquals[0]",
        ],
    );
    retry(
        json!([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]),
        &[
            "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at /States/S/Retry[0]/ErrorEquals",
        ],
    );
    retry(
        json!([{"ErrorEquals": ["States.ALL", "E"]}, {"ErrorEquals": ["E"], "Next": "S"}]),
        &[
            "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at /States/S/Retry[0]/ErrorEquals",
            "SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/S/Retry[1]",
        ],
    );
    retry(
        json!([{"ErrorEquals": ["E"], "IntervalSeconds": 1e8, "MaxAttempts": 1.5, "BackoffRate": 0.3, "MaxDelaySeconds": -1, "JitterStrategy": "PARTIAL"}]),
        &[
            "SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/S/Retry[0]/IntervalSeconds",
            "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/S/Retry[0]/MaxAttempts",
            "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/Retry[0]/MaxDelaySeconds",
            "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/Retry[0]/BackoffRate",
            "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at /States/S/Retry[0]/JitterStrategy",
        ],
    );
    check_state(
        json!({"Type": "Task", "Resource": "f", "End": true, "Catch": [{"ErrorEquals": ["E"]}, {"ErrorEquals": ["E"], "Assign": {}, "Next": "S"}]}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/S/Catch[0]"],
    );
}

#[test]
fn choices_are_checked() {
    let choice = |rule: Value, expected: &[&str]| {
        check(
            &json!({"StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [rule]}, "D": {"Type": "Succeed"}}}),
            expected,
        );
    };
    check_state(
        json!({"Type": "Choice"}),
        &["SCHEMA_VALIDATION_FAILED: These fields are required: [Choices] at /States/S"],
    );
    check_state(
        json!({"Type": "Choice", "Choices": []}),
        &["SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/S/Choices"],
    );
    let at = "/States/S/Choices[0]";
    let asked = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
    let operators = "[BooleanEquals, NumericEquals, NumericLessThan, NumericLessThanEquals, NumericGreaterThan, NumericGreaterThanEquals, StringEquals, StringLessThan, StringLessThanEquals, StringGreaterThan, StringGreaterThanEquals, StringMatches, TimestampEquals, TimestampLessThan, TimestampLessThanEquals, TimestampGreaterThan, TimestampGreaterThanEquals, IsPresent, IsNull, IsBoolean, IsNumeric, IsString, IsTimestamp]";
    let schema = |what: &str, at: &str| format!("SCHEMA_VALIDATION_FAILED: {what} at {at}");
    for rule in [
        json!({"Next": "D"}),
        json!({"IsNull": true, "Next": "D"}),
        json!({"Not": {"Variable": "$.x", "IsNull": true}, "Variable": "$", "Next": "D"}),
    ] {
        choice(rule, &[&schema(asked, at)]);
    }
    choice(
        json!({"Variable": "$.x", "IsNull": true, "End": true}),
        &[
            &schema("Field 'End' is not supported", at),
            &schema("These fields are required: [Next]", at),
        ],
    );
    choice(
        json!({"Variable": "$.x", "IsNull": true, "StringEquals": "a", "Next": "D"}),
        &[&schema(
            &format!("There should only be one of the following fields: {operators}"),
            at,
        )],
    );
    choice(
        json!({"Not": {"Variable": "States.UUID()", "NumericEquals": "1", "Next": "D"}, "IsNull": true, "Next": "D"}),
        &[
            &schema("Field 'IsNull' is not supported", at),
            &schema("Field 'Next' is not supported", &format!("{at}/Not")),
            &schema(
                "Value is not a Reference Path: Reference path didn't start with '$'",
                &format!("{at}/Not/Variable"),
            ),
            &schema(
                "Expected value of type Number",
                &format!("{at}/Not/NumericEquals"),
            ),
        ],
    );
    for (operator, value) in [
        ("IsNullPath", json!("$.x")),
        ("StringMatchesPath", json!("$.x")),
        ("NumericNotEquals", json!(1)),
    ] {
        choice(
            json!({"Variable": "$.x", operator: value, "Next": "D"}),
            &[
                &schema(&format!("Field '{operator}' is not supported"), at),
                &schema(
                    &format!(
                        "This object should have only one of the following fields: {operators}"
                    ),
                    at,
                ),
            ],
        );
    }
    choice(
        json!({"And": [], "Next": "D"}),
        &[&schema("Value cannot be empty", &format!("{at}/And"))],
    );
}

#[test]
fn waits_are_checked() {
    check_state(
        json!({"Type": "Wait", "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/S",
        ],
    );
    // Recorded.
    for text in [
        "2016-12-05 21:29:29Z",
        "2016-12-05T21:29:29",
        "2016-12-05T25:29:29Z",
        "2016-13-05T21:29:29Z",
        "{% 1 %}",
    ] {
        check_state(
            json!({"Type": "Wait", "Timestamp": text, "End": true}),
            &[
                "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/S/Timestamp",
            ],
        );
    }
}

#[test]
fn fails_and_maps_have_one_of_two_fields() {
    check_state(
        json!({"Type": "Fail", "Error": "e", "ErrorPath": "$.e"}),
        &[
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Error, ErrorPath] at /States/S",
        ],
    );
    let processor = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Succeed"}}});
    check_state(
        json!({"Type": "Map", "ItemProcessor": processor("A"), "Iterator": processor("B"), "Parameters": {}, "ItemSelector": {}, "ItemsPath": null, "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [ItemSelector, Parameters] at /States/S",
            "SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/ItemsPath",
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [ItemProcessor, Iterator] at /States/S",
        ],
    );
    check_state(
        json!({"Type": "Map", "End": true}),
        &[
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/S",
        ],
    );
    check_state(
        json!({"Type": "Parallel", "Branches": [[processor("A")]], "End": true}),
        &["SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/S/Branches[0]"],
    );
}

#[test]
fn a_function_name_parameter_may_be_a_name_or_an_arn() {
    use crate::FunctionRef;
    for (text, name, qualifier) in [
        ("count", "count", None),
        ("count:3", "count", Some("3")),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:count",
            "count",
            None,
        ),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:count:$LATEST",
            "count",
            None,
        ),
        ("000000000000:function:count:live", "count", Some("live")),
    ] {
        let function = FunctionRef::parse(text).unwrap();
        assert_eq!(
            (function.name.as_str(), function.qualifier.as_deref()),
            (name, qualifier),
            "{text}"
        );
        assert_eq!(&*function.text, text);
    }
    for text in ["", "a b", "arn:aws:states:::lambda:invoke", "../x"] {
        assert!(FunctionRef::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_limit_of_data() {
    let machine = |limit: Value| json!({"StartAt": "S", "DataLimit": limit, "States": {"S": {"Type": "Succeed"}}});
    for (limit, bytes) in [
        (json!(262_144), 262_144),
        (json!("256KiB"), 262_144),
        (json!("64 MiB"), 64 << 20),
        (json!("16MiB"), 16 << 20),
    ] {
        let parsed = parse(&machine(limit).to_string()).expect("it is valid");
        assert_eq!(parsed.machine.data_bytes_max, bytes);
    }
    let place = "at /DataLimit";
    let text = "Expected a number of bytes, such as 1048576, 512KiB or 64MiB";
    for (limit, why) in [
        (json!("64"), text),
        (json!("-1MiB"), text),
        (json!("99999999999GiB"), text),
        (json!(true), "Expected value of type Integer"),
        (json!(1000), "Minimum value is 262144"),
        (json!("65MiB"), "Maximum value is 67108864"),
    ] {
        check(
            &machine(limit),
            &[&format!("SCHEMA_VALIDATION_FAILED: {why} {place}")],
        );
    }
}
