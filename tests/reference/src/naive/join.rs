//! Parallel and Map: several scopes, each evaluated for itself; the earliest failure is the failure.

use serde_json::{Value, json};

use super::{Surroundings, Timed, Wrong, parameters, path, runtime, scope, template};

/// The results of scopes that run beside one another.
struct Joined {
    outputs: Vec<Value>,
    failure: Option<(u64, Wrong)>,
    end_ms: u64,
}

impl Joined {
    fn new(at_ms: u64) -> Self {
        Self {
            outputs: Vec::new(),
            failure: None,
            end_ms: at_ms,
        }
    }

    fn add(&mut self, done: Timed<Value>, around: &Surroundings) {
        match done.result {
            Ok(output) => {
                self.end_ms = self.end_ms.max(done.at_ms);
                self.outputs.push(output);
            }
            Err(wrong) => match &self.failure {
                Some((at_ms, _)) if *at_ms < done.at_ms => {}
                Some((at_ms, first)) if *at_ms == done.at_ms => {
                    if *first != wrong {
                        around.race.set(true);
                    }
                }
                _ => self.failure = Some((done.at_ms, wrong)),
            },
        }
    }

    fn finish(self) -> Timed<Value> {
        match self.failure {
            Some((at_ms, wrong)) => Timed {
                result: Err(wrong),
                at_ms,
            },
            None => Timed {
                result: Ok(Value::Array(self.outputs)),
                at_ms: self.end_ms,
            },
        }
    }
}

pub(super) fn parallel(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
    at_ms: u64,
) -> Timed<Value> {
    let input = match parameters(state, effective, around) {
        Ok(input) => input,
        Err(wrong) => {
            let result = Err(wrong);
            return Timed { result, at_ms };
        }
    };
    let mut joined = Joined::new(at_ms);
    for branch in state["Branches"].as_array().into_iter().flatten() {
        let done = scope(branch, input.clone(), &mut around.clone(), at_ms);
        joined.add(done, around);
    }
    joined.finish()
}

pub(super) fn map(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
    at_ms: u64,
) -> Timed<Value> {
    let items = match items(state, effective, around) {
        Ok(items) => items,
        Err(wrong) => {
            let result = Err(wrong);
            return Timed { result, at_ms };
        }
    };
    let concurrency = match state["MaxConcurrency"].as_u64() {
        None | Some(0) => 40,
        Some(concurrency) => concurrency as usize,
    };
    let mut joined = Joined::new(at_ms);
    // When each place comes free.
    let mut places = vec![at_ms; concurrency.min(items.len())];
    for (index, (key, item)) in items.iter().enumerate() {
        places.sort_unstable();
        let start_ms = places[0];
        match &joined.failure {
            // It never began.
            Some((failed_ms, _)) if *failed_ms < start_ms => break,
            Some((failed_ms, _)) if *failed_ms == start_ms && start_ms > at_ms => {
                around.race.set(true);
            }
            _ => {}
        }
        let mut inner = around.clone();
        inner.context["Map"] = json!({"Item": {"Index": index, "Value": item}});
        if let Some(key) = key {
            inner.context["Map"]["Item"]["Key"] = key.as_str().into();
        }
        let input = match state.get("ItemSelector") {
            None => Ok(item.clone()),
            Some(selector) => template::fill(selector, effective, &inner),
        };
        let done = match input {
            Ok(input) => scope(&state["ItemProcessor"], input, &mut inner, start_ms),
            Err(wrong) => Timed {
                result: Err(wrong),
                at_ms: start_ms,
            },
        };
        places[0] = done.at_ms;
        joined.add(done, around);
    }
    joined.finish()
}

/// What a Map goes over: an array's items, or an object's fields with their names.
fn items(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
) -> Result<Vec<(Option<String>, Value)>, Wrong> {
    let items = match state["ItemsPath"].as_str() {
        None => effective.clone(),
        Some(path) => path::value(path, effective, around)?,
    };
    match items {
        Value::Array(items) => Ok(items.into_iter().map(|item| (None, item)).collect()),
        Value::Object(fields) => Ok(fields
            .into_iter()
            .map(|(name, value)| (Some(name), value))
            .collect()),
        _ => runtime("what a Map goes over is no array"),
    }
}
