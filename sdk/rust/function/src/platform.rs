//! Calls back: what a function asks of the platform while it runs.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Error;

/// Invokes a function and waits for its result; its error, by the name that it gave it, is the error here.
/// Event and result have 6 MiB at most. Needs the grant `invoke=FUNCTION`.
pub fn invoke<R: DeserializeOwned>(function: &str, event: impl Serialize) -> Result<R, Error> {
    let line = json!({"op": "invoke", "function": function});
    let (_, result) = ask::<IgnoredAny>(line, &serde_json::to_vec(&event)?)?;
    Ok(serde_json::from_slice(&result)?)
}

/// Starts an execution of a machine and gives its id; it goes on by itself. While one of that name runs,
/// the same name and input give the same id. Needs the grant `start=MACHINE`.
pub fn start(machine: &str, input: impl Serialize, name: Option<&str>) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Started {
        id: String,
    }
    let line = json!({"op": "start", "machine": machine, "name": name});
    let (started, _) = ask::<Started>(line, &serde_json::to_vec(&input)?)?;
    Ok(started.id)
}

/// Ends the task that waits for this token, with its output. Needs the grant `tasks`.
pub fn succeed(token: &str, output: impl Serialize) -> Result<(), Error> {
    let line = json!({"op": "succeed", "token": token});
    ask_only(line, &serde_json::to_vec(&output)?)
}

/// Ends the task that waits for this token badly: `error` is what `Retry` and `Catch` match. Needs the grant `tasks`.
pub fn fail(token: &str, error: &str, cause: &str) -> Result<(), Error> {
    let line = json!({"op": "fail", "token": token, "error": error, "cause": cause});
    ask_only(line, b"")
}

/// Says that the task that waits for this token is still being worked on. Needs the grant `tasks`.
pub fn heartbeat(token: &str) -> Result<(), Error> {
    ask_only(json!({"op": "heartbeat", "token": token}), b"")
}

/// A variable of the function's own (`steploom deploy --env`); none if it has no such. Needs the grant `config`.
pub fn config(key: &str) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Found {
        value: Option<String>,
    }
    let (found, _) = ask::<Found>(json!({"op": "config", "key": key}), b"")?;
    Ok(found.value)
}

/// How much fuel is left for this call; about one goes with each instruction. Needs no grant. Outside of
/// Steploom nobody counts: the largest number there is.
pub fn fuel() -> u64 {
    #[cfg(target_family = "wasm")]
    return crate::host::fuel_left();
    #[cfg(not(target_family = "wasm"))]
    u64::MAX
}

/// A page of keys, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<String>,
    /// What the next page is asked for `after`; none behind the last page.
    pub next: Option<String>,
}

/// Asks for something of which nothing comes back.
pub(crate) fn ask_only(line: Value, body: &[u8]) -> Result<(), Error> {
    ask::<IgnoredAny>(line, body).map(drop)
}

/// Asks for something: what the answer's line says, and its body. Members that are null are left out.
pub(crate) fn ask<T: DeserializeOwned>(line: Value, body: &[u8]) -> Result<(T, Vec<u8>), Error> {
    read(send(&request(line, body))?)
}

/// A line of JSON, then bytes as they are.
fn request(mut line: Value, body: &[u8]) -> Vec<u8> {
    if let Some(members) = line.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let mut request = line.to_string().into_bytes();
    request.push(b'\n');
    request.extend_from_slice(body);
    request
}

fn read<T: DeserializeOwned>(mut answer: Vec<u8>) -> Result<(T, Vec<u8>), Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Line<T> {
        Ok(T),
        Error { code: String, message: String },
    }
    let end = answer.iter().position(|byte| *byte == b'\n');
    let body = answer.split_off(end.map_or(answer.len(), |end| end + 1));
    match serde_json::from_slice(&answer)? {
        Line::Ok(said) => Ok((said, body)),
        Line::Error { code, message } => Err(Error::new(code, message)),
    }
}

#[cfg(target_family = "wasm")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it fails")]
fn send(request: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(crate::host::ask(request))
}

#[cfg(not(target_family = "wasm"))]
fn send(_: &[u8]) -> Result<Vec<u8>, Error> {
    Err(Error::new(
        "NoPlatform",
        "there is no platform here: calls back are answered where Steploom runs the function",
    ))
}

#[cfg(test)]
mod tests;
