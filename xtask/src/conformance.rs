//! `cargo xtask conformance`: builds what compares the product with recordings of AWS, and runs it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{modules, shell};

/// Runs the executions in a real service. A word of ours; the rest is handed on.
const SERVICE: &str = "--service";

/// Hands `args` to it; its report is on stdout.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut command = shell::cargo(&["run", "--quiet", "-p", "steploom-conformance", "--"]);
    command.args(args.iter().filter(|arg| *arg != SERVICE));
    if !args.iter().any(|arg| arg == SERVICE) {
        return shell::run(&mut command);
    }
    modules::build(None)?;
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    let service = Service::start()?;
    let module = shell::target()?.join("modules/scripted.wasm");
    command.arg("--url").arg(&service.url).arg(module);
    shell::run(&mut command)
}

/// A server with a data folder of its own. Dropped, both are gone.
struct Service {
    child: Child,
    url: String,
    data: std::path::PathBuf,
}

impl Service {
    fn start() -> Result<Self> {
        let target = shell::target()?;
        let data = target.join(format!("tmp/conformance-{}", std::process::id()));
        let mut child = Command::new(target.join("debug/steploom"))
            .args(["up", "--listen", "127.0.0.1:0", "--json", "--data"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the server does not start")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the server has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let served: Value = serde_json::from_str(&line).context("the server did not come up")?;
        let url = served["url"]
            .as_str()
            .context("the server has no URL")?
            .to_owned();
        Ok(Self { child, url, data })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has nothing that must be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
