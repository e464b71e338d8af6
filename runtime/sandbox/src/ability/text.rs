//! How core modules ask and are answered: a line of JSON, then raw bytes.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steploom_call::{Answer, Ask, Unanswered};
use steploom_types::limits::{INVOKE_BODY_BYTES_MAX, function as limits};
use steploom_types::{Callee, Json, Name};

/// The line of a request.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "op",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum Line {
    Invoke {
        function: Callee,
    },
    Start {
        machine: Name,
        name: Option<Name>,
    },
    Succeed {
        token: String,
    },
    Fail {
        token: String,
        error: Option<String>,
        cause: Option<String>,
    },
    Heartbeat {
        token: String,
    },
    Read {
        bucket: Name,
        key: String,
    },
    Write {
        bucket: Name,
        key: String,
        content_type: Option<String>,
    },
    Remove {
        bucket: Name,
        key: String,
    },
    List {
        bucket: Name,
        #[serde(default)]
        prefix: String,
        after: Option<String>,
    },
    Get {
        store: Name,
        key: String,
    },
    Set {
        store: Name,
        key: String,
    },
    Delete {
        store: Name,
        key: String,
    },
    Increment {
        store: Name,
        key: String,
        #[serde(default = "one")]
        by: i64,
    },
    Keys {
        store: Name,
        #[serde(default)]
        prefix: String,
        after: Option<String>,
    },
    Config {
        key: String,
    },
}

/// The line of an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Said<'a> {
    Ok(&'a Value),
    Error { code: &'a str, message: &'a str },
}

/// Reads a request.
///
/// # Errors
/// It is none, or too large.
pub(super) fn read(request: &[u8]) -> Result<Ask, Unanswered> {
    let end = request.iter().position(|byte| *byte == b'\n');
    let (line, body) = match end {
        Some(end) => (&request[..end], &request[end + 1..]),
        None => (request, &[][..]),
    };
    if line.len() > limits::ASK_LINE_BYTES_MAX {
        return Err(too_large("a request's line", limits::ASK_LINE_BYTES_MAX));
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| invalid("line", error))?;
    let (what, most) = match line {
        Line::Write { .. } => ("an object", limits::ASK_OBJECT_BYTES_MAX),
        _ => ("a request's body", INVOKE_BODY_BYTES_MAX),
    };
    if body.len() > most {
        return Err(too_large(what, most));
    }
    Ok(match line {
        Line::Invoke { function } => Ask::Invoke {
            function,
            event: document(body)?,
        },
        Line::Start { machine, name } => Ask::Start {
            machine,
            name,
            input: document(body)?,
        },
        Line::Succeed { token } => Ask::Succeed {
            token,
            output: document(body)?,
        },
        Line::Fail {
            token,
            error,
            cause,
        } => Ask::Fail {
            token,
            error,
            cause,
        },
        Line::Heartbeat { token } => Ask::Heartbeat { token },
        Line::Read { bucket, key } => Ask::Read {
            bucket,
            key,
            range: Ask::WHOLE,
        },
        Line::Write {
            bucket,
            key,
            content_type,
        } => Ask::Write {
            bucket,
            key,
            content_type,
            content: Bytes::copy_from_slice(body),
        },
        Line::Remove { bucket, key } => Ask::Remove { bucket, key },
        Line::List {
            bucket,
            prefix,
            after,
        } => Ask::List {
            bucket,
            prefix,
            after,
        },
        Line::Get { store, key } => {
            let keys = vec![key];
            Ask::Get { store, keys }
        }
        Line::Set { store, key } => {
            let values = vec![(key, Bytes::copy_from_slice(body))];
            Ask::Set { store, values }
        }
        Line::Delete { store, key } => {
            let keys = vec![key];
            Ask::Delete { store, keys }
        }
        Line::Increment { store, key, by } => Ask::Increment { store, key, by },
        Line::Keys {
            store,
            prefix,
            after,
        } => Ask::Keys {
            store,
            prefix,
            after,
        },
        Line::Config { key } => Ask::Config { key },
    })
}

/// Writes an answer: its line, with the line's end, and its body.
pub(super) fn write(answered: Result<Answer, Unanswered>) -> (String, Bytes) {
    let (ok, body) = match answered {
        Err(Unanswered { code, message }) => {
            let (code, message) = (code.as_str(), message.as_str());
            return (line(&Said::Error { code, message }), Bytes::new());
        }
        Ok(Answer::Done) => (json!({}), Bytes::new()),
        Ok(Answer::Result(result)) => (json!({}), Bytes::copy_from_slice(result.text().as_bytes())),
        Ok(Answer::Started(execution)) => (execution.into_value(), Bytes::new()),
        Ok(Answer::MadeAt(at)) => (json!({ "createdAt": at }), Bytes::new()),
        Ok(Answer::About {
            size_bytes,
            modified_at,
        }) => {
            let about = json!({"sizeBytes": size_bytes, "modifiedAt": modified_at});
            (about, Bytes::new())
        }
        Ok(Answer::Object {
            content_type,
            content,
        }) => {
            let about = json!({"contentType": content_type, "sizeBytes": content.len()});
            (about, content)
        }
        Ok(Answer::Keys { keys, next }) => {
            (with("next", next, json!({"keys": keys})), Bytes::new())
        }
        Ok(Answer::Values(values)) => {
            let Some(value) = values.into_iter().next().flatten() else {
                let absent = Unanswered::new("KeyNotFound", "the store has no value of that key");
                return write(Err(absent));
            };
            (json!({}), value)
        }
        Ok(Answer::Number(sum)) => (json!({ "value": sum }), Bytes::new()),
        Ok(Answer::Variables(variables)) => (variables.into_iter().collect(), Bytes::new()),
        Ok(Answer::Variable(value)) => (with("value", value, json!({})), Bytes::new()),
    };
    (line(&Said::Ok(&ok)), body)
}

/// What is added where it is not said.
fn one() -> i64 {
    1
}

/// The object with a field, if there is such a thing.
fn with(field: &str, value: Option<String>, mut object: Value) -> Value {
    if let Some(value) = value {
        object[field] = value.into();
    }
    object
}

fn line(said: &Said<'_>) -> String {
    let mut line = serde_json::to_string(said).expect("texts and JSON are written");
    line.push('\n');
    line
}

/// A body that is JSON; `{}` if it is empty.
fn document(body: &[u8]) -> Result<Json, Unanswered> {
    if body.is_empty() {
        return Ok(Json::empty_object());
    }
    Json::parse_bytes(body).map_err(|error| invalid("body", error.message))
}

fn invalid(part: &str, why: impl std::fmt::Display) -> Unanswered {
    Unanswered::new("InvalidRequest", format!("the request's {part}: {why}"))
}

/// What was asked for, or what it is about, has more bytes than it may have.
pub(super) fn too_large(what: &str, bytes_max: usize) -> Unanswered {
    let message = format!("{what} may have {bytes_max} bytes at the most");
    Unanswered::new("RequestTooLarge", message)
}

#[cfg(test)]
mod tests;
