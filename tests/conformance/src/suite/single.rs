//! Recorded tests of single states.

use serde_json::{Map, Value};
use steploom_simulator::{Behaviour, Request, World, test_state};

use super::Filter;
use crate::case::Case;
use crate::compare::{Bound, equal};
use crate::{Score, Verdict};

/// Runs every test, and compares its answer.
pub fn single_states(cases: &[Case], filter: &Filter) -> Score {
    let mut score = Score::default();
    for case in cases.iter().filter(|case| filter.has(case.id())) {
        let verdict: Verdict = judge(case).into();
        score.add(feature(case.id()), case.id(), "answer", verdict);
    }
    score
}

/// `teststate/test_x[a]#b`: `test_x`.
fn feature(id: &str) -> &str {
    let name = id.split_once('/').map_or(id, |(_, name)| name);
    name.split(['[', '#']).next().unwrap_or(name)
}

fn judge(case: &Case) -> Result<(), String> {
    let expect = &case.0["expect"];
    let mut params = case.0["params"].clone();
    if !params["definition"].is_string() {
        params["definition"] = params["definition"].to_string().into();
    }
    let mut world = World {
        account: "111111111111".parse().map_err(|_| "no account")?,
        ..World::default()
    };
    for (name, behaviour) in case.functions() {
        world.functions.insert(name, Behaviour::parse(&behaviour)?);
    }
    let tested = Request::parse(&params).and_then(|request| test_state(&request, &world));
    match (tested, expect.get("code")) {
        (Ok(tested), None) => {
            let found = soft(&expect["response"], tested.json());
            equal(&expect["response"], &found, &mut Bound::new())
        }
        (Ok(_), Some(code)) => Err(format!("answered; AWS: {code} {}", expect["message"])),
        (Err(refused), None) => Err(format!("refused: {refused}")),
        (Err(refused), Some(code)) => {
            equal(code, &refused.code.into(), &mut Bound::new())?;
            equal(
                &expect["message"],
                &refused.message.into(),
                &mut Bound::new(),
            )
        }
    }
}

/// Recordings hold JSON texts parsed: parses those of the answer where the recording's are.
fn soft(expected: &Value, found: Value) -> Value {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let fields = found.into_iter().map(|(name, value)| {
                let value = match expected.get(&name) {
                    Some(expected) => soft(expected, value),
                    None => value,
                };
                (name, value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        // A text that was JSON of a text is recorded as the inner one.
        (_, Value::String(text)) if text.starts_with(['{', '[', '"']) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (Value::Number(_) | Value::Bool(_) | Value::Null, Value::String(text)) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (_, found) => found,
    }
}
