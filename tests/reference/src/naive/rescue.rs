//! Retry and Catch around a task, a Parallel or a Map.

use serde_json::{Value, json};

use super::{Left, Surroundings, Timed, Wrong, attempt, input_path, leave, place, template};

/// Runs the state until it ends well, or its retries are used up; then catches.
pub(super) fn with_retries(
    state: &Value,
    input: &Value,
    around: &mut Surroundings,
    at_ms: u64,
) -> Timed<Left> {
    let effective = match input_path(state, input, around) {
        Ok(effective) => effective,
        Err(wrong) => {
            let result = Err(wrong);
            return Timed { result, at_ms };
        }
    };
    let rules = state["Retry"].as_array().map_or(&[][..], Vec::as_slice);
    let mut used = vec![0_u64; rules.len()];
    let mut at_ms = at_ms;
    for retry in 0.. {
        let done = attempt(state, &effective, around, retry, at_ms);
        at_ms = done.at_ms;
        let result = done.result.and_then(|result| {
            let selected = match state.get("ResultSelector") {
                None => result,
                Some(selector) => template::fill(selector, &result, around)?,
            };
            leave(state, input, selected, around)
        });
        let wrong = match result {
            Ok(left) => {
                let result = Ok(left);
                return Timed { result, at_ms };
            }
            Err(wrong) => wrong,
        };
        let Wrong::Error(error) = &wrong else {
            let result = Err(wrong);
            return Timed { result, at_ms };
        };
        let rule = rules.iter().position(|rule| is_named(rule, error));
        match rule {
            Some(rule) if used[rule] < rules[rule]["MaxAttempts"].as_u64().unwrap_or(3) => {
                at_ms += interval_ms(&rules[rule], used[rule]);
                used[rule] += 1;
            }
            _ => {
                let result = catch(state, input, around, wrong);
                return Timed { result, at_ms };
            }
        }
    }
    unreachable!("every rule is used up in the end")
}

fn interval_ms(rule: &Value, used: u64) -> u64 {
    let first = rule["IntervalSeconds"].as_u64().unwrap_or(1) as f64;
    let rate = rule["BackoffRate"].as_f64().unwrap_or(2.0);
    let seconds = first * rate.powi(used as i32);
    let most = rule["MaxDelaySeconds"].as_f64().unwrap_or(f64::MAX);
    (seconds.min(most) * 1_000.0) as u64
}

fn is_named(rule: &Value, error: &str) -> bool {
    let names = rule["ErrorEquals"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).any(|name| match name {
        "States.ALL" => true,
        "States.TaskFailed" => error != "States.Timeout",
        name => name == error,
    })
}

fn catch(
    state: &Value,
    input: &Value,
    around: &mut Surroundings,
    wrong: Wrong,
) -> Result<Left, Wrong> {
    let Wrong::Error(error) = &wrong else {
        return Err(wrong);
    };
    let mut rules = state["Catch"].as_array().into_iter().flatten();
    if let Some(rule) = rules.find(|rule| is_named(rule, error)) {
        let told = json!({"Error": error, "Cause": ""});
        if let Some(assign) = rule.get("Assign")
            && let Value::Object(assigned) = template::fill(assign, &told, around)?
        {
            around.variables.extend(assigned);
        }
        return Ok(Left {
            output: place(rule.get("ResultPath"), input, told)?,
            next: rule["Next"].as_str().map(str::to_owned),
        });
    }
    Err(wrong)
}
