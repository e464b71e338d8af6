//! The command line, as a person or a script runs it: no terminal, standard streams as pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use serde_json::Value;

use super::server::{Server, command};
use super::wait::{PATIENCE, until};

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// Standard output, if the command ended with 0.
    #[track_caller]
    pub(crate) fn ok(&self) -> &str {
        self.code(0);
        &self.stdout
    }

    /// Standard output as JSON, if the command ended with 0.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let text = self.ok();
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Checks how it ended.
    #[track_caller]
    pub(crate) fn code(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Checks that standard output says this.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "no {text:?} in {self:#?}");
        self
    }

    /// Checks that standard error says this.
    #[track_caller]
    pub(crate) fn notes(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        self
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// Runs a command that needs no server.
pub(crate) fn run(arguments: &[&str]) -> Said {
    let output = command().args(arguments).stdin(Stdio::null()).output();
    output.expect("runs").into()
}

impl Server {
    /// Runs a command against this server.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    /// The same with something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Said {
        let mut child = self.client(arguments).spawn().expect("starts");
        let mut pipe = child.stdin.take().expect("piped");
        // A command that reads nothing may be gone already.
        let _ = pipe.write_all(stdin.as_bytes());
        drop(pipe);
        child.wait_with_output().expect("runs").into()
    }

    /// Starts a command that goes on until it is killed.
    pub(crate) fn follow(&self, arguments: &[&str]) -> Following {
        let mut child = self.client(arguments).spawn().expect("starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // An error means that the test is over.
                let _ = sender.send(line);
            }
        });
        Following { child, lines }
    }

    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command
            .args(arguments)
            .env("STEPLOOM_ENDPOINT", self.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// A command that runs until it is dropped.
pub(crate) struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads on until a line of standard output says this.
    #[track_caller]
    pub(crate) fn until_it_says(&self, text: &str) {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(why) => panic!("it does not say {text:?}: {why}"),
            }
        }
    }

    /// Whether a line of standard output that was not read yet says this; reads what there is.
    pub(crate) fn has_said(&self, text: &str) -> bool {
        self.lines.try_iter().any(|line| line.contains(text))
    }

    /// How it ended, once it has.
    pub(crate) fn code(&mut self) -> Option<i32> {
        until("it ends", || self.child.try_wait().expect("waits")).code()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
