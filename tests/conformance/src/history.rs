//! Compares histories, event by event.

use serde_json::{Map, Value, json};

use crate::compare::{Bound, equal};

/// What is not compared: the recordings lack it.
const LEFT_OUT: [&str; 4] = [
    "inputDetails",
    "outputDetails",
    "assignedVariablesDetails",
    "roleArn",
];

/// An event in the form of the recordings, with JSON texts parsed.
pub fn recorded(kind: &str, id: u64, previous: u64, details: &Map<String, Value>) -> Value {
    let mut all = json!({ "type": kind, "id": id, "prev": previous });
    for (name, value) in details {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        all[name] = match (name.as_str(), value) {
            ("input" | "output" | "parameters", Value::String(text)) => parsed(text),
            ("assignedVariables", Value::Object(variables)) => variables
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().map_or(Value::Null, parsed)))
                .collect::<Map<_, _>>()
                .into(),
            _ => value.clone(),
        };
    }
    all
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!({ "$text": text }))
}

/// Compares a whole history with a recording.
///
/// # Errors
/// The first difference.
pub fn equal_histories(
    expected: &[Value],
    found: &[Value],
    is_unordered: bool,
) -> Result<(), String> {
    if is_unordered {
        return equal_sets(expected, found);
    }
    let kinds = |events: &[Value]| -> Vec<String> {
        let kind = |event: &Value| event["type"].as_str().unwrap_or_default().to_owned();
        events.iter().map(kind).collect()
    };
    let (wanted, are) = (kinds(expected), kinds(found));
    if wanted != are {
        let at = wanted.iter().zip(&are).take_while(|(a, b)| a == b).count();
        let from = |kinds: &[String]| kinds.iter().skip(at).take(3).cloned().collect::<Vec<_>>();
        return Err(format!(
            "event {}: AWS: {:?}, here: {:?} (of {} and {})",
            at + 1,
            from(&wanted),
            from(&are),
            wanted.len(),
            are.len()
        ));
    }
    let mut bound = Bound::new();
    for (expected, found) in expected.iter().zip(found) {
        equal(&plain(expected, &["restored"]), found, &mut bound)
            .map_err(|why| format!("event {} {}: {why}", found["id"], found["type"]))?;
    }
    Ok(())
}

/// Branches side by side tell their events in any order, so without ids.
fn equal_sets(expected: &[Value], found: &[Value]) -> Result<(), String> {
    let without = ["id", "prev", "restored"];
    let mut left: Vec<Value> = found.iter().map(|event| plain(event, &without)).collect();
    // What a recording had lost was put back as the end of its `Parallel`, whether good or bad.
    let (restored, kept): (Vec<&Value>, Vec<&Value>) =
        expected.iter().partition(|event| event["restored"] == true);
    for event in kept.into_iter().chain(restored) {
        let is_guess = event["restored"] == true && event["type"] == "ParallelStateSucceeded";
        let mut event = plain(event, &without);
        if is_guess {
            event["type"] = "${restored}".into();
        }
        let same = |found: &Value| equal(&event, found, &mut Bound::new()).is_ok();
        match left.iter().position(same) {
            Some(at) => {
                left.remove(at);
            }
            None => return Err(format!("no event is like {event:.300}")),
        }
    }
    match left.first() {
        Some(event) => Err(format!("an event too many: {event:.300}")),
        None => Ok(()),
    }
}

fn plain(event: &Value, without: &[&str]) -> Value {
    let fields = event.as_object().into_iter().flatten();
    let kept = fields.filter(|(name, _)| !without.contains(&name.as_str()));
    let kept: Map<String, Value> = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    kept.into()
}
