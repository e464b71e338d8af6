//! `cargo xtask aws`: AWS's own clients, from outside, against the real program: boto3 and the AWS CLI.
//!
//! The tests are Python, in `tests/aws`. Their packages go into a folder below cargo's target folder, so
//! that nothing of the computer's own Python changes. Where there is no Python, or no way to its packages,
//! the tests are skipped, and that is said; with `STEPLOOM_AWS_REQUIRED` set it is an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{modules, service::Service, shell};

/// Python programs on a system, better ones first.
const PYTHONS: [&str; 2] = ["python3", "python"];

/// Builds the server, starts one, and runs the tests against it; `args` are pytest's.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let Some(python) = ready()? else {
        return Ok(());
    };
    modules::build(None)?;
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    test(&python, args)
}

/// Runs moto's own tests of a service against the server, and counts; `args` are the service's name and
/// pytest's words. No part of the tests: moto is another's idea of AWS (docs/aws.md).
pub(crate) fn run_moto(args: &[String]) -> Result<()> {
    let target = shell::target()?;
    let folder = shell::root().join("tests/aws");
    let home = target.join("moto");
    let python = ensure(&home.join("python"), &folder.join("requirements-moto.txt"))?;
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    let mut command = command(&python)?;
    command
        .arg(folder.join("run_moto.py"))
        .args(args)
        .env("STEPLOOM_PROGRAM", target.join("debug/steploom"))
        .env("STEPLOOM_MOTO_HOME", &home);
    shell::run(&mut command)
}

/// Runs the tests against the server that `cargo build` has made. Skips them where they cannot run.
pub(crate) fn run_built(filter: Option<&str>) -> Result<()> {
    let Some(python) = ready()? else {
        return Ok(());
    };
    let args: Vec<String> = filter
        .iter()
        .flat_map(|filter| ["-k".to_owned(), (*filter).to_owned()])
        .collect();
    test(&python, &args)
}

fn test(python: &Path, args: &[String]) -> Result<()> {
    let service = Service::start("aws")?;
    let mut command = command(python)?;
    command
        .args(["-m", "pytest"])
        .args(args)
        .env("STEPLOOM_ENDPOINT", &service.url)
        .current_dir(shell::root().join("tests/aws"));
    // Filters of other tests may leave none here, which pytest ends with 5.
    let is_filtered = args.first().is_some_and(|arg| arg == "-k");
    match shell::run(&mut command) {
        Err(error) if is_filtered && format!("{error}").contains("exit status: 5") => Ok(()),
        done => done,
    }
}

/// Python with all that AWS's clients need in its environment, and nothing of whose computer this is.
fn command(python: &Path) -> Result<Command> {
    let mut command = python_command(python);
    command
        .env("STEPLOOM_MODULES", shell::target()?.join("modules"))
        .env("STEPLOOM_RUNTIMES", crate::runtimes::folder()?)
        .env("PATH", path_with(python)?)
        .envs([
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
    for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"] {
        command.env_remove(name);
    }
    Ok(command)
}

/// The Python that has the packages; `None` where there can be none, which is said.
fn ready() -> Result<Option<PathBuf>> {
    let home = shell::target()?.join("aws-tests");
    match ensure(&home, &shell::root().join("tests/aws/requirements.txt")) {
        Ok(python) => Ok(Some(python)),
        Err(error) if std::env::var_os("STEPLOOM_AWS_REQUIRED").is_none() => {
            eprintln!("SKIPPED: the tests of the AWS wire (tests/aws) do not run here: {error:#}");
            Ok(None)
        }
        Err(error) => Err(error.context("the tests of the AWS wire cannot run")),
    }
}

/// Makes a virtual environment in `home` with the packages that `requirements` lists, unless it is
/// there; gives its Python.
pub(crate) fn ensure(home: &Path, requirements: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(requirements)
        .with_context(|| format!("can't read {}", requirements.display()))?;
    let stamp = home.join("installed.txt");
    let python = home.join("bin/python");
    let is_there = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_there && shell::output(python_command(&python).arg("--version")).is_ok() {
        return Ok(python);
    }
    let system = PYTHONS
        .into_iter()
        .find(|name| shell::output(Command::new(name).arg("--version")).is_ok())
        .context("there is no python3")?;
    eprintln!(
        "installing {} into {}",
        requirements.display(),
        home.display()
    );
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    shell::output(Command::new(system).args(["-m", "venv"]).arg(home))?;
    let mut pip = python_command(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    pip.args(["--no-input", "--requirement"]).arg(requirements);
    shell::output(&mut pip)?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// Python that leaves no compiled files in the checkout.
fn python_command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The search path with the programs of the virtual environment before all others.
fn path_with(python: &Path) -> Result<std::ffi::OsString> {
    let Some(programs) = python.parent() else {
        bail!("{} is in no folder", python.display());
    };
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&others));
    std::env::join_paths(all).context("the search path has a name that it cannot have")
}
