//! Answers as the environment variable `BEHAVIOUR` says, a JSON object ([`behaviour`] has its words).
//!
//! Tests of machines are run against it, so that they need no function of their own.

mod behaviour;
mod python;

use std::io::{Read, stdin};
use std::process::ExitCode;

use serde_json::Value;

use behaviour::{answer, bad};

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
    println!("{}", python::dumps(&text));
    code
}

fn event() -> Result<Value, Value> {
    let mut text = String::new();
    stdin()
        .read_to_string(&mut text)
        .map_err(|error| bad(&error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| bad(&error.to_string()))
}
