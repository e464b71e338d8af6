//! What a user of the language sees.

mod bounds;
mod nearly;
mod same;

use std::cell::Cell;

use serde_json::{Value, json};
use steploom_types::Timestamp;

use super::{Payload, Query, is_query};
use crate::{Env, EvalError, QueryBudget, States};

/// An environment with a variable `order`, a counting chance and a clock that stands.
struct Fixture {
    input: Value,
    result: Option<Value>,
    context: Value,
    order: Value,
    chance: Cell<u64>,
    asked: Cell<u32>,
    exceeds: bool,
    budget: QueryBudget,
}

impl Fixture {
    fn new(input: Value) -> Self {
        Self {
            input,
            result: None,
            context: json!({"Execution": {"Id": "exec-1"}}),
            order: json!({"id": 7, "items": [{"price": 5}, {"price": 20}], "one": [{"price": 1}]}),
            chance: Cell::new(1),
            asked: Cell::new(0),
            exceeds: false,
            budget: QueryBudget::default(),
        }
    }
}

impl Env for Fixture {
    fn data(&self) -> &Value {
        &self.input
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "order").then_some(&self.order)
    }

    fn random(&self) -> u64 {
        self.chance.replace(self.chance.get() + 1)
    }

    fn states(&self) -> States<'_> {
        States {
            input: &self.input,
            result: self.result.as_ref(),
            error_output: None,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_789_000_000_123)
    }

    fn exceeds(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.exceeds
    }

    fn budget(&self) -> QueryBudget {
        self.budget
    }
}

fn fixture() -> Fixture {
    Fixture::new(json!({
        "a": {"b": 1}, "list": [{"x": 1}, {"x": 2}], "one": [{"x": [9]}], "none": null, "big": 9_007_199_254_740_993_i64,
    }))
}

fn query(text: &str) -> Query {
    Query::compile(&format!("{{% {text} %}}")).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn check(text: &str, expected: Value) {
    assert_eq!(
        query(text).eval(&fixture(), "Output"),
        Ok(expected),
        "{text}"
    );
}

fn check_error(text: &str, expected: &str) {
    let error = query(text).eval(&fixture(), "Output/r").expect_err(text);
    assert_eq!(error.error_name(), "States.QueryEvaluationError");
    let start = format!("The JSONata expression '{text}' specified for the field 'Output/r' ");
    let error = error.to_string();
    assert_eq!(error.strip_prefix(&start), Some(expected), "{error}");
}

#[test]
fn only_a_text_between_delimiters_is_a_query() {
    for text in ["{%%}", "{% 1 %}", "{%10%}", "{%\n10 %}"] {
        assert!(is_query(text), "{text}");
    }
    for text in [
        "",
        "{%",
        "{%}",
        " {% 1 %} ",
        "{% 1 %} ",
        "x{% 1 %}",
        "{ % 1 %}",
        "$.a",
    ] {
        assert!(!is_query(text), "{text}");
    }
}

#[test]
fn fields_are_followed() {
    check("$states.input.a.b", json!(1));
    check("$states.input.none", Value::Null);
    check("$states.input.one", json!([{"x": [9]}]));
    check("$states.context.Execution.Id", json!("exec-1"));
    check("$order.id", json!(7));
    // Not a float in between.
    check("$states.input.big", json!(9_007_199_254_740_993_i64));
    // Arrays are mapped over, and what has one item collapses.
    check("$states.input.list.x", json!([1, 2]));
    check("$states.input.one.x", json!([9]));
    check("$order.items.price", json!([5, 20]));
    check("$order.one.price", json!(1));
    check("$order.items[price > 10].price", json!(20));
    check("$states.input", fixture().input);
    check(
        "$states",
        json!({"input": fixture().input, "context": {"Execution": {"Id": "exec-1"}}}),
    );
    check_error("$states.input.a.c", "returned nothing (undefined).");
    check_error("$states.input.list.y", "returned nothing (undefined).");
    check_error("$states.input.none.x", "returned nothing (undefined).");
    check_error("$states.result", "returned nothing (undefined).");
    check_error("$other", "returned nothing (undefined).");
}

#[test]
fn what_is_followed_is_borrowed() {
    let env = fixture();
    let found = query("$states.input").find(&env, "Output").unwrap();
    assert!(std::ptr::eq(&raw const *found, &raw const env.input));
}

#[test]
fn values_are_json() {
    check("1 + 2", json!(3));
    check("0.1 + 0.25", json!(0.35));
    check("[1/0]", json!(["Infinity"]));
    check("{'foo': 'bar'}", json!({"foo": "bar"}));
    check("$x := 1", json!(1));
    check("9007199254740993", json!(9_007_199_254_740_992_i64));
    check("1e300", json!(1e300));
    check_error(
        "$fn := function($x){$x}",
        "returned an unsupported result type.",
    );
    check_error("$sum", "returned an unsupported result type.");
    check_error("[$sum]", "returned an unsupported result type.");
}

#[test]
fn errors_say_what_aws_says() {
    check_error(
        "$foo(1)",
        "threw an error during evaluation. T1006: Attempted to invoke a non-function",
    );
    check_error(
        "$eval('1+1')",
        "threw an error during evaluation. T1006: Attempted to invoke a non-function",
    );
    check_error(
        "[1..873783] ~> $count()",
        "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage",
    );
    check("[1..873782] ~> $count()", json!(873_782));
    check_error(
        &["1"; 200].join("+"),
        "threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
    );
    check_error(
        "$error('no')",
        "threw an error during evaluation. D3137: no",
    );
    let one = query("1");
    assert_eq!(
        EvalError::unexpected_type(&one, "Items", "array", &json!(1)).to_string(),
        "The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1"
    );
}

#[test]
fn the_added_functions() {
    check("$partition([1,2,3,4,5], 2)", json!([[1, 2], [3, 4], [5]]));
    check("$partition([0], 1)", json!([[0]]));
    check("$partition([1,2,3], 1.9)", json!([[1], [2], [3]]));
    check("$range(0, 6, 2)", json!([0, 2, 4, 6]));
    check("$range(1, 9, 9)", json!(1));
    check("$range(5, 0, -2)", json!([5, 3, 1]));
    check("$range(0.9, 3.9, 1.9)", json!([0, 1, 2, 3]));
    check("$count($range(1, 2000, 1))", json!(2000));
    check(
        "$hash('input', 'SHA-1')",
        json!("140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
    );
    check("$random(42)", json!(0.727_563_680_032_868_1));
    check("$parse('{\"a\":[1,null]}').a", json!([1, null]));
    check("$exists($parse(' '))", json!(true));
    check("$map(['1', '[2]'], $parse)", json!([1, [2]]));
    check("$map([[1, 1], [2, 2]], $distinct)", json!([[1], [2]]));
    check(
        "$distinct([1, 1.0, '1', {'a': 1, 'b': 2}, {'b': 2, 'a': 1}])",
        json!([1, "1", {"a": 1, "b": 2}]),
    );
    check("$join(['a', 'b'], '-')", json!("a-b"));
    check_error(
        "$range(1, 2)",
        "threw an error during evaluation. T0410: Argument 3 of function \"range\" does not match function signature",
    );
    check_error(
        "$join(1)",
        "threw an error during evaluation. T0412: Argument 1 of function \"join\" must be an array of \"strings\"",
    );
    check_error(
        "1 < 'a'",
        "threw an error during evaluation. T2009: The values 1 and \"a\" either side of operator \"<\" must be of the same data type",
    );
    check_error(
        "$map([1], function($x) { $uppercase($x) })",
        "threw an error during evaluation. T0410: Argument 1 of function \"uppercase\" does not match function signature",
    );
}

#[test]
fn time_and_chance_come_from_the_environment() {
    check("$now()", json!("2026-09-10T00:26:40.123Z"));
    check("$millis()", json!(1_789_000_000_123_i64));
    check("$now('[Y]/[M]', '+0100')", json!("2026/9"));
    check("$toMillis('1970-01-01T00:00:00.001Z')", json!(1));
    check("$toMillis('2020', '[Y]')", json!(1_577_836_800_000_i64));
    check(
        "$fromMillis($toMillis('12:30', '[H01]:[m01]'))",
        json!("2026-09-10T12:30:00.000Z"),
    );
    check(
        "$fromMillis($toMillis('03-04', '[M01]-[D01]'))",
        json!("2026-03-04T00:00:00.000Z"),
    );
    for text in [
        "$random()",
        "$uuid()",
        "$shuffle([1..20])",
        "[$random(), $random(), $uuid()]",
    ] {
        let query = query(text);
        let env = fixture();
        let first = query.eval(&env, "Output").unwrap();
        assert_eq!(query.eval(&fixture(), "Output").unwrap(), first, "{text}");
        assert_ne!(query.eval(&env, "Output").unwrap(), first, "{text}");
    }
}

#[test]
fn the_budget_of_time_is_a_signal() {
    let mut env = fixture();
    env.budget.millis = 20;
    let forever = query("($f := function($x){ $f($x+1) }; $f(1))");
    let error = forever.eval(&env, "Output").unwrap_err();
    assert!(matches!(error, EvalError::Exceeded { .. }));
    assert!(error.to_string().ends_with("threw an error during evaluation: Expression evaluation timeout: Check for infinite loop"), "{error}");
    env.exceeds = true;
    assert_eq!(
        forever.eval(&env, "Output"),
        Err(error),
        "without evaluating"
    );
    assert_eq!(env.asked.get(), 2);
}

#[test]
fn what_a_query_reads_is_known() {
    let check = |text: &str, variables: &[&str]| {
        let query = query(text);
        let found: Vec<_> = query.variables().iter().map(String::as_str).collect();
        assert_eq!(found, variables, "{text}");
    };
    check("$a + $b.c[$d = 1]", &["a", "b", "d"]);
    check("$states.input", &[]);
    check("$sum($x)", &["x"]);
    check("$foo($x)", &["x"]);
    check("($x := $y; $x + $z)", &["y", "z"]);
    check("$x := $x + 1", &["x"]);
    check("$map($l, function($v, $i) { $v + $i + $w })", &["l", "w"]);
    check(
        "($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(3))",
        &[],
    );
    check(
        "($f := function() { $g() }; $g := function() { 1 }; $f())",
        &[],
    );
    check("$l@$v#$i.{'v': $v, 'i': $i}", &["l"]);
    let reads = query("$states.input.a & $states.context.b").reads();
    assert!(reads.input && reads.context && !reads.result && !reads.error_output && !reads.whole);
    assert!(query("$states.errorOutput.Cause").reads().error_output);
    assert!(query("$states").reads().whole);
    assert!(query("$states.*").reads().whole);
    let reads = query("$states.result[0]").reads();
    assert!(reads.result && !reads.whole);
}

#[test]
fn what_is_not_a_query_is_refused() {
    let check = |text: &str, code: &str, message: &str| {
        let problem = Query::compile(&format!("{{% {text} %}}")).expect_err(text);
        assert_eq!(
            (problem.code, problem.message.as_str()),
            (code, message),
            "{text}"
        );
    };
    let top = |name: &str| format!("Reference to '{name}' at the top level is not supported.");
    for (text, name) in [
        ("phone", "phone"),
        ("phone.number", "phone"),
        ("$states.input & phone", "phone"),
        ("{'a': phone}", "phone"),
        ("$", "$"),
        ("$.a", "$"),
    ] {
        check(text, "UNSUPPORTED_JSONATA_EXPRESSION", &top(name));
    }
    for text in ["$$", "$states.input.($$.a)"] {
        let code = "UNSUPPORTED_JSONATA_EXPRESSION";
        check(text, code, "Reference to '$$' is not supported.");
    }
    for text in [
        "$states.input.(a & b)",
        "$states.input[a = 1]",
        "$order^(a)",
        "$order{a: b}",
        "$states.input.$",
    ] {
        query(text);
    }
    let problems = Query::check("{% phone & mail & phone %}").unwrap_err();
    let messages: Vec<_> = problems.into_iter().map(|p| p.message).collect();
    assert_eq!(messages, [top("phone"), top("mail")]);
    let invalid = "INVALID_JSONATA_EXPRESSION";
    check("420.", invalid, "Unexpected end of expression");
    check("10 + * 2", invalid, "Syntax error: 2");
    check(
        "$sum($a",
        invalid,
        "Expected \")\" before end of expression",
    );
    check("1 +", invalid, "Unexpected end of expression");
    check(
        "\"unterminated",
        invalid,
        "String literal must be terminated by a matching quote",
    );
    check(
        "{\"a\":}",
        invalid,
        "The symbol \"}\" cannot be used as a unary operator",
    );
    check("$x :=", invalid, "Unexpected end of expression");
    check(
        "$match(\"a\", /abc",
        invalid,
        "No terminating / in regular expression",
    );
    check("$a[1,2)", invalid, "Expected \"]\", got \",\"");
    check(
        "$a ?? 1",
        invalid,
        "The symbol \"?\" cannot be used as a unary operator",
    );
}

#[test]
fn payloads_are_filled() {
    let payload = Payload::compile(&json!({
        "fixed": {"a": [1, " {% 1 %} "]},
        "sum": "{% 1 + 1 %}",
        "list": [0, "{% $states.input.a %}", ["{% $order.id %}"]],
    }))
    .unwrap();
    assert_eq!(
        payload.eval(&fixture(), "Output"),
        Ok(json!({
            "fixed": {"a": [1, " {% 1 %} "]},
            "sum": 2,
            "list": [0, {"b": 1}, [7]],
        }))
    );
    let pointers: Vec<_> = payload.queries().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/sum", "/list/1", "/list/2/0"]);
}

#[test]
fn payloads_say_where() {
    let payload = Payload::compile(&json!({"a": {"b": [1, "{% $no %}"]}})).unwrap();
    assert_eq!(
        payload.eval(&fixture(), "Output").unwrap_err().to_string(),
        "The JSONata expression '$no' specified for the field 'Output/a/b[1]' returned nothing (undefined)."
    );
    let payload = Payload::compile(&json!("{% $no %}")).unwrap();
    assert_eq!(
        payload.eval(&fixture(), "Items").unwrap_err().to_string(),
        "The JSONata expression '$no' specified for the field 'Items' returned nothing (undefined)."
    );
    let problems = Payload::compile(&json!({"a": "{% phone %}", "b": ["{% 1 + %}"]})).unwrap_err();
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.pointer.as_str(), p.code))
        .collect();
    assert_eq!(
        found,
        [
            ("/a", "UNSUPPORTED_JSONATA_EXPRESSION"),
            ("/b/0", "INVALID_JSONATA_EXPRESSION")
        ]
    );
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Query>();
    shared::<Payload>();
}
