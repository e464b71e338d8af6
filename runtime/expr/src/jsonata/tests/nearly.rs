//! Texts that look like JSONata: none panics, hangs, or reads what it should not.

use proptest::prelude::*;
use serde_json::json;

use super::super::Payload;
use super::{Fixture, Query};
use crate::Env as _;

/// Pieces that parsers stumble over, and whole expressions to put them between.
fn pieces() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "$",
        "$$",
        "%",
        ".",
        "..",
        "*",
        "**",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "'",
        "\"",
        "`",
        "\\",
        "/",
        "/*",
        "*/",
        "?",
        ":",
        ":=",
        "~>",
        "|",
        "^",
        "#",
        "@",
        "&",
        ",",
        ";",
        "=",
        "!=",
        "<",
        "-",
        "+",
        "1",
        "0.5e9",
        "1e308",
        "99999999999999999999",
        "a",
        "é",
        "and",
        "in",
        "null",
        "true",
        "λ",
        "function",
        " ",
        "$a",
        "$i",
        "$states",
        "$states.input",
        "$order.items",
        "$states.input.list[x = 1]",
        "$sum",
        "$map(",
        "$reduce(",
        "$now()",
        "$random()",
        "$toMillis('1', '[H]')",
        "$toMillis",
        "$eval('1')",
        "$pad('x', 1e9)",
        "$join(",
        "$replace(",
        "$distinct(",
        "[1..10]",
        "[0..1e6]",
        "function($x){",
        "function($x, $y)<n-n:n>{",
        "$x",
        "($f := function($n){$f($n)}; $f(1))",
        "/a+(b)?/i",
        "'\\u12'",
        "\u{1F600}",
        "$string(",
        "$parse('[1]')",
        "$partition([1..9], 2)",
        "$range(1, 9, 2)",
        "$hash('a', 'MD5')",
        "{'a': 1}",
        "[{'a': [1, {'b': null}]}]",
        "|$|{'a': 1}, 'b'|",
        "^(>$)",
        "[?]",
        "#$i",
        "@$v",
    ])
}

fn texts() -> impl Strategy<Value = String> {
    let some = || prop::collection::vec(pieces(), 0..12).prop_map(|pieces| pieces.concat());
    prop_oneof![
        any::<String>(),
        some(),
        // Closed brackets are reached more often so.
        (some(), some())
            .prop_map(|(one, other)| format!("$map([{one}], function($v){{({other})}})")),
        (some(), some()).prop_map(|(one, other)| format!("$states.input.list.({one})[{other}]")),
        (some(), some()).prop_map(|(one, other)| format!("{{'a': {one}, 'b': [{other}]}}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in texts()) {
        let text = format!("{{%{text}%}}");
        if let Ok(query) = Query::compile(&text) {
            prop_assert_eq!(query.text(), text[2..text.len() - 2].trim());
            let mut env = Fixture::new(json!({"list": [{"x": 1}, {"x": [2]}], "a": {"b": "c"}}));
            env.budget.millis = 20;
            let first = query.eval(&env, "Output");
            // What is drawn and what time it is come from the environment alone.
            env.chance.set(1);
            let second = query.eval(&env, "Output");
            let is_late = |outcome: &Result<_, _>| matches!(outcome, Err(crate::EvalError::Exceeded { .. }));
            prop_assert!(first == second || is_late(&first) || is_late(&second));
            prop_assert!(env.variable("order").is_some());
        }
        let _ = Payload::compile(&json!({"x": [text]}));
    }
}
