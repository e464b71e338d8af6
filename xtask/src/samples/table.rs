//! What samples are asked, and what they answer.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::host::Host;
use crate::languages::{Case, shortened};
use crate::shell;

/// The table, in the checkout.
pub(super) const PATH: &str = "tests/modules/cases.json";

/// How one of them is deployed, and what it is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// Languages as `steploom doctor` has them, whose toolchains it is built with.
    pub(super) needs: Vec<String>,
    /// Words for `steploom deploy`.
    #[serde(default)]
    pub(super) settings: Vec<String>,
    /// Whether it finds `tests/modules/data` at `/data`.
    #[serde(default)]
    pub(super) reads_files: bool,
    /// Events of the function.
    pub(super) invoke: Vec<Case>,
    /// Inputs of the machine, which has the function's name; at least one.
    pub(super) start: Vec<Case>,
}

/// All of them, by name, with the host that they call.
pub(super) fn read(host: &Host) -> Result<BTreeMap<String, Sample>> {
    let text = fs::read_to_string(shell::root().join(PATH));
    let text = host.in_place(&text.with_context(|| format!("can't read {PATH}"))?);
    let mut samples: BTreeMap<String, Sample> =
        serde_json::from_str(&text).with_context(|| format!("{PATH} is no table"))?;
    let all = samples.values_mut();
    for case in all.flat_map(|sample| sample.invoke.iter_mut().chain(&mut sample.start)) {
        expand(&mut case.event);
    }
    for (name, sample) in &samples {
        let is_asked = !sample.invoke.is_empty() && !sample.start.is_empty();
        ensure!(is_asked, "{PATH} does not ask {name} and its machine");
    }
    Ok(samples)
}

/// Makes long texts, which would make the table long: of `{"repeat": "x", "times": 3}` becomes `"xxx"`.
fn expand(value: &mut Value) {
    if let (Some(text), Some(times)) = (
        value.get("repeat").and_then(Value::as_str),
        value.get("times").and_then(Value::as_u64),
    ) {
        *value = Value::String(text.repeat(usize::try_from(times).unwrap_or_default()));
        return;
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(expand),
        Value::Array(items) => items.iter_mut().for_each(expand),
        _ => {}
    }
}

/// Looks at what `steploom start --wait --json` printed: its output, or the name of its error.
pub(super) fn check_execution(case: &Case, said: &str) -> Result<()> {
    let told = || shortened(said);
    let execution: Value = serde_json::from_str(said).with_context(told)?;
    let is_right = match &case.error {
        Some(error) => execution["error"] == **error,
        None => execution.get("output") == case.result.as_ref(),
    };
    ensure!(is_right, "wrong: {said}");
    Ok(())
}
