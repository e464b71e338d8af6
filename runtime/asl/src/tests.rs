#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};
use steploom_types::limits::{DEFINITION_BYTES_MAX, DIAGNOSTICS_MAX, STATES_MAX};

use crate::model::{
    Condition, Flow, Items, Kind, Next, NumberField, Operand, Order, PathFlow, Resource,
    ResultPath, Selection, State, StateIx, Test, Type, Wait,
};
use crate::{Machine, Severity, one_task, parse};

mod checks;
mod distributed;
mod graph;
mod language;
mod never_panics;
mod resources;
mod yaml;

fn machine(definition: &Value) -> Machine {
    match parse(&definition.to_string()) {
        Ok(parsed) => parsed.machine,
        Err(rejected) => panic!("{definition}: {rejected}"),
    }
}

fn state(body: Value) -> Machine {
    machine(&json!({"StartAt": "S", "States": {"S": body}}))
}

/// The data flow of a state that speaks JSONPath.
fn flow(state: &State) -> &PathFlow {
    match &state.flow {
        Flow::Path(flow) => flow,
        Flow::Query(_) => panic!("a state that speaks JSONPath"),
    }
}

#[test]
fn a_task_has_its_fields_and_its_defaults() {
    let machine = machine(&json!({
        "Comment": "c", "Version": "1.0", "TimeoutSeconds": 60, "QueryLanguage": "JSONPath", "StartAt": "T",
        "States": {
            "T": {
                "Type": "Task", "Resource": "fn", "InputPath": "$.in", "OutputPath": null, "ResultPath": "$.out",
                "Parameters": {"a.$": "$.a"}, "ResultSelector": {"b": 1}, "TimeoutSeconds": 30, "HeartbeatSecondsPath": "$.h",
                "Retry": [{"ErrorEquals": ["A", "B"]}, {
                    "ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 0, "BackoffRate": 1.5,
                    "MaxDelaySeconds": 9, "JitterStrategy": "FULL", "Comment": "x"
                }],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "F"}], "Next": "D"
            },
            "F": {"Type": "Fail", "Error": "E", "CausePath": "States.Format('{}', $.c)"},
            "D": {"Type": "Succeed"}
        }
    }));
    assert_eq!(
        (machine.comment.as_deref(), machine.timeout_seconds),
        (Some("c"), Some(60))
    );
    let task = machine.state(machine.scopes[0].start);
    assert_eq!((&*task.name, task.next), ("T", Next::To(StateIx(2))));
    assert!(matches!(&flow(task).input_path, Selection::At(path) if path.text() == "$.in"));
    assert!(matches!(flow(task).output_path, Selection::Nothing));
    assert!(matches!(&flow(task).result_path, ResultPath::At(path) if path.text() == "$.out"));
    assert!(flow(task).parameters.is_some() && flow(task).result_selector.is_some());
    let Kind::Task(kind) = &task.kind else {
        panic!("{:?}", task.kind)
    };
    assert!(matches!(
        kind.timeout_seconds,
        Some(NumberField::Literal(30))
    ));
    assert!(
        matches!(&kind.heartbeat_seconds, Some(NumberField::Path(path)) if path.text() == "$.h")
    );
    let retry = &task.retry[0];
    assert_eq!(
        (
            retry.interval_seconds,
            retry.attempts_max,
            retry.delay_seconds_max
        ),
        (1, 3, None)
    );
    assert!((retry.backoff_rate - 2.0).abs() < f64::EPSILON && !retry.jitter);
    let retry = &task.retry[1];
    assert_eq!(
        (
            retry.interval_seconds,
            retry.attempts_max,
            retry.delay_seconds_max
        ),
        (2, 0, Some(9))
    );
    assert!(retry.jitter);
    assert_eq!(task.catch[0].next, Next::To(StateIx(1)));
    assert!(matches!(task.catch[0].result_path, ResultPath::Discard));
}

#[test]
fn scopes_nest_and_know_their_owners() {
    let machine = machine(&json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Next": "M", "Branches": [
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"x.$": "$.y"}, "End": true}}},
            {"StartAt": "B", "States": {"B": {"Type": "Wait", "SecondsPath": "$.s", "Next": "C"}, "C": {"Type": "Succeed"}}}
        ]},
        "M": {"Type": "Map", "End": true, "ItemsPath": "$.items", "ItemSelector": {"v.$": "$$.Map.Item.Value"}, "MaxConcurrency": 3,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "D", "States": {"D": {"Type": "Pass", "End": true}}}}
    }}));
    let owners: Vec<Option<u32>> = machine
        .scopes
        .iter()
        .map(|scope| scope.owner.map(|ix| ix.0))
        .collect();
    assert_eq!(owners, [None, Some(0), Some(0), Some(1)]);
    for (number, scope) in machine.scopes.iter().enumerate() {
        assert_eq!(machine.state(scope.start).scope.0 as usize, number);
    }
    let names: Vec<&str> = machine.states.iter().map(|state| &*state.name).collect();
    assert_eq!(names, ["P", "M", "A", "B", "C", "D"]);
    let Kind::Map(map) = &machine.states[1].kind else {
        panic!("a Map")
    };
    assert_eq!(map.processor.0, 3);
    assert!(matches!(map.max_concurrency, Some(NumberField::Literal(3))));
    assert!(map.selector.is_some());
    let Kind::Pass {
        result: Some(result),
    } = &machine.states[2].kind
    else {
        panic!("a Pass")
    };
    assert_eq!(result.text(), r#"{"x.$":"$.y"}"#);
}

#[test]
fn an_older_map_reads_the_same() {
    let machine = state(
        json!({"Type": "Map", "End": true, "Parameters": {"v.$": "$.x"}, "MaxConcurrencyPath": "$.n",
        "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}),
    );
    assert!(matches!(&machine.states[0].kind, Kind::Map(map)
        if matches!(map.items, Items::Input) && map.selector.is_some()));
}

#[test]
fn resources_name_functions() {
    for (text, name, qualifier) in [
        ("fn", "fn", None),
        ("fn:3", "fn", Some("3")),
        ("fn:prod", "fn", Some("prod")),
        (
            "arn:aws:lambda:us-east-1:111111111111:function:fn",
            "fn",
            None,
        ),
        ("arn:aws-cn:lambda:::function:fn:7", "fn", Some("7")),
        ("arn:aws:lambda:eu-west-1:1:function:fn:$LATEST", "fn", None),
    ] {
        let machine = state(json!({"Type": "Task", "Resource": text, "End": true}));
        let Kind::Task(task) = &machine.states[0].kind else {
            panic!("a Task")
        };
        let Resource::Function(function) = &task.resource else {
            panic!("{text}")
        };
        assert_eq!(
            (
                function.name.as_str(),
                function.qualifier.as_deref(),
                &*function.text
            ),
            (name, qualifier, text)
        );
    }
    for text in [
        "arn:aws:states:::lambda:invoke",
        "arn:aws-us-gov:states:::lambda:invoke",
    ] {
        let machine = state(json!({"Type": "Task", "Resource": text, "End": true}));
        assert!(
            matches!(&machine.states[0].kind, Kind::Task(task) if task.resource == Resource::lambda_invoke())
        );
    }
}

/// The one condition of a Choice.
fn condition(rule: Value) -> Condition {
    let mut rule = rule;
    rule["Next"] = json!("D");
    let machine = machine(&json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [rule], "Default": "D"}, "D": {"Type": "Succeed"}
    }}));
    let Some(Kind::Choice {
        rules,
        default: Some(_),
    }) = machine.states.into_iter().next().map(|state| state.kind)
    else {
        panic!("a Choice");
    };
    rules.into_iter().next().unwrap().condition
}

#[test]
fn every_comparison_is_read() {
    let test =
        |operator: &str, value: Value| match condition(json!({"Variable": "$.v", operator: value}))
        {
            Condition::Compare { test, .. } => test,
            other => panic!("{other:?}"),
        };
    let orders = [
        ("Equals", Order::Equals),
        ("LessThan", Order::Less),
        ("LessThanEquals", Order::LessOrEqual),
        ("GreaterThan", Order::Greater),
        ("GreaterThanEquals", Order::GreaterOrEqual),
    ];
    for (name, expected) in orders {
        let of = |kind: &str, value: Value| test(&format!("{kind}{name}"), value);
        assert!(
            matches!(of("Numeric", json!(1.5)), Test::Numeric(order, Operand::Literal(1.5)) if order == expected)
        );
        assert!(
            matches!(of("String", json!("a")), Test::String(order, Operand::Literal(a)) if order == expected && a == "a")
        );
        assert!(
            matches!(of("Timestamp", json!("2026-01-01T00:00:00Z")), Test::Timestamp(order, Operand::Literal(_)) if order == expected)
        );
        let path = |kind: &str| test(&format!("{kind}{name}Path"), json!("$.w"));
        assert!(
            matches!(path("Numeric"), Test::Numeric(order, Operand::Path(_)) if order == expected)
        );
        assert!(
            matches!(path("String"), Test::String(order, Operand::Path(_)) if order == expected)
        );
        assert!(
            matches!(path("Timestamp"), Test::Timestamp(order, Operand::Path(_)) if order == expected)
        );
    }
    assert!(matches!(
        test("BooleanEquals", json!(true)),
        Test::Boolean(Operand::Literal(true))
    ));
    assert!(matches!(
        test("BooleanEqualsPath", json!("$$.x")),
        Test::Boolean(Operand::Path(_))
    ));
    assert!(
        matches!(test("StringMatches", json!("a*")), Test::Matches(pattern) if pattern == "a*")
    );
    let types = [
        ("IsPresent", Type::Present),
        ("IsNull", Type::Null),
        ("IsBoolean", Type::Boolean),
        ("IsNumeric", Type::Numeric),
        ("IsString", Type::String),
        ("IsTimestamp", Type::Timestamp),
    ];
    for (name, expected) in types {
        assert!(matches!(test(name, json!(false)), Test::Is(kind, false) if kind == expected));
    }
}

#[test]
fn conditions_nest() {
    let compare = json!({"Variable": "$.v", "IsNull": true, "Comment": "c"});
    let read = condition(json!({"And": [{"Or": [compare, compare]}, {"Not": compare}]}));
    let Condition::And(all) = read else {
        panic!("{read:?}")
    };
    assert!(matches!(&all[..], [Condition::Or(any), Condition::Not(_)] if any.len() == 2));
}

#[test]
fn waits_have_four_forms() {
    let wait =
        |form: &str, value: Value| match state(json!({"Type": "Wait", form: value, "End": true}))
            .states
            .remove(0)
            .kind
        {
            Kind::Wait(wait) => wait,
            other => panic!("{other:?}"),
        };
    assert!(matches!(
        wait("Seconds", json!(0)),
        Wait::Seconds(NumberField::Literal(0))
    ));
    assert!(matches!(
        wait("SecondsPath", json!("$.s")),
        Wait::Seconds(NumberField::Path(_))
    ));
    assert!(
        matches!(wait("Timestamp", json!("2016-03-14T01:59:00+02:00")), Wait::Until(at) if at.to_string() == "2016-03-13T23:59:00.000Z")
    );
    assert!(matches!(
        wait("TimestampPath", json!("$.t")),
        Wait::UntilPath(_)
    ));
}

#[test]
fn one_task_invokes_the_function() {
    let machine = parse(&one_task(&"resize".parse().unwrap(), Some("7")))
        .unwrap()
        .machine;
    let Kind::Task(task) = &machine.states[0].kind else {
        panic!("a Task")
    };
    let Resource::Function(function) = &task.resource else {
        panic!("a function")
    };
    assert_eq!(
        (
            &*machine.states[0].name,
            function.name.as_str(),
            function.qualifier.as_deref()
        ),
        ("resize", "resize", Some("7"))
    );
    assert!(parse(&one_task(&"resize".parse().unwrap(), None)).is_ok());
}

#[test]
fn what_looks_like_an_expression_but_is_none_is_warned_of() {
    let text = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "Result": {"r.$": "$.x"},
        "Parameters": {"a": ["x", {"p": "$.path"}], "price": "$5"}, "End": true}}})
    .to_string();
    let warnings = parse(&text).unwrap().warnings;
    let told: Vec<(&str, &str)> = warnings.iter().map(|w| (w.code, w.path.as_str())).collect();
    assert_eq!(
        told,
        [
            ("NO_DOLLAR", "/States/S/Parameters/a[1]/p"),
            ("PASS_RESULT_IS_STATIC", "/States/S/Result/r.$")
        ]
    );
    assert!(
        warnings
            .iter()
            .all(|warning| warning.severity == Severity::Warning)
    );
}

#[test]
fn a_text_that_looks_like_a_path_is_warned_of() {
    let text = json!({"StartAt": "S", "States": {"S": {"Type": "Fail", "Error": "$5", "Cause": "$.cause"}}});
    let warnings = parse(&text.to_string()).unwrap().warnings;
    let told: Vec<(&str, &str)> = warnings.iter().map(|w| (w.code, w.path.as_str())).collect();
    assert_eq!(told, [("NO_PATH", "/States/S/Cause")]);
}

#[test]
fn limits_are_told() {
    let large = format!("{{\"StartAt\": \"{}\"}}", "x".repeat(DEFINITION_BYTES_MAX));
    assert!(
        parse(&large)
            .unwrap_err()
            .to_string()
            .contains("bytes; at most 1048576")
    );
    let states: serde_json::Map<String, Value> = (0..=STATES_MAX)
        .map(|n| (format!("{n}"), json!({"Type": "Succeed"})))
        .collect();
    let many = json!({"StartAt": "0", "States": states}).to_string();
    assert!(
        parse(&many)
            .unwrap_err()
            .to_string()
            .contains("A definition may have 10000 states")
    );
    let rejected = parse(&json!({"StartAt": "0", "States": (0..500).map(|n| (n.to_string(), json!({}))).collect::<serde_json::Map<_, _>>()}).to_string()).unwrap_err();
    assert_eq!(
        (rejected.diagnostics.len(), rejected.truncated),
        (DIAGNOSTICS_MAX, true)
    );
}

#[test]
fn deep_nesting_is_refused_and_what_fits_is_not() {
    let scopes = |depth: usize| {
        (0..depth).fold(json!({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}), |inner, n| {
            json!({"StartAt": format!("P{n}"), "States": {format!("P{n}"): {"Type": "Parallel", "Branches": [inner], "End": true}}})
        })
    };
    assert_eq!(machine(&scopes(30)).scopes.len(), 31);
    let deep = format!("{}{}", "{\"StartAt\":".repeat(50_000), "}".repeat(50_000));
    for text in [scopes(40).to_string(), deep, "[".repeat(500_000)] {
        let rejected = parse(&text).unwrap_err();
        assert_eq!(rejected.diagnostics[0].code, "INVALID_JSON_DESCRIPTION");
        assert!(
            rejected.to_string().contains("line: 1, column: "),
            "{rejected}"
        );
    }
}
