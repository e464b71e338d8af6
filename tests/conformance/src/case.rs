//! One recorded execution: what there was, what was done, what AWS answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steploom_types::Timestamp;

/// The role that recordings have been made with.
const ROLE_RECORDED: &str = "role/test-sfn-role";

/// The role in the platform's own context object.
const ROLE: &str = "role/steploom";

/// A case as its file has it.
#[derive(Clone, Debug)]
pub struct Case(pub Value);

impl Case {
    /// Reads one.
    ///
    /// # Errors
    /// That it is not JSON.
    pub fn parse(line: &str) -> Result<Self, String> {
        // The platform has one role for everything.
        let line = line.replace(ROLE_RECORDED, ROLE);
        serde_json::from_str(&line)
            .map(Self)
            .map_err(|error| format!("a case is not JSON: {error}"))
    }

    /// Its name.
    pub fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }

    /// What it is about.
    pub fn feature(&self) -> &str {
        self.0["feature"].as_str().unwrap_or("other")
    }

    /// The definition's text.
    pub fn definition(&self) -> String {
        match self.0["definition_text"].as_str() {
            Some(text) => text.to_owned(),
            None => self.0["definition"].to_string(),
        }
    }

    /// Whether the machine is of AWS's kind for many short executions.
    pub fn is_express(&self) -> bool {
        self.0["type"] == "EXPRESS"
    }

    /// Whether AWS refused the definition.
    pub fn is_refused(&self) -> bool {
        self.0["expect"]["status"] == "CREATE_REJECTED"
    }

    /// The input, with instants that lie ahead of `now` filled in.
    pub fn input(&self, now: Timestamp) -> String {
        if self.0["input_absent"] == true {
            return "{}".to_owned();
        }
        let text = self.0["input_text"].as_str().map(str::to_owned);
        with_instants(&text.unwrap_or_else(|| self.0["input"].to_string()), now)
    }

    /// A text of its own, if it has it.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0[field].as_str()
    }

    /// The execution's name. That of an Express execution, which the recordings do not give, is read
    /// off the ARN that they expect.
    pub fn execution_name(&self) -> Option<String> {
        if let Some(name) = self.text("execution_name") {
            return Some(name.to_owned());
        }
        let expect = self.0["expect"].to_string();
        let (_, arn) = expect.split_once(":express:")?;
        let name = arn.split(':').nth(1)?;
        (!name.contains("${")).then(|| name.to_owned())
    }

    /// The entries of a list of its own; none if it lacks the list.
    pub fn list(&self, field: &str) -> &[Value] {
        self.0[field].as_array().map_or(&[], Vec::as_slice)
    }

    /// Functions' behaviours by the functions' names.
    pub fn functions(&self) -> BTreeMap<String, Value> {
        let by_arn = self.0["lambdas"].as_object();
        by_arn
            .into_iter()
            .flatten()
            .map(|(arn, behaviour)| {
                let name = arn.rsplit(':').next().unwrap_or(arn);
                (name.to_owned(), behaviour.clone())
            })
            .collect()
    }

    /// The objects that there are: bucket, key, body.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.list("s3_objects").iter().map(|object| {
            let text = |field: &str| object[field].as_str().unwrap_or_default();
            let body = match &object["body"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (text("bucket"), text("key"), body)
        })
    }
}

/// `${now+5d}` becomes an instant.
fn with_instants(text: &str, now: Timestamp) -> String {
    let mut text = text.to_owned();
    while let Some(at) = text.find("${now+") {
        let Some(length) = text[at..].find('}') else {
            break;
        };
        let pattern = &text[at + 6..at + length];
        let (number, unit) = pattern.split_at(pattern.len().saturating_sub(1));
        let factor = if unit == "d" { 86_400 } else { 1 };
        let seconds = number.parse::<u64>().unwrap_or_default() * factor;
        let instant = now.plus_millis(seconds * 1000).to_string();
        text.replace_range(at..=at + length, &instant);
    }
    text
}

/// An outcome in the form of the recordings.
pub fn outcome(
    status: &str,
    output: Option<&Value>,
    error: Option<&str>,
    cause: Option<&str>,
) -> Value {
    let mut all = json!({ "status": status });
    if let Some(output) = output {
        all["output"] = output.clone();
    }
    for (name, text) in [("error", error), ("cause", cause)] {
        if let Some(text) = text {
            all[name] = text.into();
        }
    }
    all
}
