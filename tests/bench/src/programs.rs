//! Builds what is measured: the `steploom` program and the guest function.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;

const WASM_TARGET: &str = "wasm32-wasip1";

/// Cargo's target folder: this program lies in a folder of it.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.parent().and_then(Path::parent);
    target
        .map(Path::to_path_buf)
        .context("this program lies in no target folder of cargo")
}

/// Builds `steploom` as this program was built, so that it is never an older one, and gives its path.
pub(crate) fn server() -> Result<PathBuf> {
    let mut command = cargo("build")?;
    command.args(["--package", "steploom"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    run(command.arg("--target-dir").arg(target()?))?;
    let program = env::current_exe()?.with_file_name("steploom");
    if !program.is_file() {
        bail!(
            "there is no {}: build steploom and give it with --server",
            program.display()
        );
    }
    Ok(program)
}

/// Builds the guest function and gives its module.
pub(crate) fn guest() -> Result<Bytes> {
    let folder = target()?.join("bench-guest");
    let mut command = cargo("build")?;
    command
        .args(["--release", "--locked", "--target", WASM_TARGET])
        .args(["--manifest-path", "tests/bench/guest/Cargo.toml"])
        .arg("--target-dir")
        .arg(&folder)
        // Flags for this computer's processor and linker mean nothing to WebAssembly.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    run(&mut command)?;
    let module = folder.join(WASM_TARGET).join("release/bench_guest.wasm");
    let bytes =
        std::fs::read(&module).with_context(|| format!("can't read {}", module.display()))?;
    Ok(bytes.into())
}

/// The cargo that runs us, in the checkout's folder.
fn cargo(verb: &str) -> Result<Command> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package
        .ancestors()
        .nth(2)
        .context("tests/bench lies in no checkout")?;
    let mut command = Command::new(cargo);
    command.args([verb, "--quiet"]).current_dir(root);
    Ok(command)
}

/// Runs cargo; what it says goes to standard error, since standard output is for the report.
fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .context("can't start cargo")?;
    if !status.success() {
        bail!("cargo failed ({status}): {command:?}");
    }
    Ok(())
}
