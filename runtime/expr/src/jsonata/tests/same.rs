//! What is done to be quick and safe changes no answer: following fields without the engine,
//! converting only what is read, and the checks that are put in.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use jsonata_core::evaluator::{Evaluator, EvaluatorOptions, error_code_prefix};
use jsonata_core::{parser, value::JValue};

use super::super::{convert, raw::Raw, wording};
use super::{Fixture, Query};
use crate::QueryBudget;

/// JSON with few names, so that paths lead somewhere.
fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..100).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// What follows `$states.input`.
fn rest() -> impl Strategy<Value = String> {
    let step = prop::sample::select(vec![
        ".a",
        ".b",
        ".c",
        ".a.b",
        "[0]",
        "[-1]",
        "[a = 1]",
        "[b]",
        ".*",
        ".**",
        "[]",
        ".(a & b)",
        ".{'k': a, 'l': $}",
        ".[a, b]",
        "^(a)",
        "{$string(a): b}",
        ".$",
        ".$string()",
        "@$v.b[a = $v.a]",
        "#$i[$i = 0]",
        ".a.%.b",
    ]);
    prop::collection::vec(step, 0..4).prop_map(|steps| steps.concat())
}

/// The answer, without the text that messages repeat.
fn answer(text: &str, env: &Fixture) -> Result<Value, String> {
    let query = Query::compile(&format!("{{%{text}%}}")).map_err(|problem| problem.message)?;
    query.eval(env, "Output").map_err(|error| {
        let message = error.to_string();
        let end = message.find("specified for").unwrap_or(0);
        message[end..].to_owned()
    })
}

/// Whole expressions, whose values are worth a second look.
fn heads() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "$",
        "a",
        "b",
        "[a, b]",
        "[a, [b]]",
        "[[a], b]",
        "[[a][0], (b)]",
        "{'a': a, 'b': [b]}",
        "$map(b, function($x){$x.a})",
        "$map(b, $string)",
        "$append(a, b)",
        "(a; b)",
        "$distinct(b)",
        "$join(b.$string(), ',')",
        "a & b",
        "$merge([{'a': a}, {'b': b}])",
        "(b ~> |$|{'c': 1}|)",
        "$filter(b, $exists)",
        "$reduce(b, $append)",
        "$zip(a, b)",
        "($x := b; [$x, $x])",
        "(a ? [b] : {'c': b})",
        "$sort(b.$string())",
        "$each(a, function($v, $k){$k})",
        "(b = a)",
        "$replace($string(a), 'a', 'b')",
        "$split($string(b), ',')",
        "$pad($string(a), 9)",
        "$keys(a)",
        "($f := function($n){$n = 0 ? a : [$f($n - 1)]}; $f(2))",
        "($d := $distinct; $d(b))",
        "$spread(a)",
        "$lookup(b, 'a')",
        "($string(a) ~> $uppercase)",
        "b[[0, 1]]",
        "$map([1, 2], $pad)",
    ])
}

/// What the engine answers by itself.
fn unchecked(text: &str, item: &Value) -> Result<Option<Value>, String> {
    let ast = parser::parse(text).map_err(|error| error.to_string())?;
    let options = EvaluatorOptions {
        max_stack_depth: Some(500),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(jsonata_core::evaluator::Context::new(), options);
    let value = evaluator.evaluate(&ast, &JValue::from(item.clone()));
    let value = value.map_err(|error| error.message().to_owned())?;
    if value.is_undefined() {
        return Ok(None);
    }
    let value = convert::from_engine(&value, 1 << 20);
    value.map(Some).map_err(|unusable| format!("{unusable:?}"))
}

fn code<T>(outcome: Result<T, String>) -> Result<T, String> {
    outcome.map_err(|message| {
        let message = wording::unwrapped(&message);
        let code = error_code_prefix(message).unwrap_or(message);
        code.to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quick_ways_change_no_answer(input in data(), rest in rest()) {
        let env = Fixture::new(json!({"a": input.clone(), "b": [input.clone(), {"a": input}]}));
        let quick = answer(&format!("$states.input{rest}"), &env);
        prop_assert_eq!(&quick, &answer(&format!("($s := $states; $s.input{rest})"), &env));
    }

    #[test]
    fn checks_change_no_answer(a in data(), b in data(), head in heads(), rest in rest(), second in heads()) {
        let item = json!({"a": a, "b": b});
        for text in [format!("{head}{rest}"), format!("[{head}, {second}]{rest}"), format!("{{'x': {head}{rest}}}")] {
            let raw = Raw {
                item: Some(item.clone()),
                budget: QueryBudget { depth: 500, millis: 60_000, ..QueryBudget::default() },
                ..Raw::default()
            };
            let checked = code(raw.eval(&text));
            prop_assert_eq!(&checked, &code(unchecked(&text, &item)), "{}", text);
        }
    }
}
