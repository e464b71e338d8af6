#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};

use super::super::tests::Fixture;
use super::Template;

fn check(template: Value, data: Value, expected: Value) {
    let compiled = Template::compile(&template).expect("a template");
    assert_eq!(
        compiled.eval(&Fixture::new(data)),
        Ok(expected),
        "{template}"
    );
}

#[test]
fn fields_that_end_in_the_mark_are_computed() {
    check(
        json!({"id.$": "$.id", "fixed": {"a": [1, "$.x"]}, "deep": [{"exec.$": "$$.Execution.Id"}, 2], "sum.$": "States.MathAdd($.id, 1)"}),
        json!({"id": 7}),
        json!({"id": 7, "fixed": {"a": [1, "$.x"]}, "deep": [{"exec": "exec-1"}, 2], "sum": 8}),
    );
    check(json!("$.foo"), json!({}), json!("$.foo"));
    check(json!(["abc", null]), json!({}), json!(["abc", null]));
    check(
        json!({"item.$": "$.items[*]"}),
        json!({}),
        json!({"item": []}),
    );
    check(
        json!({"v.$": "$name.field"}),
        json!({}),
        json!({"v": [1, 2, 3]}),
    );
}

#[test]
fn an_index_past_the_end_gives_null_here() {
    check(
        json!({"x.$": "$.a[5]"}),
        json!({"a": [1]}),
        json!({"x": null}),
    );
}

#[test]
fn what_is_missing_is_named_with_its_field_and_the_input() {
    for (expression, input) in [
        ("$.no", r#"{"n":0}"#),
        ("$.n.x", r#"{"n":0}"#),
        (
            "$$.Execution.Input.no",
            r#"{"Execution":{"Id":"exec-1","Input":{"x":1}}}"#,
        ),
    ] {
        let template = Template::compile(&json!({"a": {"value.$": expression}})).unwrap();
        let error = template.eval(&Fixture::new(json!({"n": 0}))).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "The JSONPath '{expression}' specified for the field 'value.$' could not be found in the input '{input}'"
            )
        );
        assert_eq!(error.error_name(), "States.Runtime");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let template = json!({
        "f0": 1, "good1.$": "$.g1", "bad1.$": 23, "bad2.$": "23",
        "f3": {"bad3.$": [1, 2, 3], "good2.$": "$.b[23]", "a/b": ["f6", {"f7": {"bad4.$": {"f9": 1}}}]},
        "good4.$": "$$", "bad5.$": "$$23", "twice": 1, "twice.$": "$.x",
    });
    let problems = Template::compile(&template).unwrap_err();
    let places: Vec<(&str, &str)> = problems
        .iter()
        .map(|p| (p.pointer.as_str(), p.message.split('\'').nth(1).unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            ("", "bad1.$"),
            ("", "bad2.$"),
            ("/f3", "bad3.$"),
            ("/f3/a~1b/1/f7", "bad4.$"),
            ("", "bad5.$"),
            ("", "twice")
        ]
    );
    assert_eq!(
        problems[0].message,
        "The value for the field 'bad1.$' must be a valid JSONPath or a valid intrinsic function call"
    );
}

#[test]
fn a_template_that_repeats_its_input_is_bounded() {
    let fields: serde_json::Map<String, Value> = (0..1_000)
        .map(|n| (format!("f{n}.$"), json!("$")))
        .collect();
    let template = Template::compile(&Value::Object(fields)).unwrap();
    let error = template
        .eval(&Fixture::new(json!("x".repeat(100_000))))
        .unwrap_err();
    assert_eq!(error.error_name(), "States.DataLimitExceeded");
}

#[test]
fn variables_are_known() {
    let template = Template::compile(&json!({
        "a.$": "$one.b", "c": [{"d.$": "States.Array($two, States.MathAdd($.x, $three))"}], "e": "$four", "f.$": "$$.x"
    }))
    .expect("a template");
    let mut found = std::collections::BTreeSet::new();
    template.variables(&mut found);
    assert!(found.iter().eq(["one", "three", "two"]), "{found:?}");
}
