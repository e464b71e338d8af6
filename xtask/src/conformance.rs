//! `cargo xtask conformance`: builds what compares the product with recordings of AWS, and runs it.

use anyhow::Result;

use crate::{modules, service::Service, shell};

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
    let service = Service::start("conformance")?;
    let module = shell::target()?.join("modules/scripted.wasm");
    command.arg("--url").arg(&service.url).arg(module);
    shell::run(&mut command)
}
