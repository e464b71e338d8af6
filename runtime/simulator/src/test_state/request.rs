//! A request, in the form of AWS's API.

use serde_json::{Map, Value};

use super::Refused;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Status and output.
    #[default]
    Info,
    /// The data on the way, too.
    Debug,
    /// And the raw request and answer of HTTP tasks.
    Trace,
}

/// What is to be tested, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// A state, or a machine that has it: the text of a definition.
    pub definition: String,
    /// The state's name, where the definition is a machine.
    pub state_name: Option<String>,
    /// The role; tests of tasks that are not mocked need one on AWS.
    pub role_arn: Option<String>,
    /// The input's text; `{}` if left out.
    pub input: Option<String>,
    /// How much is told.
    pub level: Level,
    /// Whether secrets of HTTP tasks are shown.
    pub reveals_secrets: bool,
    /// Variables by name: the text of an object.
    pub variables: Option<String>,
    /// The context object: the text of an object.
    pub context: Option<String>,
    /// What the task answers.
    pub mock: Option<Mock>,
    /// Retries that have been made.
    pub retries: u32,
    /// Iterations of the `Map` that have failed.
    pub failed_iterations: Option<u64>,
    /// The state within the `Map` or `Parallel` that failed.
    pub error_caused_by: Option<String>,
    /// What the `Map`'s reader has read: the text of an array.
    pub reader_data: Option<String>,
}

/// What a mocked state answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mock {
    /// The result's text.
    pub result: Option<String>,
    /// The failure: name and cause.
    pub error: Option<(String, Option<String>)>,
    /// How closely the result has to be what the service's API says.
    pub validation: Validation,
}

/// How closely a mocked result is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// Required fields are there, and those that are there are as they have to be.
    #[default]
    Strict,
    /// What is there is as it has to be.
    Present,
    /// Not at all.
    None,
}

impl Request {
    /// Reads the body of an API request.
    ///
    /// # Errors
    /// [`Refused`]: a field has a value that it cannot have.
    pub fn parse(body: &Value) -> Result<Self, Refused> {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let state = &body["stateConfiguration"];
        Ok(Self {
            definition: text("definition").unwrap_or_default(),
            state_name: text("stateName"),
            role_arn: text("roleArn"),
            input: text("input"),
            level: level(&body["inspectionLevel"])?,
            reveals_secrets: body["revealSecrets"] == true,
            variables: text("variables"),
            context: text("context"),
            mock: body["mock"].as_object().map(mock).transpose()?,
            retries: state["retrierRetryCount"].as_u64().unwrap_or_default() as u32,
            failed_iterations: state["mapIterationFailureCount"].as_u64(),
            error_caused_by: state["errorCausedByState"].as_str().map(str::to_owned),
            reader_data: state["mapItemReaderData"].as_str().map(str::to_owned),
        })
    }
}

fn level(value: &Value) -> Result<Level, Refused> {
    match value.as_str() {
        None | Some("INFO") => Ok(Level::Info),
        Some("DEBUG") => Ok(Level::Debug),
        Some("TRACE") => Ok(Level::Trace),
        Some(other) => Err(not_in(other, "inspectionLevel", "INFO, DEBUG, TRACE")),
    }
}

fn mock(fields: &Map<String, Value>) -> Result<Mock, Refused> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let error = fields.get("errorOutput").map(|output| {
        let error = text(&output["error"]).unwrap_or_default();
        (error, text(&output["cause"]))
    });
    let validation = match fields.get("fieldValidationMode").and_then(Value::as_str) {
        None | Some("STRICT") => Validation::Strict,
        Some("PRESENT") => Validation::Present,
        Some("NONE") => Validation::None,
        Some(other) => {
            let field = "mock.fieldValidationMode";
            return Err(not_in(other, field, "STRICT, PRESENT, NONE"));
        }
    };
    Ok(Mock {
        result: fields.get("result").and_then(text),
        error,
        validation,
    })
}

fn not_in(value: &str, field: &str, all: &str) -> Refused {
    Refused::validation(format!(
        "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must satisfy enum value set: [{all}]"
    ))
}
