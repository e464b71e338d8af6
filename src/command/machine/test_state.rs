//! `machine test-state`: one state by itself, as AWS's `TestState`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use steploom_simulator::{Request, Tested, World, test_state};
use steploom_types::Json;

use crate::command::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::view::{Paint, human, out};

/// Run one state of a definition, and show its data on the way
///
/// As AWS's TestState does. A task needs a mocked answer: its result, or the error that it fails
/// with. The exit code is 0 if the state succeeds or its error is caught, 1 if it fails or would be
/// retried. No server is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine test-state order.asl.json --state Charge --input '{\"cents\": 5}' \\
      --mock '{\"result\": {\"paid\": true}}' --inspection-level DEBUG
  steploom machine test-state order.asl.json --state Charge \\
      --mock '{\"errorOutput\": {\"error\": \"Busy\"}}' --state-configuration '{\"retrierRetryCount\": 2}'")]
pub(super) struct Args {
    /// A definition in Amazon States Language, or a single state's
    file: PathBuf,

    /// The state; may be left out if the file is a single state's
    #[arg(long, value_name = "NAME")]
    state: Option<String>,

    /// The input: JSON, or - to read it from standard input [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,

    /// A file with the input, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    input_file: Option<PathBuf>,

    /// How much is shown: INFO, DEBUG (the data on the way), TRACE
    #[arg(long, value_name = "LEVEL", default_value = "INFO", ignore_case = true, value_parser = ["INFO", "DEBUG", "TRACE"])]
    inspection_level: String,

    /// What the task answers: {"result": ...} or {"errorOutput": {"error", "cause"}}, and
    /// "fieldValidationMode": STRICT, PRESENT or NONE. JSON, or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    mock: Option<String>,

    /// What is supposed to have happened: "retrierRetryCount", "mapIterationFailureCount",
    /// "errorCausedByState", "mapItemReaderData". JSON, or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    state_configuration: Option<String>,

    /// Variables by name. JSON, or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    variables: Option<String>,

    /// The context object. JSON, or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    context: Option<String>,

    /// Show secrets of HTTP tasks
    #[arg(long)]
    reveal_secrets: bool,
}

/// Tests it.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let request = Request::parse(&body(args)?).map_err(refused)?;
    let tested = test_state(&request, &World::default()).map_err(refused)?;
    if context.json {
        out::json(&tested.json())?;
    } else {
        show(&tested, context.paint)?;
    }
    if matches!(tested.status, "SUCCEEDED" | "CAUGHT_ERROR") {
        Ok(())
    } else {
        Err(Failure::said(Exit::Failed))
    }
}

/// The request as AWS's API has it.
fn body(args: &Args) -> Result<Value, Failure> {
    let definition = input::file_text(&args.file)?.text;
    let data = input::json(args.input.as_deref(), args.input_file.as_deref())?;
    let mut body = json!({
        "definition": definition,
        "input": data.text(),
        "inspectionLevel": args.inspection_level.to_uppercase(),
        "revealSecrets": args.reveal_secrets,
    });
    if let Some(state) = &args.state {
        body["stateName"] = state.as_str().into();
    }
    if let Some(mock) = &args.mock {
        let mut mock = given(mock)?;
        // Written out, a result need not be a text within the text.
        as_text(&mut mock, "result");
        body["mock"] = mock;
    }
    if let Some(configuration) = &args.state_configuration {
        let mut configuration = given(configuration)?;
        as_text(&mut configuration, "mapItemReaderData");
        body["stateConfiguration"] = configuration;
    }
    for (name, value) in [("variables", &args.variables), ("context", &args.context)] {
        if let Some(value) = value {
            body[name] = given(value)?.to_string().into();
        }
    }
    // Here nobody's role is needed.
    body["roleArn"] = "arn:aws:iam::000000000000:role/steploom".into();
    Ok(body)
}

/// JSON that was typed, or a file with it.
fn given(text: &str) -> Result<Value, Failure> {
    let is_file = !text.trim_start().starts_with(['{', '[', '"']) && fs::metadata(text).is_ok();
    let json: Json = if is_file {
        input::json(None, Some(Path::new(text)))?
    } else {
        input::json(Some(text), None)?
    };
    Ok(json.into_value())
}

fn as_text(of: &mut Value, field: &str) {
    if let Some(value) = of.get_mut(field)
        && !value.is_string()
    {
        *value = value.to_string().into();
    }
}

fn refused(refused: steploom_simulator::Refused) -> Failure {
    Failure::new(Exit::Refused, refused.code, refused.message)
}

fn show(tested: &Tested, paint: Paint) -> Result<(), Failure> {
    let mark = match tested.status {
        "SUCCEEDED" => paint.green("✓"),
        "CAUGHT_ERROR" | "RETRIABLE" => paint.yellow("!"),
        _ => paint.red("✗"),
    };
    let next = match &tested.next_state {
        Some(next) => format!(" {} {next}", paint.dim("then")),
        None => String::new(),
    };
    out::line(format!("{mark} {}{next}", paint.bold(tested.status)))?;
    if let Some(error) = &tested.error {
        let cause = tested.cause.as_deref().unwrap_or_default();
        out::line(format!("  {} {cause}", paint.red(error)))?;
    }
    for (name, value) in tested.inspection.iter().flatten() {
        let value = match value.as_str().map(Json::parse) {
            Some(Ok(data)) => human::json(&data),
            _ => value.to_string(),
        };
        out::line(format!("{}\n{value}", paint.cyan(name)))?;
    }
    if let Some(output) = &tested.output {
        if tested.inspection.is_some() {
            out::line(paint.cyan("output"))?;
        }
        out::line(human::json(output))?;
    }
    Ok(())
}
