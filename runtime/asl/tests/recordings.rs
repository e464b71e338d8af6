//! Definitions that AWS accepted and refused, and those of two other checkers, read from
//! `../shared/conformance` beside the checkout. Where they are not, the tests say so and pass.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use steploom_asl::{Options, Rejected, parse_with};

mod recordings {
    pub(crate) mod asl_validator;
    pub(crate) mod aws;
    pub(crate) mod statelint;
}

/// The cases of a file; none, if it is not there.
fn cases(file: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/conformance")
        .join(file);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("{} is not there: its cases are skipped", path.display());
        return Vec::new();
    };
    let parse = |line| serde_json::from_str(line).expect("a case is JSON");
    text.lines().map(parse).collect()
}

/// The text of a case's definition, which some recordings have as a text and some as a tree.
fn text(case: &Value) -> Option<String> {
    match (&case["definition_text"], &case["definition"]) {
        (Value::String(text), _) | (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Null) => None,
        (_, definition) => Some(definition.to_string()),
    }
}

/// Checks a definition as a tool does, which has mocked answers for what is foreign.
fn check(text: &str, is_express: bool) -> Result<(), Rejected> {
    let options = Options {
        express: is_express,
        foreign: true,
        ..Options::default()
    };
    parse_with(text, &options).map(|_| ())
}
