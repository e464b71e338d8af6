//! Answers as the environment variable `BEHAVIOUR` says, a JSON object whose field `behaviour` is
//!
//! - `echo`: the event itself;
//! - `constant`: `value`;
//! - `repeat`: `text`, `times` over;
//! - `prefix_repr`: `prefix`, and the event as text;
//! - `sleep`: nothing for `seconds`, and then as `then` says;
//! - `fail`: the error `errorType` with `errorMessage`.
//!
//! Tests of machines are run against it, so that they need no function of their own.

use std::io::{Read, stdin};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

fn main() -> ExitCode {
    let answered = event().and_then(|event| {
        let behaviour = std::env::var("BEHAVIOUR").map_err(|_| bad("BEHAVIOUR is not set"))?;
        let behaviour =
            serde_json::from_str(&behaviour).map_err(|error| bad(&error.to_string()))?;
        answer(&behaviour, event)
    });
    let (text, code) = match answered {
        Ok(answer) => (answer, ExitCode::SUCCESS),
        Err(failure) => (failure, ExitCode::FAILURE),
    };
    println!("{text}");
    code
}

fn event() -> Result<Value, Value> {
    let mut text = String::new();
    stdin()
        .read_to_string(&mut text)
        .map_err(|error| bad(&error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| bad(&error.to_string()))
}

/// The answer, or the failure.
fn answer(behaviour: &Value, event: Value) -> Result<Value, Value> {
    let text = |field: &str| behaviour[field].as_str().unwrap_or_default();
    match text("behaviour") {
        "echo" => Ok(event),
        "constant" => Ok(behaviour["value"].clone()),
        "repeat" => {
            let times = behaviour["times"].as_u64().unwrap_or_default() as usize;
            Ok(text("text").repeat(times).into())
        }
        "prefix_repr" => {
            let shown = match &event {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Ok(format!("{}{shown}", text("prefix")).into())
        }
        "sleep" => {
            let seconds = behaviour["seconds"].as_f64().unwrap_or_default();
            sleep(Duration::from_secs_f64(seconds.clamp(0.0, 900.0)));
            answer(&behaviour["then"], event)
        }
        "fail" => Err(json!({
            "errorType": text("errorType"),
            "errorMessage": text("errorMessage"),
        })),
        other => Err(bad(&format!("there is no behaviour '{other}'"))),
    }
}

fn bad(why: &str) -> Value {
    json!({ "errorType": "BadBehaviour", "errorMessage": why })
}
