//! `machine simulate`: runs a definition in virtual time, with scripted answers.

use std::path::PathBuf;
use std::sync::Arc;

use steploom_asl::Options;
use steploom_simulator::mock::{MockConfig, TestCase};
use steploom_simulator::{Bounds, Report, Simulation, Start, Status, World};

use super::definition;
use crate::command::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::view::{Paint, human, out, simulated};

/// Run a definition here, in virtual time: waits take no time, and tasks answer as scripted
///
/// Answers are scripted in the format of AWS Step Functions Local (MockConfigFile.json): for each
/// state a list of what its calls return or throw. No server is needed, and nothing is kept. The
/// exit code is 0 if the execution succeeds, 1 if it fails or does not end.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine simulate order.asl.json --input '{\"id\": 7}' --mock mocks.json#HappyPath
  steploom machine simulate order.asl.json --mock mocks.json --test-case RetryPath --json

A file of mocked answers:
  {\"StateMachines\": {\"order\": {\"TestCases\": {\"RetryPath\": {\"Charge\": \"BusyOnce\"}}}},
   \"MockedResponses\": {\"BusyOnce\": {
     \"0\": {\"Throw\": {\"Error\": \"Busy\", \"Cause\": \"try again\"}},
     \"1-3\": {\"Return\": {\"paid\": true}}}}}")]
pub(super) struct Args {
    /// A definition in Amazon States Language
    file: PathBuf,

    /// The input: JSON, or - to read it from standard input [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,

    /// A file with the input, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    input_file: Option<PathBuf>,

    /// A file of mocked answers, and which of its test cases
    #[arg(long, value_name = "FILE[#TESTCASE]")]
    mock: Option<String>,

    /// Which test case of the file of mocked answers
    #[arg(long, value_name = "NAME", requires = "mock")]
    test_case: Option<String>,

    /// The machine's name, in the file of mocked answers, too [default: the file's name]
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
}

/// Runs it.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let options = Options {
        foreign: true,
        ..Options::default()
    };
    let (_, parsed) = definition::read(&args.file, options)?;
    let machine = args.machine.clone();
    let machine = machine.unwrap_or_else(|| definition::name(&args.file));
    let mut world = World::default();
    if let Some(mock) = &args.mock {
        let case = test_case(mock, args.test_case.as_deref(), &machine)?;
        world.mocks.insert(machine.clone(), case);
    }
    let input = input::json(args.input.as_deref(), args.input_file.as_deref())?;
    let failed = |error: steploom_simulator::Error| Failure::usage(error.to_string());
    let mut simulation = Simulation::new(world, Bounds::default()).map_err(failed)?;
    let report = simulation
        .run(Arc::new(parsed.machine), Start::new(machine, input))
        .map_err(failed)?;
    if context.json {
        out::json(&report.json())?;
    } else {
        show(&report, context.paint)?;
    }
    if report.status == Status::Succeeded {
        Ok(())
    } else {
        Err(Failure::said(Exit::Failed))
    }
}

/// The test case that was asked for, or the only one there is.
fn test_case(mock: &str, named: Option<&str>, machine: &str) -> Result<TestCase, Failure> {
    let (path, after) = match mock.rsplit_once('#') {
        Some((path, name)) => (path, Some(name)),
        None => (mock, None),
    };
    let source = input::file_text(&PathBuf::from(path))?;
    let config = MockConfig::parse(&source.text).map_err(|problem| {
        let title = format!("{path}: {problem}");
        Failure::new(Exit::Usage, "InvalidMocks", title)
    })?;
    let machines: Vec<&str> = config.machines().collect();
    // The file's name may be another than the one that the machine is deployed under.
    let machine = match machines[..] {
        [only] if !machines.contains(&machine) => only,
        _ => machine,
    };
    let cases: Vec<&str> = config.test_cases(machine).collect();
    let name = match (named.or(after), &cases[..]) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => {
            return Err(
                Failure::usage(format!("{path} has several test cases for {machine}"))
                    .advise(format!("name one with --test-case: {}", cases.join(", "))),
            );
        }
    };
    config.test_case(machine, name).cloned().ok_or_else(|| {
        let title = format!("{path} has no test case '{name}' for the machine '{machine}'");
        let failure = Failure::new(Exit::NotFound, "NoTestCase", title);
        if cases.is_empty() {
            failure.advise(format!(
                "it has machines: {}; see --machine",
                machines.join(", ")
            ))
        } else {
            failure.advise(format!("it has: {}", cases.join(", ")))
        }
    })
}

fn show(report: &Report, paint: Paint) -> Result<(), Failure> {
    for line in simulated::history(report, paint) {
        out::line(line)?;
    }
    out::line("")?;
    out::line(simulated::summary(report, paint))?;
    if let Some(output) = &report.output {
        out::line(human::json(output))?;
    }
    if report.error.as_deref() == Some("Lambda.ResourceNotFoundException") {
        out::note(format!(
            "{} a simulation has no functions of its own: script their answers with --mock",
            paint.cyan("help:")
        ));
    }
    Ok(())
}
