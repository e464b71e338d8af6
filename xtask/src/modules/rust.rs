//! Modules in Rust: a crate each, apart from the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

pub(crate) const TARGET: &str = "wasm32-wasip1";

/// Builds the crate in `modules/<name>`, and says where its module is.
pub(super) fn build(name: &str, scratch: &Path) -> Result<PathBuf> {
    ensure_target()?;
    let mut command = cargo(name, "build");
    command
        .args(["--release", "--target", TARGET, "--target-dir"])
        .arg(scratch);
    // Flags for the host's linker and processor mean nothing to WebAssembly, or break it.
    command
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::run(&mut command)?;
    Ok(scratch
        .join(TARGET)
        .join("release")
        .join(format!("{name}.wasm")))
}

/// Runs the crate's tests on this machine.
pub(super) fn test(name: &str, filter: Option<&str>) -> Result<()> {
    let mut command = cargo(name, "test");
    command
        .arg("--target-dir")
        .arg(shell::target()?.join("modules-build"));
    shell::run(command.args(filter))
}

/// Checks the crate's format and lints.
pub(super) fn lint(name: &str) -> Result<()> {
    let manifest = manifest(name);
    shell::run(&mut shell::cargo(&[
        "fmt",
        "--check",
        "--manifest-path",
        &manifest,
    ]))?;
    let mut command = cargo(name, "clippy");
    command
        .arg("--target-dir")
        .arg(shell::target()?.join("modules-build"));
    shell::run(command.args(["--all-targets", "--", "-D", "warnings"]))
}

fn cargo(name: &str, verb: &str) -> Command {
    shell::cargo(&[
        verb,
        "--quiet",
        "--locked",
        "--manifest-path",
        &manifest(name),
    ])
}

fn manifest(name: &str) -> String {
    format!("modules/{name}/Cargo.toml")
}

/// Adds the target where the compiler lacks it. rustup does so by itself, as `rust-toolchain.toml` lists it, unless it
/// was told not to; another source of Rust may have no way to.
pub(crate) fn ensure_target() -> Result<()> {
    if !has_target()? {
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add", TARGET]);
        let added = shell::run(rustup.current_dir(shell::root()));
        if added.is_err() || !has_target()? {
            bail!("Rust can't build for {TARGET} yet: run `rustup target add {TARGET}`");
        }
    }
    Ok(())
}

fn has_target() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(shell::root());
    let libraries = shell::output(&mut command)?;
    Ok(Path::new(libraries.trim()).is_dir())
}
