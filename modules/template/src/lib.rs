//! Fills in a template: `{"template": "Hello, {{ name }}!", "data": {"name": "Ada"}}` gives `{"text": "Hello, Ada!"}`.
//!
//! The language is that of Jinja. `parts` are further templates by name, for `include` and `extends`. `escape` says for what
//! values are made safe: `none`, `html` or `json`. A name without a value is an error, unless `"lenient": true`.

mod depth;
mod output;

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error as JinjaError, ErrorKind, UndefinedBehavior, Value,
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::Error;

use crate::output::Output;

/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;
/// Steps of one template, about one for each value, filter and turn of a loop.
const STEPS_MAX: u64 = 1_000_000;
/// Templates within templates.
const LEVELS_MAX: usize = 100;
/// Under this name the event's own template is, for errors.
const MAIN: &str = "template";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    template: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    parts: BTreeMap<String, String>,
    #[serde(default)]
    escape: Escape,
    #[serde(default)]
    lenient: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Escape {
    #[default]
    None,
    Html,
    Json,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    if !matches!(event.data.kind(), ValueKind::Map | ValueKind::Undefined) {
        let message = "\"data\" is an object: its members are the template's names";
        return Err(Error::new("InvalidEvent", message));
    }
    for template in event.parts.values().chain([&event.template]) {
        depth::check(template)?;
    }
    let mut environment = environment(&event)?;
    for (name, text) in event.parts {
        environment
            .add_template_owned(name, text)
            .map_err(|error| named(&error))?;
    }
    let template = environment
        .template_from_named_str(MAIN, &event.template)
        .map_err(|error| named(&error))?;
    let mut output = Output::of_at_most(RESULT_BYTES_MAX);
    template
        .render_captured_to(event.data, &mut output)
        .map_err(|error| named(&error))?;
    bounded(&Text {
        text: output.into_text(),
    })
}

fn environment(event: &Event) -> Result<Environment<'static>, Error> {
    let escape = match event.escape {
        Escape::None => AutoEscape::None,
        Escape::Html => AutoEscape::Html,
        Escape::Json => AutoEscape::Json,
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_syntax(
        SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_fuel(Some(STEPS_MAX));
    environment.set_recursion_limit(LEVELS_MAX);
    environment.set_undefined_behavior(if event.lenient {
        UndefinedBehavior::Chainable
    } else {
        UndefinedBehavior::Strict
    });
    Ok(environment)
}

/// An error with the name that fits, and where it is.
fn named(error: &JinjaError) -> Error {
    let root = root(error);
    let name = match root.kind() {
        ErrorKind::SyntaxError | ErrorKind::BadEscape => "InvalidTemplate",
        ErrorKind::UndefinedError => "MissingValue",
        ErrorKind::TemplateNotFound => "MissingPart",
        ErrorKind::OutOfFuel => "TooManySteps",
        ErrorKind::WriteFailure => return too_large(),
        _ => "RenderFailed",
    };
    let place = match (root.name(), root.line()) {
        (Some(name), Some(line)) => format!(" (in {name:?}, line {line})"),
        _ => String::new(),
    };
    let detail = root
        .detail()
        .map_or_else(String::new, |detail| format!(": {detail}"));
    Error::new(name, format!("{}{detail}{place}", root.kind()))
}

/// What went wrong first: an error in a part is one of the template that includes it, too.
fn root(error: &JinjaError) -> &JinjaError {
    let mut root = error;
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(source) = source.downcast_ref::<JinjaError>() {
            root = source;
        }
        next = source.source();
    }
    root
}

/// The result's JSON, if a state machine can take it.
fn bounded(text: &Text) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(text)?;
    if json.get().len() <= RESULT_BYTES_MAX {
        Ok(json)
    } else {
        Err(too_large())
    }
}

fn too_large() -> Error {
    let message = format!(
        "the text has more than the {RESULT_BYTES_MAX} bytes that are allowed: fill in parts of it one by one"
    );
    Error::new("ResultTooLarge", message)
}

#[cfg(test)]
mod tests;
