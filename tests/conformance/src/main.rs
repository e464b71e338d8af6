//! `cargo xtask conformance [--json] [--filter REGEX] [--verbose]`: prints how much is as AWS
//! answered, by feature.

use std::process::ExitCode;

use regex::Regex;
use serde_json::{Map, Value};
use steploom_conformance::case::Case;
use steploom_conformance::service::{self, Service};
use steploom_conformance::suite::{self, Done, Filter};
use steploom_conformance::{Verdict, simulate};

const USAGE: &str = "\
usage: cargo xtask conformance [--json] [--filter REGEX] [--verbose] [--service]

  --filter REGEX  only cases whose id matches
  --json          one JSON document, findings included
  --verbose       what failed, and how
  --service       run executions in a real service, started for this, instead of the simulator";

struct Options {
    is_json: bool,
    is_verbose: bool,
    filter: Filter,
    /// The service to run executions in, if not the simulator.
    service: Option<Service>,
}

fn main() -> ExitCode {
    let done = options().and_then(|options| {
        let done = match &options.service {
            Some(service) => run_in(service, &options.filter)?,
            None => run(&options.filter)?,
        };
        print(&done, &options);
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        is_json: false,
        is_verbose: false,
        filter: Filter(None),
        service: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => options.is_json = true,
            "--verbose" => options.is_verbose = true,
            "--filter" => {
                let pattern = words.next().ok_or("--filter needs a pattern")?;
                let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
                options.filter = Filter(Some(pattern));
            }
            // Both are xtask's, which has started the service and built the module.
            "--url" => {
                let url = words.next().ok_or("--url needs a URL")?;
                let module = words.next().ok_or("--url needs a module behind the URL")?;
                let bytes = std::fs::read(&module).map_err(|error| format!("{module}: {error}"))?;
                options.service = Some(Service::new(&url, bytes)?);
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}

/// Executions alone, in a real service. What it cannot have is counted and left out.
fn run_in(service: &Service, filter: &Filter) -> Result<Vec<Done>, String> {
    let mut done = Vec::new();
    let own = Some(suite::read_folder(&suite::own())?);
    let recorded = suite::read(&suite::recordings().join("cases.jsonl"))?;
    for (name, cases) in [("own cases", own), ("executions", recorded)] {
        let score = cases.map(|cases| {
            let fitted: Vec<Case> = cases
                .iter()
                .enumerate()
                .filter_map(|(number, case)| service::fitted(case, number).ok())
                .collect();
            eprintln!("{name}: {} of {} cases", fitted.len(), cases.len());
            suite::executions(&fitted, filter, &mut |case| service.run(case))
        });
        done.push(Done { name, score });
    }
    Ok(done)
}

fn run(filter: &Filter) -> Result<Vec<Done>, String> {
    let recordings = suite::recordings();
    let read = |file: &str| suite::read(&recordings.join(file));
    let mut done = Vec::new();
    let own = suite::read_folder(&suite::own())?;
    let score = suite::executions(&own, filter, &mut simulate::run);
    done.push(Done {
        name: "own cases",
        score: Some(score),
    });
    let cases = read("cases.jsonl")?;
    done.push(Done {
        name: "executions",
        score: cases
            .as_ref()
            .map(|cases| suite::executions(cases, filter, &mut simulate::run)),
    });
    done.push(Done {
        name: "refused definitions",
        score: cases.as_ref().map(|cases| suite::refused(cases, filter)),
    });
    let tests = read("teststate_cases.jsonl")?;
    done.push(Done {
        name: "tests of single states",
        score: tests.map(|cases| suite::single_states(&cases, filter)),
    });
    for (name, file) in [
        ("statelint", "statelint_cases.jsonl"),
        ("asl-validator", "asl_validator_cases.jsonl"),
    ] {
        let score = read(file)?.map(|cases| suite::validator(&cases, name, filter));
        done.push(Done { name, score });
    }
    let datasets = std::fs::read_to_string(recordings.join("jsonata_datasets.json"));
    let datasets: Value = serde_json::from_str(&datasets.unwrap_or_default()).unwrap_or_default();
    let cases = std::fs::read_to_string(recordings.join("jsonata_cases.jsonl"));
    done.push(Done {
        name: "JSONata",
        score: cases
            .ok()
            .map(|cases| suite::jsonata(&cases, &datasets, filter)),
    });
    Ok(done)
}

fn print(done: &[Done], options: &Options) {
    if options.is_json {
        let score = |done: &Done| {
            done.score
                .as_ref()
                .map_or(Value::Null, steploom_conformance::Score::json)
        };
        let all: Map<String, Value> = done
            .iter()
            .map(|done| (done.name.to_owned(), score(done)))
            .collect();
        println!("{}", Value::from(all));
        return;
    }
    for suite in done {
        let Some(score) = &suite.score else {
            println!(
                "{}: skipped, its recordings are not beside this checkout\n",
                suite.name
            );
            continue;
        };
        println!("{}\n{score}", suite.name);
        if options.is_verbose {
            for (id, check, verdict) in &score.findings {
                match verdict {
                    Verdict::Failed(why) => println!("  {id} {check}: {why}"),
                    Verdict::Skipped(why) => println!("  {id} {check} skipped: {why}"),
                    Verdict::Passed => {}
                }
            }
            println!();
        }
    }
}
