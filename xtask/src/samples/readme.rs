//! The calls that a README shows, with their answers.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::host::Host;
use crate::languages::Case;

/// Reads every `$ steploom invoke NAME 'EVENT'`, whose answer stands below it up to the next command or the block's end.
pub(super) fn calls(path: &Path, name: &str, host: &Host) -> Result<Vec<Case>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let text = host.in_place(&text);
    let command = format!("$ steploom invoke {name} '");
    let mut calls = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(event) = line.strip_prefix(&command) else {
            continue;
        };
        let event = event.strip_suffix('\'').context("a call ends with a '")?;
        let mut answer = String::new();
        while let Some(line) =
            lines.next_if(|line| !line.starts_with("```") && !line.starts_with('$'))
        {
            answer.push_str(line);
        }
        let json = |text: &str| -> Result<Value> {
            serde_json::from_str(text).with_context(|| format!("README.md shows no JSON: {text}"))
        };
        calls.push(Case::with_result(json(event)?, json(&answer)?));
    }
    ensure!(!calls.is_empty(), "README.md shows no call");
    Ok(calls)
}
