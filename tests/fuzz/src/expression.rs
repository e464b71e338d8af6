//! Expressions: compiled and, where that goes well, evaluated.

use serde_json::{Value, json};
use steploom_expr::jsonata::Query;
use steploom_expr::{Call, Env, EvalError, Path, SyntaxError};

use crate::chance::Chance;
use crate::{corpus, mutate};

/// Bytes of a value that no evaluation may exceed by much.
const VALUE_BYTES_MAX: usize = 64 * 1024 * 1024;

struct World {
    data: Value,
    context: Value,
}

impl World {
    fn new(chance: &mut Chance) -> Self {
        let data = if chance.once_in(3) {
            mutate::json_value(chance, 4)
        } else {
            json!({
                "a": mutate::json_value(chance, 1), "n": chance.below(9), "t": "{\"x\": 1}",
                "o": {"x": 1, "y": {"z": [1]}}, "p": {"x": 2},
                "l": [{"a": 1, "b": "x", "n": 1}, {"a": 2, "b": "y", "n": 2}, mutate::json_value(chance, 2)],
            })
        };
        let context =
            json!({"Execution": {"Input": data, "Name": "n"}, "State": {"RetryCount": 0}});
        Self { data, context }
    }
}

impl Env for World {
    fn data(&self) -> &Value {
        &self.data
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "v").then_some(&self.data)
    }

    fn random(&self) -> u64 {
        0x5eed
    }
}

/// Paths.
pub(crate) fn json_path(chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
    let text = near(chance, corpus::PATHS);
    tell(&text);
    if let Some(path) = compiled(Path::parse(&text), &text) {
        let _ = path
            .eval(&World::new(chance))
            .map(|value| ensure_small(&value));
    }
}

/// Calls of intrinsic functions.
pub(crate) fn intrinsic(chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
    let text = near(chance, corpus::CALLS);
    tell(&text);
    if let Some(call) = compiled(Call::parse(&text), &text) {
        let world = World::new(chance);
        let first = call.eval(&world);
        assert_eq!(first, call.eval(&world), "evaluated twice, it differs");
        let _ = first.map(|value| ensure_small(&value));
    }
}

/// JSONata.
pub(crate) fn jsonata(chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
    let text = format!("{{% {} %}}", near(chance, corpus::QUERIES));
    tell(&text);
    let Ok(query) = Query::compile(&text) else {
        return;
    };
    let world = World::new(chance);
    let first = query.eval(&world, "Output");
    if let Err(error) = &first {
        assert!(!error.to_string().is_empty(), "an error without a word");
    }
    if !matches!(first, Err(EvalError::Exceeded { .. })) {
        assert_eq!(
            first,
            query.eval(&world, "Output"),
            "evaluated twice, it differs"
        );
    }
    let _ = first.map(|value| ensure_small(&value));
}

fn near(chance: &mut Chance, of: &[&str]) -> String {
    let text = *chance.pick(of);
    match chance.below(5) {
        0 => text.to_owned(),
        1 => {
            let other = *chance.pick(of);
            mutate::text(chance, &format!("{text}{other}"))
        }
        _ => mutate::text(chance, text),
    }
}

fn compiled<T>(result: Result<T, SyntaxError>, text: &str) -> Option<T> {
    match result {
        Ok(compiled) => Some(compiled),
        Err(error) => {
            assert!(error.position <= text.len(), "an error outside of the text");
            None
        }
    }
}

fn ensure_small(value: &Value) {
    assert!(
        value.to_string().len() < VALUE_BYTES_MAX,
        "a value without bounds"
    );
}
