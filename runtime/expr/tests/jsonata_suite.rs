//! The reference suite of JSONata at 2.0.6, the version that AWS speaks, where it is beside the
//! checkout; without it, nothing is run, and that is said.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use steploom_expr::QueryBudget;
use steploom_expr::jsonata::raw::Raw;

/// The least score, of 1,625: the rest are 12 uses of `$eval`, which AWS does not have, and two texts
/// with half a surrogate pair, which is no text here.
const RIGHT_MIN: usize = 1_611;

#[derive(Default)]
struct Score {
    right: usize,
    /// Failed as it should, with another code.
    other_code: Vec<String>,
    wrong: Vec<String>,
}

#[test]
fn the_reference_suite() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    let Ok(cases) = std::fs::read_to_string(folder.join("jsonata_cases.jsonl")) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let datasets = std::fs::read_to_string(folder.join("jsonata_datasets.json")).unwrap();
    let datasets: Value = serde_json::from_str(&datasets).unwrap();
    let mut score = Score::default();
    let mut cases_count = 0;
    for line in cases.lines() {
        cases_count += 1;
        match serde_json::from_str(line) {
            Ok(case) => run(&case, &datasets, &mut score),
            Err(error) => score
                .wrong
                .push(format!("unreadable: {error}: {}", &line[..80])),
        }
    }
    println!(
        "{} of {cases_count} right, {} with another code, {} wrong",
        score.right,
        score.other_code.len(),
        score.wrong.len()
    );
    for line in score.other_code.iter().chain(&score.wrong) {
        println!("{line}");
    }
    assert!(score.right >= RIGHT_MIN, "{}", score.right);
}

fn run(case: &Value, datasets: &Value, score: &mut Score) {
    let text = case["expr"].as_str().unwrap();
    let item = match case["dataset"].as_str() {
        Some(name) => datasets.get(name).cloned(),
        None => case.get("data").cloned(),
    };
    let raw = Raw {
        item,
        bindings: case["bindings"].as_object().cloned().unwrap_or_default(),
        budget: QueryBudget {
            // Those that never end are given less.
            millis: if case["expect"]["error"] == "U1001" {
                1_000
            } else {
                10_000
            },
            depth: case["depth"].as_u64().unwrap_or(1_000).max(302) as usize,
            items: 20_000_000,
            bytes: 1 << 30,
        },
    };
    let found = raw.eval(text);
    let expected = &case["expect"];
    let said = format!(
        "{}: {}\n    expected {}\n    found    {}",
        case["id"].as_str().unwrap(),
        short(&format!("{text:?}")),
        short(&expected.to_string()),
        short(&format!("{found:?}")),
    );
    if let Some(code) = expected["error"].as_str() {
        match found {
            Err(message) if message.starts_with(code) => {
                if std::env::var_os("MESSAGES").is_some() {
                    println!("{} <- {}", message, short(text));
                }
                score.right += 1;
            }
            Err(message) if code == "U1001" && message == "Depth" => score.right += 1,
            Err(message) if code == "U1001" && message == "Time" => score.right += 1,
            Err(_) => score.other_code.push(said),
            Ok(_) => score.wrong.push(said),
        }
        return;
    }
    let is_right = match (&found, expected.get("result")) {
        (Ok(None), None) => true,
        (Ok(Some(found)), Some(result)) if expected["unordered"] == true => {
            sorted(found) == sorted(result)
        }
        (Ok(Some(found)), Some(result)) => is_equal(found, result),
        _ => false,
    };
    if is_right {
        score.right += 1;
    } else {
        score.wrong.push(said);
    }
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

fn sorted(value: &Value) -> Vec<String> {
    let mut all: Vec<_> = value.as_array().into_iter().flatten().map(text).collect();
    all.sort();
    all
}

fn text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// A text that is the same for equal values.
fn write(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) => text.push_str(&number.as_f64().unwrap().to_string()),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(text, item);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields.iter().collect();
            text.push('{');
            for (name, field) in fields {
                text.push_str(name);
                text.push(':');
                write(text, field);
                text.push(',');
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

fn is_equal(one: &Value, other: &Value) -> bool {
    text(one) == text(other)
}
