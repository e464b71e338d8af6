//! `languages`: the function that `steploom new` makes in each language, called in a fresh instance each time; that of
//! programs also in one instance after the other (`reuse`).
//!
//! What is measured is what the server says that a call took, from the start of the instance to its end. The floor
//! is the benchmark's function, a reactor without a library, called in turns with the others. A language whose
//! toolchain is not here, or whose runtime the server has not, is left out, and that is said.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use steploom_sdk::{Client, Json, Name, wire};

use crate::cli::Options;
use crate::invoke::EVENT;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::{NAME, Server};
use crate::stats::{Pace, Samples};

/// Seconds of a round.
const ROUND_SECONDS: u64 = 1;
/// What each project greets.
const GREETED: &str = r#"{"name": "Ada"}"#;

/// What programs are deployed with, so that their instances serve more than one call.
const REUSED: &[&str] = &["--reuse", "version"];

/// A language, what its row is called, how many microseconds a call may take, and what it is deployed with.
const ROWS: [(&str, &str, f64, &[&str]); 10] = [
    ("rust", "Rust, p50", 15.0, &[]),
    ("c", "C, p50", 15.0, &[]),
    ("cpp", "C++, p50", 15.0, &[]),
    ("zig", "Zig, p50", 15.0, &[]),
    ("assemblyscript", "AssemblyScript, p50", 15.0, &[]),
    ("go", "Go, p50", 300.0, &[]),
    ("javascript", "JavaScript, p50", 60.0, &[]),
    ("javascript", "JavaScript, reused, p50", 60.0, REUSED),
    ("python", "Python, p50", 1_000.0, &[]),
    ("python", "Python, reused, p50", 50.0, REUSED),
];

/// A language whose function is there.
struct There {
    title: &'static str,
    most: f64,
    function: Name,
    pace: Pace,
}

/// Measures.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let program = options.server()?;
    let server = Server::start(&program, options.place()?, programs::guest()?).await?;
    let folder = options.scratch()?;
    let url = format!("http://{}", server.address());
    let mut all = Vec::new();
    for (row, (language, title, most, more)) in ROWS.into_iter().enumerate() {
        let name = format!("hello-{row}");
        let words = [&["deploy", &name, "--endpoint", &url], more].concat();
        if deploy(&program, folder.path(), language, &name, &words)? {
            all.push(There {
                title,
                most,
                function: name.parse()?,
                pace: Pace::default(),
            });
        } else {
            eprintln!("left out: {language} cannot be built or loaded here");
        }
    }
    let client = server.client();
    let rounds = options.rounds(ROUND_SECONDS);
    let (bench, event) = (NAME.parse()?, Json::parse(EVENT)?);
    let greeted = Json::parse(GREETED)?;
    let mut floor = Pace::default();
    for round in 0..=rounds.count {
        let (samples, elapsed) = repeat(client, &bench, &event, rounds.duration).await?;
        if round > 0 {
            floor.push(samples, elapsed);
        }
        for there in &mut all {
            let called = repeat(client, &there.function, &greeted, rounds.duration);
            let (samples, elapsed) = called.await?;
            if round > 0 {
                there.pace.push(samples, elapsed);
            }
        }
    }
    server.stop().await?;
    let floor = floor.p50_us.median();
    let row = |there: &There| {
        Row::new(there.title, there.pace.p50_us.median(), "us")
            .floor(floor)
            .goal(Goal::AtMost(there.most))
    };
    Ok(Report {
        bench: "languages",
        rows: all.iter().map(row).collect(),
    })
}

/// Makes a project and deploys it; whether that went well.
fn deploy(
    program: &Path,
    folder: &Path,
    language: &str,
    name: &str,
    words: &[&str],
) -> Result<bool> {
    let steploom = |words: &[&str]| {
        Command::new(program)
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    };
    let made = steploom(&["new", name, "--lang", language])?;
    ensure!(made.success(), "a project in {language} cannot be made");
    let deployed = steploom(words)?;
    Ok(deployed.success())
}

/// Calls one after the other for so long; how long each took by what the server says.
async fn repeat(
    client: &Client,
    function: &Name,
    event: &Json,
    duration: Duration,
) -> Result<(Samples, Duration)> {
    let begun = Instant::now();
    let mut samples = Samples::default();
    while begun.elapsed() < duration {
        let query = wire::InvokeFunction::default();
        let answer = client.invoke(function, event, &query).await?;
        samples.push(Duration::from_micros(answer.duration_us));
    }
    Ok((samples, begun.elapsed()))
}
