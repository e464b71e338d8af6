//! From a host's answer to the function's result.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::Error;

/// Bytes of a result: what a state of a state machine may have.
pub(crate) const RESULT_BYTES_MAX: usize = 256 * 1024;
/// Characters of a body that an error shows.
const SHOWN: usize = 200;
/// The header that is a list of its own: its values may have commas.
const SET_COOKIE: &str = "set-cookie";

/// What somebody wants to have of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Its body read as JSON.
    pub(crate) parse: bool,
    /// Nothing of one that tells of a failure.
    pub(crate) only_ok: bool,
}

/// A host's answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default, Serialize)]
struct Answer<'a> {
    status: u16,
    headers: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Response {
    pub(crate) fn result(&self, wanted: Wanted) -> Result<Box<RawValue>, Error> {
        let status = self.status;
        if wanted.only_ok && !(200..300).contains(&status) {
            let name = format!("Status.{status}");
            return Err(Error::new(
                name,
                format!("the host answered {status}: {}", self.shown()),
            ));
        }
        let mut answer = Answer {
            status,
            ..Answer::default()
        };
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value).into_owned();
            if name == SET_COOKIE {
                answer.cookies.push(value);
                continue;
            }
            let several = answer.headers.entry(name).or_default();
            if !several.is_empty() {
                several.push_str(", ");
            }
            several.push_str(&value);
        }
        let text = std::str::from_utf8(&self.body);
        if wanted.parse {
            let json = serde_json::from_slice(&self.body).map_err(|error| {
                let shown = self.shown();
                let message = format!("the answer (status {status}) is no JSON: {error}: {shown}");
                Error::new("InvalidJson", message)
            })?;
            answer.json = Some(json);
        } else if let Ok(text) = text {
            answer.body = Some(text);
        } else {
            answer.base64 = Some(STANDARD.encode(&self.body));
        }
        bounded(&answer)
    }

    /// The body's beginning, for people.
    fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars().take(SHOWN).collect()
    }
}

/// The result's JSON, if a state machine can take it.
fn bounded(answer: &Answer) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(answer)?;
    if json.get().len() <= RESULT_BYTES_MAX {
        Ok(json)
    } else {
        Err(too_large())
    }
}

pub(crate) fn too_large() -> Error {
    let message = format!(
        "the answer makes more than {RESULT_BYTES_MAX} bytes: ask the host for less, such as with a page or the header \"range\""
    );
    Error::new("ResultTooLarge", message)
}
