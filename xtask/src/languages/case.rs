//! Events, and what functions of every language make of them.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::shell;

/// Characters of the largest name that is greeted: an event of 5 MiB.
const LARGE: usize = 5 * 1024 * 1024;
/// Levels of the deepest event.
const LEVELS: usize = 100;

/// An event, and what every language makes of it.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) event: Value,
    #[serde(default)]
    pub(crate) result: Option<Value>,
    /// The name of the error.
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// Its names where languages differ.
    #[serde(default)]
    errors: Vec<String>,
}

impl Case {
    /// One that goes well.
    pub(crate) fn with_result(event: Value, result: Value) -> Self {
        Self {
            event,
            result: Some(result),
            error: None,
            errors: Vec::new(),
        }
    }

    /// The same of a function that is granted nothing; none where it needs no grant.
    pub(super) fn denied(&self) -> Option<Self> {
        (self.event["do"] != "fuel").then(|| Self {
            event: self.event.clone(),
            result: None,
            error: Some("AccessDenied".to_owned()),
            errors: Vec::new(),
        })
    }

    /// Looks at what `steploom invoke --json` answered: on standard output, or as a problem on standard error.
    pub(crate) fn check(&self, said: &str, complaint: &str) -> Result<()> {
        let told = || format!("{} {}", shortened(said), shortened(complaint));
        let errors: Vec<_> = self.error.iter().chain(&self.errors).collect();
        if errors.is_empty() {
            let answer: Value = serde_json::from_str(said).with_context(told)?;
            let is_right = Some(&answer["result"]) == self.result.as_ref();
            ensure!(is_right, "wrong: {}", told());
            return Ok(());
        }
        let problem: Value = serde_json::from_str(complaint).with_context(told)?;
        let is_right = errors.iter().any(|error| problem["error"] == ***error);
        ensure!(is_right, "{errors:?} was expected: {}", told());
        Ok(())
    }
}

/// Those for a new project, which greets: the table, and some that are too large for it.
pub(super) fn greetings() -> Result<Vec<Case>> {
    let mut cases = read("greetings.json")?;
    let large = "x".repeat(LARGE);
    let deep = (0..LEVELS).fold(json!(null), |inner, _| json!([inner]));
    for (event, name) in [
        (json!({"name": large}), large.as_str()),
        (json!({"name": "Ada", "deep": deep}), "Ada"),
    ] {
        let result = json!({"greeting": format!("Hello, {name}!")});
        cases.push(Case::with_result(event, result));
    }
    Ok(cases)
}

/// Those for the probes, which do as they are told, good and bad.
pub(super) fn probes() -> Result<Vec<Case>> {
    read("probes.json")
}

/// Those for the probe of a language, calling back.
pub(super) fn calls(language: &str) -> Result<Vec<Case>> {
    read_with("calls.json", |text| text.replace("LANGUAGE", language))
}

fn read(name: &str) -> Result<Vec<Case>> {
    read_with(name, |text| text)
}

fn read_with(name: &str, change: impl FnOnce(String) -> String) -> Result<Vec<Case>> {
    let file = shell::root().join("tests/languages").join(name);
    let text =
        fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    serde_json::from_str(&change(text)).with_context(|| format!("{} is no table", file.display()))
}

/// The beginning of a text.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
