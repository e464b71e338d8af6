#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};

use super::super::tests::Fixture;
use super::Call;

fn eval(text: &str, data: &Value) -> Result<Value, crate::EvalError> {
    let call = Call::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(call.text(), text);
    call.eval(&Fixture::new(data.clone()))
}

fn check(text: &str, data: Value, expected: Value) {
    assert_eq!(eval(text, &data), Ok(expected), "{text} of {data}");
}

fn check_fails(text: &str, data: Value, why: &str) {
    let error = eval(text, &data).expect_err(text);
    assert_eq!(
        error.to_string(),
        format!("The function '{text}' had the following error: {why}")
    );
    assert_eq!(error.error_name(), "States.IntrinsicFailure");
}

#[test]
fn format_fills_its_template() {
    let f = |template: &str, value: Value, expected: &str| {
        check(
            &format!("States.Format('{template}', $.v)"),
            json!({"v": value}),
            json!(expected),
        );
    };
    f("is {}.", json!(""), "is .");
    f("is {}.", json!(null), "is null.");
    f(
        "is {}.",
        json!({"Arg1": 1, "Arg2": []}),
        "is {Arg1=1, Arg2=[]}.",
    );
    f(
        "{}",
        json!([1, "a", {"b": null}, true]),
        "[1, a, {b=null}, true]",
    );
    f("{}", json!(1.1), "1.1");
    f("{}", json!(1e10), "1.0E10");
    f("{}", json!(0.000_12), "1.2E-4");
    f(r"\{\}{}\'\\", json!(1), "{}1'\\");
    check("States.Format('{}-{}', 1, 'b')", json!(null), json!("1-b"));
    check("States.Format('plain')", json!(null), json!("plain"));
    check("States.Format($.t, 2)", json!({"t": "<{}>"}), json!("<2>"));
    check_fails(
        "States.Format('{}')",
        json!(null),
        "the template has 1 {} but there are 0 values for them",
    );
    check_fails(
        "States.Format($)",
        json!(5),
        "argument 1 must be a string but is a number",
    );
}

#[test]
fn texts() {
    let split = |text: &str, by: &str, expected: Value| {
        check(
            "States.StringSplit($.t, $.d)",
            json!({"t": text, "d": by}),
            expected,
        );
    };
    split("1,2,3", ",", json!(["1", "2", "3"]));
    split(",,,,", ",", json!([]));
    split(" , ", ",", json!([" ", " "]));
    split(
        "This.is+a,test=string",
        ".+,=",
        json!(["This", "is", "a", "test", "string"]),
    );
    check("States.StringToJson($)", json!(""), json!(null));
    check("States.StringToJson($)", json!(" "), json!(null));
    check(
        "States.StringToJson($)",
        json!("[1, {\"a\": 2}]"),
        json!([1, {"a": 2}]),
    );
    check(
        r#"States.StringToJson('{"a": "b"}')"#,
        json!(null),
        json!({"a": "b"}),
    );
    check("States.StringToJson('{}')", json!(null), json!({}));
    assert!(eval("States.StringToJson('{')", &json!(null)).is_err());
    check(
        "States.JsonToString($)",
        json!([1, 2, "x"]),
        json!("[1,2,\"x\"]"),
    );
    check(
        "States.Base64Encode('Data to encode')",
        json!(null),
        json!("RGF0YSB0byBlbmNvZGU="),
    );
    check(
        "States.Base64Decode('RGF0YSB0byBlbmNvZGU=')",
        json!(null),
        json!("Data to encode"),
    );
    assert!(eval("States.Base64Decode('%')", &json!(null)).is_err());
    assert!(eval("States.Base64Encode($)", &json!("x".repeat(10_001))).is_err());
    let uuid = eval("States.UUID()", &json!(null)).unwrap();
    let text = uuid.as_str().unwrap();
    assert!(text.starts_with("01234567-89ab-4def-"), "{text}");
    assert_eq!(
        (text.len(), &text[14..15], "89ab".contains(&text[19..20])),
        (36, "4", true)
    );
}

#[test]
fn hashes() {
    let h = |algorithm: &str, expected: &str| {
        check(
            "States.Hash('input data', $)",
            json!(algorithm),
            json!(expected),
        );
    };
    h("SHA-1", "aaff4a450a104cd177d28d18d74485e8cae074b7");
    h("MD5", "812f45842bc6d66ee14572ce20db8e86");
    h(
        "SHA-256",
        "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3",
    );
    h(
        "SHA-384",
        "d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562",
    );
    assert!(eval("States.Hash('x', 'CRC')", &json!(null)).is_err());
}

#[test]
fn arrays() {
    check("States.Array()", json!(null), json!([]));
    check(
        "States.Array('Foo', $.x, 2.3, null, true)",
        json!({"x": {}}),
        json!(["Foo", {}, 2.3, null, true]),
    );
    check(
        "States.ArrayPartition($, 2)",
        json!([0, 1, 2]),
        json!([[0, 1], [2]]),
    );
    check("States.ArrayPartition($, 4)", json!([]), json!([]));
    check_fails(
        "States.ArrayPartition($, 0)",
        json!([1]),
        "the size of a part must be positive",
    );
    check(
        "States.ArrayContains($, $[0])",
        json!([[1, 2, 3], 2]),
        json!(true),
    );
    check(
        "States.ArrayContains($, 2)",
        json!([{"1": 2}, 2.0]),
        json!(true),
    );
    check("States.ArrayContains($, 3)", json!([1, "3"]), json!(false));
    check(
        "States.ArrayRange(0, 9, 3)",
        json!(null),
        json!([0, 3, 6, 9]),
    );
    check("States.ArrayRange(1, 9, 9)", json!(null), json!([1]));
    check("States.ArrayRange(3, 1, -1)", json!(null), json!([3, 2, 1]));
    check_fails(
        "States.ArrayRange(1, 1001, 0)",
        json!(null),
        "the step must not be 0",
    );
    check_fails(
        "States.ArrayRange(0, 1000, 1)",
        json!(null),
        "the range has more than 1000 items",
    );
    check("States.ArrayGetItem($, 1)", json!([1, 2]), json!(2));
    check_fails(
        "States.ArrayGetItem($, 2)",
        json!([1, 2]),
        "the index 2 is outside of the array of 2 items",
    );
    check_fails(
        "States.ArrayLength($)",
        json!({}),
        "argument 1 must be an array but is an object",
    );
    check(
        "States.ArrayUnique($)",
        json!([null, null, true, 1, 1.0, 1.1, "1", [], [], {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}]),
        json!([null, true, 1, 1.1, "1", [], {"a": 1, "b": 2}, {"a": 1}]),
    );
}

#[test]
fn numbers_are_rounded_half_up_first() {
    for (a, b, sum) in [
        (-9.0, 3.0, -6),
        (1.49, 1.5, 3),
        (1.5, 1.51, 4),
        (-0.5, 0.5, 1),
        (-1.5, 0.0, -1),
        (-2.5, 0.0, -2),
        (-3.5, 0.0, -3),
        (0.499_999_999_999_999_94, 0.0, 0),
    ] {
        check(
            "States.MathAdd($.a, $.b)",
            json!({"a": a, "b": b}),
            json!(sum),
        );
    }
    check_fails(
        "States.MathAdd(1, '-1')",
        json!(null),
        "argument 2 must be a number but is a string",
    );
    check_fails(
        "States.MathAdd($, 1)",
        json!(i64::MAX),
        "the sum is too large",
    );
}

#[test]
fn chance_stays_within_its_bounds() {
    for text in [
        "States.MathRandom(-2, 3)",
        "States.MathRandom($.a, $.b, 42)",
    ] {
        let data = json!({"a": 12.5, "b": 44.51});
        let drawn = eval(text, &data).unwrap().as_i64().unwrap();
        assert!((-2..3).contains(&drawn) || (13..45).contains(&drawn));
        assert_eq!(
            eval(text, &data),
            Ok(json!(drawn)),
            "the same environment gives the same"
        );
    }
    check_fails(
        "States.MathRandom(3, 3)",
        json!(null),
        "the start must be less than the end",
    );
}

#[test]
fn objects_are_merged_shallowly() {
    check(
        "States.JsonMerge($.a, $.b, false)",
        json!({"a": {"x": {"y": 1}, "z": 1}, "b": {"x": {"w": 2}}}),
        json!({"x": {"w": 2}, "z": 1}),
    );
    assert!(eval("States.JsonMerge($, $, true)", &json!({})).is_err());
    assert!(eval("States.JsonMerge($, $, false)", &json!([])).is_err());
}

#[test]
fn calls_nest() {
    check(
        "States.ArrayGetItem(States.StringSplit($, '-'), States.MathAdd(States.ArrayLength(States.StringSplit($, '-')), -1))",
        json!("a-b-c"),
        json!("c"),
    );
    check(
        "States.Array($['a,b)'], $.x[?(@.y == ')')])",
        json!({"a,b)": 1, "x": [{"y": ")"}]}),
        json!([1, [{"y": ")"}]]),
    );
    let nested = |depth: usize| format!("{}{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Call::parse(&nested(10)).is_ok());
    assert!(Call::parse(&nested(11)).is_err());
    assert!(Call::parse(&nested(700)).is_err());
}

#[test]
fn a_missing_argument_is_named() {
    let error = eval("States.Format('{}', $.no)", &json!({"a": 1})).unwrap_err();
    assert_eq!(error.error_name(), "States.Runtime");
    assert_eq!(
        error.to_string(),
        "The function 'States.Format('{}', $.no)' had the following error: \
         The JsonPath argument for the field '$.no' could not be found in the input '{\"a\":1}'"
    );
}

#[test]
fn results_are_bounded() {
    let text = format!("States.Array({})", vec!["$"; 2_000].join(","));
    let error = eval(&text, &json!("x".repeat(100_000))).unwrap_err();
    assert_eq!(error.error_name(), "States.DataLimitExceeded");
}

#[test]
fn what_is_not_a_call_is_refused() {
    for text in [
        "",
        "States",
        "States.Xyz($)",
        " States.UUID()",
        "States.UUID() ",
        "States.UUID(1)",
        "States.Array(",
        "States.Array(1",
        "States.Array(1,)",
        "States.Array(,1)",
        "States.Array(1 2)",
        "States.Array('a)",
        "States.Array(\"a\")",
        "States.Array(x)",
        "States.Array($.a[)",
        "States.MathAdd(1)",
        "States.MathAdd(1, 2, 3)",
        "States.UUID()[0]",
        r"States.Format('\n')",
        r#"States.Format('He said, \"Hello, {}!\"', 'x')"#,
    ] {
        assert!(Call::parse(text).is_err(), "{text}");
    }
}
