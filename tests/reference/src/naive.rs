//! The naive interpreter: a definition is evaluated by recursion, state after state, as its specification
//! says it in words. Time is a number that is handed on.

mod choice;
mod intrinsic;
mod join;
mod path;
mod rescue;
mod template;

use serde_json::{Map, Value};

use crate::function;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Well, with this output.
    Succeeded(Value),
    /// By an error of this name.
    Failed(String),
    /// By the machine's own `TimeoutSeconds`.
    TimedOut,
    /// It hangs on which of two things at the same instant comes first, or on the words of a cause: nothing
    /// defines these.
    Undefined,
}

/// Something went wrong in a state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wrong {
    /// An error that may be retried and caught.
    Error(String),
    /// `States.Runtime`: it ends the execution, and nothing catches it.
    Runtime(String),
}

/// What came of it, and when.
pub(crate) struct Timed<T> {
    pub(crate) result: Result<T, Wrong>,
    pub(crate) at_ms: u64,
}

/// What is in reach of a state besides its input.
#[derive(Clone)]
pub(crate) struct Surroundings<'a> {
    /// The context object, as far as it is known here.
    pub(crate) context: Value,
    pub(crate) variables: Map<String, Value>,
    pub(crate) race: &'a std::cell::Cell<bool>,
}

/// A state that was left.
struct Left {
    output: Value,
    next: Option<String>,
}

pub(crate) fn runtime<T>(why: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Runtime(why.into()))
}

/// Runs a machine on an input.
pub fn run(machine: &Value, input: &Value) -> Ended {
    let race = std::cell::Cell::new(false);
    let mut around = Surroundings {
        context: serde_json::json!({"Execution": {"Input": input}}),
        variables: Map::new(),
        race: &race,
    };
    let done = scope(machine, input.clone(), &mut around, 0);
    if let Some(seconds) = machine["TimeoutSeconds"].as_u64() {
        if done.at_ms == seconds * 1_000 {
            return Ended::Undefined;
        }
        if done.at_ms > seconds * 1_000 {
            return Ended::TimedOut;
        }
    }
    if race.get() {
        return Ended::Undefined;
    }
    match done.result {
        Ok(output) => Ended::Succeeded(output),
        Err(Wrong::Error(name)) => Ended::Failed(name),
        Err(Wrong::Runtime(_)) => Ended::Failed("States.Runtime".to_owned()),
    }
}

/// Runs a scope: a machine, a branch, an iteration.
pub(crate) fn scope(
    scope: &Value,
    input: Value,
    around: &mut Surroundings,
    at_ms: u64,
) -> Timed<Value> {
    let mut name = scope["StartAt"].as_str().unwrap_or_default().to_owned();
    let (mut data, mut at_ms) = (input, at_ms);
    loop {
        around.context["State"] = serde_json::json!({"Name": name});
        let left = state(&scope["States"][&name], &data, around, at_ms);
        at_ms = left.at_ms;
        match left.result {
            Err(wrong) => {
                let result = Err(wrong);
                return Timed { result, at_ms };
            }
            Ok(Left { output, next: None }) => {
                let result = Ok(output);
                return Timed { result, at_ms };
            }
            Ok(Left {
                output,
                next: Some(next),
            }) => (data, name) = (output, next),
        }
    }
}

fn state(state: &Value, input: &Value, around: &mut Surroundings, at_ms: u64) -> Timed<Left> {
    match state["Type"].as_str() {
        Some("Task" | "Parallel" | "Map") => rescue::with_retries(state, input, around, at_ms),
        Some("Wait") => wait(state, input, around, at_ms),
        _ => {
            let result = at_once(state, input, around);
            Timed { result, at_ms }
        }
    }
}

/// States that take no time.
fn at_once(state: &Value, input: &Value, around: &mut Surroundings) -> Result<Left, Wrong> {
    let effective = input_path(state, input, around)?;
    match state["Type"].as_str() {
        Some("Pass") => {
            let result = match state.get("Result") {
                Some(result) => result.clone(),
                None => parameters(state, &effective, around)?,
            };
            leave(state, input, result, around)
        }
        Some("Choice") => {
            let next = choice::next(state, &effective, around)?;
            let output = output_path(state, &effective, around)?;
            let next = Some(next);
            Ok(Left { output, next })
        }
        Some("Succeed") => Ok(Left {
            output: output_path(state, &effective, around)?,
            next: None,
        }),
        Some("Fail") => Err(Wrong::Error(
            state["Error"].as_str().unwrap_or_default().to_owned(),
        )),
        other => runtime(format!("a state of the type {other:?}")),
    }
}

fn wait(state: &Value, input: &Value, around: &mut Surroundings, at_ms: u64) -> Timed<Left> {
    let waited = input_path(state, input, around).and_then(|effective| {
        let seconds = match state["SecondsPath"].as_str() {
            Some(path) => path::value(path, &effective, around)?,
            None => state["Seconds"].clone(),
        };
        let Some(seconds) = seconds.as_u64() else {
            return runtime("not a number of seconds");
        };
        let output = output_path(state, &effective, around)?;
        let next = next(state);
        Ok((seconds, Left { output, next }))
    });
    match waited {
        Ok((seconds, left)) => Timed {
            result: Ok(left),
            at_ms: at_ms + seconds * 1_000,
        },
        Err(wrong) => Timed {
            result: Err(wrong),
            at_ms,
        },
    }
}

/// One attempt at a task, the branches of a Parallel or the iterations of a Map.
pub(crate) fn attempt(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
    retry: u64,
    at_ms: u64,
) -> Timed<Value> {
    match state["Type"].as_str() {
        Some("Parallel") => join::parallel(state, effective, around, at_ms),
        Some("Map") => join::map(state, effective, around, at_ms),
        _ => task(state, effective, around, retry, at_ms),
    }
}

fn task(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
    retry: u64,
    at_ms: u64,
) -> Timed<Value> {
    let event = match parameters(state, effective, around) {
        Ok(event) => event,
        Err(wrong) => {
            let result = Err(wrong);
            return Timed { result, at_ms };
        }
    };
    let name = state["Resource"].as_str().unwrap_or_default();
    let answer = function::call(name, &event, retry);
    let limit_ms = state["TimeoutSeconds"].as_u64().map(|s| s * 1_000);
    if let Some(limit_ms) = limit_ms.filter(|limit_ms| answer.after_ms > *limit_ms) {
        return Timed {
            result: Err(Wrong::Error("States.Timeout".to_owned())),
            at_ms: at_ms + limit_ms,
        };
    }
    Timed {
        result: answer.outcome.map_err(|name| Wrong::Error(name.to_owned())),
        at_ms: at_ms + answer.after_ms,
    }
}

/// The input after `InputPath`.
pub(crate) fn input_path(
    state: &Value,
    input: &Value,
    around: &Surroundings,
) -> Result<Value, Wrong> {
    filtered(state.get("InputPath"), input, around)
}

/// The output after `OutputPath`.
fn output_path(state: &Value, output: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    filtered(state.get("OutputPath"), output, around)
}

fn filtered(path: Option<&Value>, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    match path {
        None => Ok(data.clone()),
        Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(path) => path::value(path.as_str().unwrap_or_default(), data, around),
    }
}

/// The input after `Parameters`.
pub(crate) fn parameters(
    state: &Value,
    effective: &Value,
    around: &Surroundings,
) -> Result<Value, Wrong> {
    match state.get("Parameters") {
        None => Ok(effective.clone()),
        Some(template) => template::fill(template, effective, around),
    }
}

/// A result goes into the input where `ResultPath` says, variables are assigned, `OutputPath` picks.
fn leave(
    state: &Value,
    input: &Value,
    result: Value,
    around: &mut Surroundings,
) -> Result<Left, Wrong> {
    let assigned = match state.get("Assign") {
        None => Value::Null,
        Some(assign) => template::fill(assign, &result, around)?,
    };
    let placed = place(state.get("ResultPath"), input, result)?;
    let output = output_path(state, &placed, around)?;
    if let Value::Object(assigned) = assigned {
        around.variables.extend(assigned);
    }
    let next = next(state);
    Ok(Left { output, next })
}

fn next(state: &Value) -> Option<String> {
    state["Next"].as_str().map(str::to_owned)
}

/// Puts a result into the input.
pub(crate) fn place(path: Option<&Value>, input: &Value, result: Value) -> Result<Value, Wrong> {
    match path {
        None => Ok(result),
        Some(Value::Null) => Ok(input.clone()),
        Some(path) => path::put(path.as_str().unwrap_or_default(), input, result),
    }
}
