//! Text to a checked [`MockConfig`].

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{MockConfig, Response, Scripted, TestCase};

/// Entries that one file may have, of each kind.
const ENTRIES_MAX: usize = 10_000;

/// What is wrong with a file of mocked answers, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at {path}")]
pub struct Problem {
    /// A JSON pointer.
    pub path: String,
    /// For people.
    pub message: String,
}

type Responses = BTreeMap<String, Vec<Scripted>>;

pub(super) fn file(text: &str) -> Result<MockConfig, Problem> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| problem("/", format!("The file is not valid JSON: {error}")))?;
    let file = object(&value, "/")?;
    only(file, "/", &["StateMachines", "MockedResponses"])?;
    let responses = match file.get("MockedResponses") {
        Some(all) => responses(all)?,
        None => Responses::new(),
    };
    let machines = field(file, "/", "StateMachines")?;
    let mut config = MockConfig::default();
    for (name, machine) in entries(machines, "/StateMachines")? {
        let path = format!("/StateMachines/{name}");
        let machine = object(machine, &path)?;
        only(machine, &path, &["TestCases"])?;
        let path_cases = format!("{path}/TestCases");
        let mut cases = BTreeMap::new();
        for (case, states) in entries(field(machine, &path, "TestCases")?, &path_cases)? {
            let path = format!("{path_cases}/{case}");
            cases.insert(case.clone(), test_case(states, &path, &responses)?);
        }
        config.machines.insert(name.clone(), cases);
    }
    Ok(config)
}

fn test_case(states: &Value, path: &str, responses: &Responses) -> Result<TestCase, Problem> {
    let mut case = TestCase::default();
    for (state, response) in entries(states, path)? {
        let path = format!("{path}/{state}");
        let Some(name) = response.as_str() else {
            return Err(problem(&path, "The name of a mocked response is expected"));
        };
        let Some(scripted) = responses.get(name) else {
            let message = format!("There is no mocked response '{name}' in MockedResponses");
            return Err(problem(&path, message));
        };
        case.states.insert(state.clone(), scripted.clone());
    }
    Ok(case)
}

fn responses(all: &Value) -> Result<Responses, Problem> {
    let path = "/MockedResponses";
    let mut responses = Responses::new();
    for (name, calls) in entries(all, path)? {
        let path = format!("{path}/{name}");
        let mut scripted: Vec<Scripted> = Vec::new();
        for (key, response) in entries(calls, &path)? {
            let path = format!("{path}/{key}");
            let (first, last) = range(key, &path)?;
            if let Some(other) = scripted
                .iter()
                .find(|other| first <= other.last && other.first <= last)
            {
                let message = format!(
                    "The calls {key} overlap with those from {} to {}",
                    other.first, other.last
                );
                return Err(problem(&path, message));
            }
            scripted.push(Scripted {
                first,
                last,
                response: one(response, &path)?,
            });
        }
        if scripted.is_empty() {
            return Err(problem(&path, "A mocked response needs at least one call"));
        }
        responses.insert(name.clone(), scripted);
    }
    Ok(responses)
}

/// `3`, or `1-2`.
fn range(key: &str, path: &str) -> Result<(u32, u32), Problem> {
    let number = |text: &str| -> Result<u32, Problem> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| {
            problem(
                path,
                format!("'{key}' is neither a call's number such as 0 nor a range such as 1-2"),
            )
        })
    };
    let (first, last) = match key.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(key)?, number(key)?),
    };
    if first > last {
        let message = format!("The range '{key}' ends before it begins");
        return Err(problem(path, message));
    }
    Ok((first, last))
}

fn one(response: &Value, path: &str) -> Result<Response, Problem> {
    let fields = object(response, path)?;
    only(fields, path, &["Return", "Throw"])?;
    match (fields.get("Return"), fields.get("Throw")) {
        (Some(value), None) => Ok(Response::Return(value.clone())),
        (None, Some(thrown)) => throw(thrown, &format!("{path}/Throw")),
        _ => Err(problem(path, "Either 'Return' or 'Throw' is expected")),
    }
}

fn throw(thrown: &Value, path: &str) -> Result<Response, Problem> {
    let fields = object(thrown, path)?;
    only(fields, path, &["Error", "Cause"])?;
    let text = |name: &str| match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(problem(path, format!("'{name}' must be a text"))),
    };
    match text("Error")? {
        Some(error) => Ok(Response::Throw {
            error,
            cause: text("Cause")?,
        }),
        None => Err(problem(path, "The field 'Error' is missing")),
    }
}

fn field<'a>(of: &'a Map<String, Value>, path: &str, name: &str) -> Result<&'a Value, Problem> {
    let missing = || problem(path, format!("The field '{name}' is missing"));
    of.get(name).ok_or_else(missing)
}

fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Problem> {
    let not_one = || problem(path, "An object is expected");
    value.as_object().ok_or_else(not_one)
}

fn entries<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Problem> {
    let entries = object(value, path)?;
    if entries.len() > ENTRIES_MAX {
        let message = format!("There are more than {ENTRIES_MAX} entries");
        return Err(problem(path, message));
    }
    Ok(entries)
}

/// Refuses fields that mean nothing, which are most often misspelt ones.
fn only(of: &Map<String, Value>, path: &str, known: &[&str]) -> Result<(), Problem> {
    match of.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(problem(path, format!("The field '{name}' is not known"))),
        None => Ok(()),
    }
}

fn problem(path: &str, message: impl Into<String>) -> Problem {
    Problem {
        path: path.to_owned(),
        message: message.into(),
    }
}
