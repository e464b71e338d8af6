//! Changes to texts and to JSON that keep most of what they had.

use serde_json::{Map, Value, json};

use crate::chance::Chance;

/// Parts put where they do not belong.
const SCRAPS: &[&str] = &[
    "$",
    "$$",
    ".",
    "..",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    ",",
    ":",
    "*",
    "?",
    "@",
    "-1",
    "0",
    "1e309",
    "99999999999999999999",
    "null",
    "true",
    "{%",
    "%}",
    "\u{0}",
    "ü",
    "\u{1f600}",
    " ",
    "\n",
    "- ",
    "&a ",
    "*a",
    "States.Format(",
    "$states.input",
    "~>",
    "function($x){",
    "^(",
    "/a*/",
    ":=",
];

/// Changes a text in one to four places.
pub(crate) fn text(chance: &mut Chance, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=chance.below(4) {
        let at = chance.below(chars.len() + 1);
        match chance.below(5) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 => {
                let end = (at + chance.below(12)).min(chars.len());
                chars.drain(at..end);
            }
            2 => {
                let end = (at + chance.below(40)).min(chars.len());
                let copied: Vec<char> = chars[at..end].to_vec();
                let to = chance.below(chars.len() + 1);
                chars.splice(to..to, copied);
            }
            _ => {
                let scrap = *chance.pick(SCRAPS);
                let repeats = if chance.once_in(40) {
                    1 + chance.below(400)
                } else {
                    1
                };
                chars.splice(at..at, scrap.repeat(repeats).chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// Any JSON, not deep.
pub(crate) fn json_value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.once_in(2)),
        2 => json!(chance.below(5)),
        3 => json!(-(chance.below(1000) as i64)),
        4 => json!(f64::from_bits(chance.number()).clamp(-1e300, 1e300)),
        5 => json!(*chance.pick(SCRAPS)),
        6 => json!(*chance.pick(&[
            "a",
            "b",
            "2016-03-14T01:59:00Z",
            "$.a",
            "{% 1 %}",
            "Pass",
            "End"
        ])),
        7 => {
            let items = (0..chance.below(4)).map(|_| json_value(chance, depth - 1));
            Value::Array(items.collect())
        }
        _ => {
            let mut fields = Map::new();
            for _ in 0..chance.below(4) {
                let name = *chance.pick(&["a", "b", "a.$", "Error", "x y", ""]);
                fields.insert(name.to_owned(), json_value(chance, depth - 1));
            }
            Value::Object(fields)
        }
    }
}

/// Changes JSON in one to three places; `scraps` is where foreign parts come from.
pub(crate) fn json(chance: &mut Chance, value: &mut Value, scraps: &Value) {
    for _ in 0..=chance.below(3) {
        let part = if chance.once_in(3) {
            json_value(chance, 2)
        } else {
            any_part(chance, scraps).clone()
        };
        change(chance, value, part);
    }
}

/// Some part of a value.
fn any_part<'a>(chance: &mut Chance, value: &'a Value) -> &'a Value {
    let mut part = value;
    loop {
        let children: Vec<&Value> = match part {
            Value::Object(fields) => fields.values().collect(),
            Value::Array(items) => items.iter().collect(),
            _ => return part,
        };
        if children.is_empty() || chance.once_in(4) {
            return part;
        }
        part = *chance.pick(&children);
    }
}

/// Changes one place.
fn change(chance: &mut Chance, value: &mut Value, part: Value) {
    let here = chance.once_in(4);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = chance.pick(&names).clone();
            match (here, chance.below(4)) {
                (false, _) => change(chance, &mut fields[&name], part),
                (true, 0) => {
                    fields.shift_remove(&name);
                }
                (true, 1) => {
                    let known = *chance.pick(crate::corpus::FIELDS);
                    fields.insert(known.to_owned(), part);
                }
                (true, 2) => {
                    let moved = fields.shift_remove(&name).unwrap_or_default();
                    let known = *chance.pick(crate::corpus::FIELDS);
                    fields.insert(known.to_owned(), moved);
                }
                (true, _) => fields[&name] = part,
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = chance.below(items.len());
            match (here, chance.below(3)) {
                (false, _) => change(chance, &mut items[at], part),
                (true, 0) => {
                    items.remove(at);
                }
                (true, 1) => items.push(part),
                (true, _) => items[at] = part,
            }
        }
        Value::String(old) if !here => *old = text(chance, old),
        _ => *value = part,
    }
}
