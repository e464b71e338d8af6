//! The reference suite of JSONata at 2.0.6, the version that AWS speaks, evaluated without a machine.

use serde_json::Value;
use steploom_expr::QueryBudget;
use steploom_expr::jsonata::raw::Raw;

use super::Filter;
use crate::case::Case;
use crate::compare::{Bound, equal};
use crate::{Score, Verdict};

/// Milliseconds of an evaluation, and of one that is known never to end.
const MILLIS_MAX: u64 = 10_000;
const MILLIS_OF_ENDLESS_MAX: u64 = 1_000;

/// The suite's own limit of depth where a case has none, and the least that its cases need.
const DEPTH_DEFAULT: u64 = 1_000;
const DEPTH_MIN: u64 = 302;

/// What an evaluation that the suite stops for its time or depth is called there.
const ENDLESS: &str = "U1001";

/// Evaluates every case, one a line; its data is its own, or a dataset's. A line with half a
/// surrogate pair, which is no text here, is left out.
pub fn jsonata(cases: &str, datasets: &Value, filter: &Filter) -> Score {
    let mut score = Score::default();
    for (number, line) in cases.lines().enumerate() {
        let case = match Case::parse(line) {
            Ok(case) if filter.has(case.id()) => case,
            Ok(_) => continue,
            Err(why) => {
                let id = format!("line {}", number + 1);
                score.add("unreadable", &id, "value", Verdict::Skipped(why));
                continue;
            }
        };
        let group = case.text("group").unwrap_or("other");
        score.add(group, case.id(), "value", judge(&case, datasets).into());
    }
    score
}

fn judge(case: &Case, datasets: &Value) -> Result<(), String> {
    let expect = &case.0["expect"];
    let item = match case.text("dataset") {
        Some(name) => datasets.get(name).cloned(),
        None => case.0.get("data").cloned(),
    };
    let code = expect["error"].as_str();
    let depth = case.0["depth"].as_u64().unwrap_or(DEPTH_DEFAULT);
    let raw = Raw {
        item,
        bindings: case.0["bindings"].as_object().cloned().unwrap_or_default(),
        budget: QueryBudget {
            millis: if code == Some(ENDLESS) {
                MILLIS_OF_ENDLESS_MAX
            } else {
                MILLIS_MAX
            },
            depth: depth.max(DEPTH_MIN) as usize,
            items: 20_000_000,
            bytes: 1 << 30,
        },
    };
    match (raw.eval(case.text("expr").unwrap_or_default()), code) {
        (Err(found), Some(code)) if found.starts_with(code) => Ok(()),
        (Err(found), Some(ENDLESS)) if found == "Depth" || found == "Time" => Ok(()),
        (Err(found), Some(code)) => Err(format!("the suite: {code}, here: {found}")),
        (Err(found), None) => Err(format!("failed: {found}")),
        (Ok(found), Some(code)) => Err(format!("the suite: {code}, here: {found:?}")),
        (Ok(None), None) if expect.get("result").is_none() => Ok(()),
        (Ok(None), None) => Err("here: nothing".to_owned()),
        (Ok(Some(found)), None) => match expect.get("result") {
            None => Err(format!("the suite: nothing, here: {found}")),
            Some(result) => alike(result, &found, expect["unordered"] == true),
        },
    }
}

fn alike(expected: &Value, found: &Value, is_unordered: bool) -> Result<(), String> {
    let (Value::Array(all), Value::Array(left), true) = (expected, found, is_unordered) else {
        return equal(expected, found, &mut Bound::new());
    };
    let mut left = left.clone();
    for element in all {
        let same = |found: &Value| equal(element, found, &mut Bound::new()).is_ok();
        match left.iter().position(same) {
            Some(at) => {
                left.remove(at);
            }
            None => return Err(format!("no element is like {element:.200}")),
        }
    }
    match left.first() {
        Some(element) => Err(format!("an element too many: {element:.200}")),
        None => Ok(()),
    }
}
