//! What the tests of this language share.

use std::cell::Cell;

use serde_json::{Value, json};

use super::{Call, Expression, Path, ReferencePath, Template};
use crate::Env;

/// An environment with a variable `name`, and a chance that counts.
pub(super) struct Fixture {
    pub(super) data: Value,
    pub(super) context: Value,
    pub(super) variable: Value,
    chance: Cell<u64>,
}

impl Fixture {
    pub(super) fn new(data: Value) -> Self {
        Self {
            data,
            context: json!({"Execution": {"Id": "exec-1", "Input": {"x": 1}}}),
            variable: json!({"field": [1, 2, 3]}),
            chance: Cell::new(0x0123_4567_89AB_CDEF),
        }
    }
}

impl Env for Fixture {
    fn data(&self) -> &Value {
        &self.data
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "name").then_some(&self.variable)
    }

    fn random(&self) -> u64 {
        self.chance.replace(
            self.chance
                .get()
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        )
    }
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Path>();
    shared::<ReferencePath>();
    shared::<Call>();
    shared::<Expression>();
    shared::<Template>();
}

mod never_panics {
    use proptest::prelude::*;

    use super::super::{Expression, ReferencePath, Template};
    use super::Fixture;

    /// Texts that look like expressions, so that the parsers are reached.
    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "$",
            "$$",
            ".",
            "..",
            "*",
            "[",
            "]",
            "'",
            "\"",
            "\\",
            "?",
            "(",
            ")",
            "@",
            ":",
            ",",
            "-",
            "1",
            "99999999999999999999",
            "a",
            "é",
            "name",
            "==",
            "&&",
            " ",
            "{}",
            "{",
            "}",
            "States.",
            "States.Format(",
            "States.Array(",
            "States.MathAdd(",
            "States.StringSplit(",
            "['a']",
            "[0]",
            "[*]",
            "[?(@.a==1)]",
            "[?(",
            "@.a",
            "!",
            "||",
            "=~",
            "<=",
            "['a','b']",
            "[0,-1]",
            "[1:]",
            "null",
            "true",
            "1.5e3",
            "\u{1F600}",
        ]);
        prop_oneof![
            any::<String>(),
            prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_panics(text in texts()) {
            let env = Fixture::new(serde_json::json!({"a": [1, {"a": "b"}], "name": null}));
            for text in [text.clone(), format!("${text}"), format!("States.Array({text})")] {
                if let Ok(expression) = Expression::parse(&text) {
                    prop_assert_eq!(expression.text(), &text);
                    let _ = expression.eval(&env);
                }
                if let Ok(path) = ReferencePath::parse(&text) {
                    let _ = path.put(env.data.clone(), 1.into());
                }
                if let Ok(template) = Template::compile(&serde_json::json!({"x": [{"y.$": text}]})) {
                    let _ = template.eval(&env);
                }
            }
        }
    }
}
