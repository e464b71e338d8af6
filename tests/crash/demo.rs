//! The demo, killed in the middle and started again: it ends as if nothing had happened.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::http::{self, Request};
use crate::support::server::command;
use crate::support::wait::until;
use crate::support::{cli, toolchain};

/// Files that the demo counts, one a part.
const FILES: usize = 120;
/// Words of a file: so many that counting it takes some milliseconds.
const WORDS: usize = 20_000;

/// Where the demo is killed: at this event of its history.
struct Moment {
    what: &'static str,
    kind: &'static str,
    state: &'static str,
    /// How many such events there are before.
    after: usize,
}

const MOMENTS: [Moment; 5] = [
    Moment {
        what: "after the start",
        kind: "ExecutionStarted",
        state: "",
        after: 0,
    },
    Moment {
        what: "in split",
        kind: "TaskStateEntered",
        state: "Split",
        after: 0,
    },
    Moment {
        what: "early in the map",
        kind: "TaskStateExited",
        state: "Count part",
        after: FILES / 5,
    },
    Moment {
        what: "late in the map",
        kind: "TaskStateExited",
        state: "Count part",
        after: FILES * 4 / 5,
    },
    Moment {
        what: "in merge",
        kind: "TaskStateEntered",
        state: "Merge",
        after: 0,
    },
];

#[test]
fn a_killed_demo_goes_on_and_ends_as_if_nothing_had_happened() {
    if !toolchain::can_build_modules() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("input");
    write_input(&input);
    let undisturbed = finish(&folder.path().join("undisturbed"), &input);
    assert_eq!(undisturbed.output["files"], FILES, "{}", undisturbed.output);
    assert_eq!(
        undisturbed.output["words"],
        FILES * WORDS,
        "{}",
        undisturbed.output
    );
    for (at, moment) in MOMENTS.iter().enumerate() {
        let data = folder.path().join(format!("data-{at}"));
        kill_at(moment, &data, &input);
        let finished = finish(&data, &input);
        assert_eq!(
            finished.output, undisturbed.output,
            "killed {}",
            moment.what
        );
        // What ends right after it was seen may have ended before it was killed.
        let may_be_over = moment.state == "Merge";
        let goes_on = finished.said.contains("going on with it");
        assert!(
            goes_on || may_be_over,
            "killed {}: {}",
            moment.what,
            finished.said
        );
    }
}

/// Text whose words a seedless rule makes, different in each file.
fn write_input(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for file in 0..FILES {
        let mut text = String::new();
        for word in 0..WORDS {
            write!(text, "w{} ", (word * (file + 7)) % 997).expect("writes");
        }
        fs::write(folder.join(format!("{file}.txt")), text).expect("writes");
    }
}

/// A demo that came to its end.
struct Finished {
    output: Value,
    said: String,
}

fn finish(data: &Path, input: &Path) -> Finished {
    let path = |path: &Path| path.to_str().expect("text").to_owned();
    let said = cli::run(&[
        "demo",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &path(data),
        "--input",
        &path(input),
    ]);
    let ended = said.json();
    assert_eq!(ended["status"], "SUCCEEDED", "{said:?}");
    Finished {
        output: ended["output"].clone(),
        said: said.stderr,
    }
}

/// Starts the demo and kills it as soon as its history says that the moment has come.
fn kill_at(moment: &Moment, data: &Path, input: &Path) {
    fs::create_dir_all(data).expect("a folder");
    let log = data.with_extension("log");
    let child = command()
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--input")
        .arg(input)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).expect("a log"))
        .spawn()
        .expect("starts");
    let mut demo = Demo { child, log };
    let address = until("the demo serves", || demo.address());
    let id = until("the demo has started its execution", || execution(data));
    let request = Request {
        method: "GET",
        path: &format!("/v1/executions/{id}/events"),
        headers: &[],
        body: b"",
    };
    let (_, events) = http::stream(address, &request).expect("answers");
    let mut seen = 0;
    for line in events {
        let Some(event) = line.strip_prefix("data:") else {
            continue;
        };
        let event: Value = serde_json::from_str(event).expect("JSON");
        let state = event["details"]["name"].as_str().unwrap_or_default();
        if event["type"] != moment.kind || state != moment.state {
            continue;
        }
        if seen == moment.after {
            demo.child.kill().expect("kills");
            demo.child.wait().expect("waits");
            return;
        }
        seen += 1;
    }
    panic!("the demo ended without being {}", moment.what);
}

/// A demo that runs; killed when dropped.
struct Demo {
    child: Child,
    log: PathBuf,
}

impl Demo {
    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn address(&mut self) -> Option<SocketAddr> {
        let ended = self.child.try_wait().expect("waits");
        assert!(ended.is_none(), "the demo has ended: {}", self.said());
        let said = self.said();
        let rest = said.split("serving on http://").nth(1)?;
        rest.split(',').next()?.parse().ok()
    }
}

/// The execution's id, from the note that the demo leaves.
fn execution(data: &Path) -> Option<String> {
    let note: Value = serde_json::from_slice(&fs::read(data.join("demo.json")).ok()?).ok()?;
    note["execution"].as_str().map(str::to_owned)
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
