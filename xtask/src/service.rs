//! A real server for those verbs that compare the product with others.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// A server of the debug build with a data folder of its own. Dropped, both are gone.
pub(crate) struct Service {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
    data: PathBuf,
    /// Held, so that the server always has somebody to print to.
    stdout: BufReader<ChildStdout>,
}

impl Service {
    /// Starts the one that `cargo build` has made, on a free port. Its folder has `what` in its name.
    pub(crate) fn start(what: &str) -> Result<Self> {
        Self::start_with(what, &[])
    }

    /// The same with more words for `steploom up`.
    pub(crate) fn start_with(what: &str, more: &[&str]) -> Result<Self> {
        let target = shell::target()?;
        let data = target.join(format!("tmp/{what}-{}", std::process::id()));
        let mut command = Command::new(target.join("debug/steploom"));
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("STEPLOOM_") {
                command.env_remove(key);
            }
        }
        let mut child = command
            .args(["up", "--listen", "127.0.0.1:0", "--json", "--data"])
            .arg(&data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the server does not start")?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut service = Self {
            child,
            url: String::new(),
            data,
            stdout: BufReader::new(stdout),
        };
        let mut line = String::new();
        service.stdout.read_line(&mut line)?;
        let served: Value = serde_json::from_str(&line).context("the server did not come up")?;
        let url = served["url"].as_str().context("the server has no URL")?;
        url.clone_into(&mut service.url);
        Ok(service)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has nothing that must be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}
