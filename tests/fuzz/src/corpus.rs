//! What the fuzzers start from: definitions and expressions as people write them.

use serde_json::{Value, json};

/// Names of fields of the language.
pub(crate) const FIELDS: &[&str] = &[
    "StartAt",
    "States",
    "Type",
    "Next",
    "End",
    "Comment",
    "QueryLanguage",
    "TimeoutSeconds",
    "Version",
    "InputPath",
    "OutputPath",
    "Parameters",
    "ResultPath",
    "ResultSelector",
    "Retry",
    "Catch",
    "Assign",
    "Output",
    "Arguments",
    "Items",
    "Condition",
    "Resource",
    "TimeoutSecondsPath",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
    "Credentials",
    "RoleArn",
    "Choices",
    "Default",
    "Variable",
    "And",
    "Or",
    "Not",
    "StringEquals",
    "StringMatches",
    "NumericLessThan",
    "NumericEqualsPath",
    "TimestampEquals",
    "IsPresent",
    "IsTimestamp",
    "Seconds",
    "SecondsPath",
    "Timestamp",
    "TimestampPath",
    "Error",
    "ErrorPath",
    "Cause",
    "CausePath",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "ProcessorConfig",
    "Mode",
    "ExecutionType",
    "ItemsPath",
    "ItemSelector",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "ItemReader",
    "ReaderConfig",
    "InputType",
    "CSVHeaders",
    "CSVHeaderLocation",
    "CSVDelimiter",
    "MaxItems",
    "MaxItemsPath",
    "ItemBatcher",
    "MaxItemsPerBatch",
    "MaxInputBytesPerBatch",
    "BatchInput",
    "ResultWriter",
    "WriterConfig",
    "Transformation",
    "OutputType",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Nodes",
    "After",
    "ItemId",
    "OnFailure",
];

/// Definitions that are accepted, with states of every type in both query languages.
pub(crate) fn definitions() -> Vec<Value> {
    vec![
        choices_and_waits(),
        tasks(),
        maps(),
        queries(),
        readers(),
        graph(),
    ]
}

fn choices_and_waits() -> Value {
    json!({"StartAt": "C", "TimeoutSeconds": 3600, "States": {
        "C": {"Type": "Choice", "Choices": [
            {"And": [{"Variable": "$.a", "IsPresent": true}, {"Not": {"Variable": "$.a", "StringMatches": "x*\\*"}}], "Next": "W"},
            {"Or": [{"Variable": "$.n", "NumericGreaterThanPath": "$.m"},
                    {"Variable": "$.t", "TimestampLessThan": "2030-01-01T00:00:00Z"}], "Next": "F"}], "Default": "P"},
        "W": {"Type": "Wait", "SecondsPath": "$.a", "Next": "P"},
        "P": {"Type": "Pass", "Parameters": {"x.$": "States.Format('{}-{}', $.a, States.ArrayLength($.l[*]))", "y": 1},
              "Assign": {"v.$": "$.x"}, "ResultPath": "$.p", "Next": "L"},
        "L": {"Type": "Choice", "Choices": [{"Variable": "$v", "IsNull": true, "Next": "F"}], "Default": "S"},
        "S": {"Type": "Succeed", "OutputPath": "$.p"},
        "F": {"Type": "Fail", "ErrorPath": "States.Format('E.{}', $.a)", "Cause": "because"}}})
}

fn tasks() -> Value {
    let retry = json!([{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.5,
        "MaxDelaySeconds": 9, "JitterStrategy": "FULL"}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]);
    let catch = json!([{"ErrorEquals": ["States.Timeout", "X"], "ResultPath": "$.e", "Next": "B"},
        {"ErrorEquals": ["States.ALL"], "Next": "B"}]);
    json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "echo", "TimeoutSeconds": 9, "HeartbeatSeconds": 3,
              "Retry": retry, "Catch": catch, "Next": "B"},
        "B": {"Type": "Parallel", "Next": "D", "Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "Branches": [
            {"StartAt": "B1", "States": {"B1": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token", "i.$": "$"}}}}},
            {"StartAt": "B2", "States": {"B2": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": "m", "Input.$": "$"}}}}]},
        "D": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:act", "End": true}}})
}

fn maps() -> Value {
    json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "ItemsPath": "$.l", "MaxConcurrency": 2, "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"},
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}], "Next": "E",
              "ItemProcessor": {"StartAt": "T", "States": {
                "T": {"Type": "Task", "Resource": "echo", "ResultSelector": {"r.$": "$.v"}, "Next": "Z"},
                "Z": {"Type": "Wait", "Seconds": 1, "End": true}}}},
        "E": {"Type": "Succeed"}}})
}

fn queries() -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
        "P": {"Type": "Pass", "Assign": {"n": "{% $states.input.n + 1 %}", "all": ["{% $states.context.Execution.Name %}"]},
              "Output": {"l": "{% [1..3] %}", "a": "{% $states.input.a %}"}, "Next": "T"},
        "T": {"Type": "Task", "Resource": "echo", "Arguments": {"l": "{% $states.input.l %}", "n": "{% $n %}"},
              "TimeoutSeconds": "{% 5 + $n %}", "Output": "{% $states.result %}",
              "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Assign": {"n": 0}, "Next": "M"}],
              "Next": "M"},
        "M": {"Type": "Map", "Items": "{% [1, 2, 3] %}", "Next": "C",
              "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% $states.context.Map.Item.Index %}", "End": true}}}},
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $n > 3 %}", "Next": "F", "Assign": {"n": 9}, "Output": 1}], "Default": "W"},
        "W": {"Type": "Wait", "Seconds": "{% $n %}", "End": true},
        "F": {"Type": "Fail", "Error": "{% 'E' & $string($n) %}", "Cause": "c"}}})
}

fn readers() -> Value {
    json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "Label": "lbl", "MaxConcurrency": 3, "ToleratedFailurePercentage": 30, "End": true,
              "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
                  "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 100}},
              "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"x": 1}},
              "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}},
              "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                  "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "echo", "End": true}}}}}})
}

fn graph() -> Value {
    json!({"StartAt": "G", "States": {
        "G": {"Type": "Graph", "OnFailure": "SKIP", "End": true, "Nodes": {
            "a": {"Type": "Task", "Resource": "echo"},
            "b": {"Type": "Pass", "After": ["a"]},
            "c": {"Type": "Task", "Resource": "echo", "After": ["a"], "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]},
            "d": {"Type": "Wait", "Seconds": 2, "After": ["b", "c"]}}}}})
}

/// Paths.
pub(crate) const PATHS: &[&str] = &[
    "$",
    "$.a",
    "$.a.b[0]",
    "$['a']['x y']",
    "$.l[*].a",
    "$.l[1:3:1]",
    "$.l[-1]",
    "$..a",
    "$.l[?(@.a == 1)]",
    "$.l[?(@.a > 1 && @.b != 'x')].b",
    "$$.Execution.Input.a",
    "$v.a",
    "$['a','b']",
    "$.l[0,1]",
    "$.*",
];

/// Calls of intrinsic functions.
pub(crate) const CALLS: &[&str] = &[
    "States.Format('{} and {}', $.a, States.UUID())",
    "States.StringToJson($.t)",
    "States.JsonToString($)",
    "States.JsonMerge($.o, $.p, false)",
    "States.Array(1, 'x', $.a, null, true)",
    "States.ArrayPartition($.l, 2)",
    "States.ArrayContains($.l, 1)",
    "States.ArrayRange(1, 9, 2)",
    "States.ArrayGetItem($.l, 0)",
    "States.ArrayLength($.l)",
    "States.ArrayUnique($.l)",
    "States.Base64Encode('a\\'b')",
    "States.Base64Decode('YQ==')",
    "States.Hash($.a, 'SHA-256')",
    "States.MathRandom(1, 9, 3)",
    "States.MathAdd($.n, -1)",
    "States.StringSplit('a,b;c', ',;')",
    "States.Array(States.Array(States.Array(States.Array(1))))",
];

/// Expressions of JSONata.
pub(crate) const QUERIES: &[&str] = &[
    "$states.input.a",
    "$states.input.l[a > 1].b",
    "$sum($states.input.l.n)",
    "$map([1..5], function($x, $i) { $x * $i })",
    "$states.input.l ~> $filter(function($v) { $v.n % 2 = 0 }) ~> $count",
    "{'a': $states.input.a, 'k': [1, 2, {'z': null}]}",
    "($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(10))",
    "$states.input.** [type = 'x']",
    "$states.input.l^(>n, a)",
    "$replace('a-b-c', /-/, '+')",
    "$states.input ~> | l | {'n': n + 1} |",
    "$reduce([1..9], function($a, $b) { $a + $b })",
    "$fromMillis($millis(), '[Y0001]-[M01]-[D01]')",
    "$partition([1, 2, 3], 2)",
    "$range(1, 9, 2)",
    "$hash('a', 'SHA-256')",
    "$random(7)",
    "$uuid()",
    "$parse('{\"a\": 1}')",
    "$formatNumber(1234.5, '#,##0.00')",
    "$sort([3, 1, 2], function($a, $b) { $a > $b })",
    "$lookup($states.input, 'a') & $string($states.context.State.RetryCount)",
    "$spread($states.input.o)",
    "$split('a b', /\\s/)",
    "$states.input.l@$x.$states.input.l@$y[$x.n = $y.n].{'p': $x, 'q': $y}",
    "$states.input.l#$i[$i < 2]",
    "$states.input.l.%.a",
];
