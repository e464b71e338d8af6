//! Sends a request over HTTP: `{"url": "https://api.example.com/items/7"}` gives `{"status": 200, "headers": {...}, "body": "..."}`.
//!
//! It is a component of the kind `command`: it reads its event from standard input and prints its answer, and between them asks
//! `wasi:http/outgoing-handler`, which reaches the hosts that the function's owner allowed.

mod request;
mod response;
mod send;

use std::io::{Read, Write};
use std::process::ExitCode;

use serde_json::value::RawValue;
use steploom_function::Error;

use crate::request::Event;

fn main() -> ExitCode {
    let mut event = Vec::new();
    std::io::stdin()
        .read_to_end(&mut event)
        .expect("the host gives an event");
    let answer = steploom_function::answer(&event, handler);
    std::io::stdout()
        .write_all(&answer.json)
        .expect("the host takes an answer");
    ExitCode::from(u8::from(answer.failed))
}

fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    let wanted = event.wanted();
    send::send(&event.request()?)?.result(wanted)
}

#[cfg(test)]
mod tests;
