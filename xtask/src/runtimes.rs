//! `cargo xtask runtimes`: builds the runtimes of languages, those that changed since the last time.
//!
//! A server that `cargo run` starts finds them in cargo's target folder.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::modules::{rust, stamp, zig};
use crate::shell;

/// A runtime: a crate of its own.
struct Runtime {
    /// What functions call it.
    name: &'static str,
    /// The crate's folder.
    folder: &'static str,
    /// The folder of the crate of its tests, from there, and the variable that tells them where the module is.
    tests: (&'static str, &'static str),
    /// A file that is read before each of its sources in C, which Zig compiles; none if it has no C.
    before_c: Option<&'static str>,
    /// Whether it takes so long to build that the tests do without it where nobody has built it.
    is_slow: bool,
}

const RUNTIMES: [Runtime; 2] = [
    Runtime {
        name: "javascript",
        folder: "sdk/javascript/runtime",
        tests: ("tests", "STEPLOOM_JAVASCRIPT"),
        before_c: Some("libc.h"),
        is_slow: false,
    },
    Runtime {
        name: "python",
        folder: "sdk/python/runtime",
        tests: (".", "STEPLOOM_PYTHON_MODULE"),
        before_c: None,
        is_slow: true,
    },
];

/// Where they are built to.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(shell::target()?.join("runtimes"))
}

/// `cargo xtask runtimes`: builds, then says what is there, and tests it if that is wanted.
pub(crate) fn run(out: Option<PathBuf>, is_tested: bool) -> Result<()> {
    let out = match out {
        Some(out) => std::path::absolute(out)?,
        None => folder()?,
    };
    build(&out, is_tested, |_| true)
}

/// Builds those that the tests need: a slow one only where it was built before, or where
/// `STEPLOOM_LANGUAGES_REQUIRED` is set.
pub(crate) fn ensure() -> Result<()> {
    let out = folder()?;
    let is_required = env::var_os("STEPLOOM_LANGUAGES_REQUIRED").is_some();
    build(&out, false, |runtime| {
        !runtime.is_slow || is_required || has(runtime.name)
    })
}

/// Whether a runtime is there.
pub(crate) fn has(name: &str) -> bool {
    folder().is_ok_and(|folder| folder.join(format!("{name}.wasm")).is_file())
}

/// Whether a language has a runtime, rather than a compiler.
pub(crate) fn is_of(language: &str) -> bool {
    RUNTIMES.iter().any(|runtime| runtime.name == language)
}

fn build(out: &Path, is_tested: bool, is_wanted: impl Fn(&Runtime) -> bool) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("can't make {}", out.display()))?;
    let scratch = shell::target()?.join("runtimes-build");
    fs::create_dir_all(&scratch).with_context(|| format!("can't make {}", scratch.display()))?;
    let lock = File::create(scratch.join("xtask.lock"))?;
    lock.lock()
        .with_context(|| format!("can't lock {}", scratch.display()))?;
    for runtime in RUNTIMES.iter().filter(|runtime| is_wanted(runtime)) {
        let built = ensure_built(runtime, &scratch, out)
            .with_context(|| format!("can't build the runtime of {}", runtime.name))?;
        println!("{}", built.display());
        if is_tested {
            test(runtime, &built)?;
        }
    }
    Ok(())
}

/// Runs the tests of one that is built.
fn test(runtime: &Runtime, built: &Path) -> Result<()> {
    let (folder, variable) = runtime.tests;
    let mut command = shell::cargo(&["test", "--locked", "--target-dir"]);
    command
        .arg(shell::target()?.join("runtimes-build"))
        .current_dir(shell::root().join(runtime.folder).join(folder));
    shell::run(command.env(variable, built))
}

/// Checks their format and lints.
pub(crate) fn lint() -> Result<()> {
    for runtime in &RUNTIMES {
        shell::run(cargo(runtime, "fmt").arg("--check"))?;
        let mut command = wasm(runtime, "clippy")?;
        command
            .arg("--target-dir")
            .arg(shell::target()?.join("runtimes-build"));
        shell::run(command.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn ensure_built(runtime: &Runtime, scratch: &Path, out: &Path) -> Result<PathBuf> {
    let Runtime { name, folder, .. } = runtime;
    let path = out.join(format!("{name}.wasm"));
    let stamp_path = out.join(format!("{name}.stamp"));
    let stamp = stamp::of(std::iter::once(shell::root().join(folder)))?;
    if path.is_file() && fs::read_to_string(&stamp_path).is_ok_and(|old| old == stamp) {
        return Ok(path);
    }
    eprintln!("building the runtime of {name}, which takes some minutes");
    let mut command = wasm(runtime, "build")?;
    command.args(["--release", "--target-dir"]).arg(scratch);
    shell::run(&mut command)?;
    let built = scratch
        .join(rust::TARGET)
        .join("release")
        .join(format!("{name}.wasm"));
    let fresh = out.join(format!(".{name}.wasm"));
    fs::copy(&built, &fresh)?;
    fs::rename(&fresh, &path)?;
    fs::write(&stamp_path, stamp)?;
    Ok(path)
}

/// Cargo for the module, with what compiles the sources in C.
fn wasm(runtime: &Runtime, verb: &str) -> Result<Command> {
    rust::ensure_target()?;
    let mut command = cargo(runtime, verb);
    command.args(["--locked", "--target", rust::TARGET]);
    // Flags for the host's linker and processor would be taken instead of the crate's own.
    command
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    if let Some(before) = runtime.before_c {
        let zig = zig::ensure_zig(&shell::target()?.join("modules-build"))?;
        let zig = zig.display();
        let before = shell::root().join(runtime.folder).join(before);
        command
            .env("CRATE_CC_NO_DEFAULTS", "1")
            .env("RQUICKJS_SYS_NO_WASI_SDK", "1")
            .env("CC_wasm32_wasip1", format!("{zig} cc"))
            .env("AR_wasm32_wasip1", format!("{zig} ar"))
            .env(
                "CFLAGS_wasm32_wasip1",
                format!(
                    "-target wasm32-wasi -O3 -fno-sanitize=all -DNDEBUG -include {}",
                    before.display()
                ),
            );
    }
    Ok(command)
}

/// Cargo in the crate's folder: its own settings are found from there.
fn cargo(runtime: &Runtime, verb: &str) -> Command {
    let mut command = shell::cargo(&[verb]);
    command.current_dir(shell::root().join(runtime.folder));
    command
}
