//! Modules in Zig, and Zig itself: taken from PyPI when the right version is not on the PATH.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::shell;

/// The language still changes from one version to the next, so it is this one.
const VERSION: &str = "0.15.2";

/// The stack, in bytes; by default it would be 16 MiB of every instance's memory.
const STACK_BYTES: &str = "1048576";

/// Builds `modules/<name>/<name>.zig`, and says where its module is.
pub(super) fn build(name: &str, scratch: &Path) -> Result<PathBuf> {
    let wasm = scratch.join(format!("{name}.wasm"));
    let mut command = zig("build-exe", scratch)?;
    command.args(["-target", "wasm32-wasi", "-O", "ReleaseSmall", "-fstrip"]);
    command.args(["--stack", STACK_BYTES]);
    command
        .arg(format!("-femit-bin={}", wasm.display()))
        .arg(program(name));
    shell::run(&mut command)?;
    Ok(wasm)
}

/// Runs the program's tests on this machine.
pub(super) fn test(name: &str, filter: Option<&str>, scratch: &Path) -> Result<()> {
    let mut command = zig("test", scratch)?;
    if let Some(filter) = filter {
        command.args(["--test-filter", filter]);
    }
    shell::run(command.arg(program(name)))
}

/// Checks the program's format.
pub(super) fn lint(name: &str, scratch: &Path) -> Result<()> {
    let mut command = Command::new(ensure_zig(scratch)?);
    command.current_dir(shell::root());
    shell::run(command.args(["fmt", "--check", &format!("modules/{name}")]))
}

fn program(name: &str) -> String {
    format!("modules/{name}/{name}.zig")
}

/// Zig with its caches in `scratch`, so that nothing is left in the checkout.
fn zig(verb: &str, scratch: &Path) -> Result<Command> {
    fs::create_dir_all(scratch)?;
    let mut command = Command::new(ensure_zig(scratch)?);
    command.arg(verb).current_dir(shell::root());
    command.arg("--cache-dir").arg(scratch.join("zig"));
    command
        .arg("--global-cache-dir")
        .arg(scratch.join("zig-global"));
    Ok(command)
}

/// The folder of a Zig that was installed; none if the right one is on the PATH.
pub(super) fn folder(scratch: &Path) -> Result<Option<PathBuf>> {
    fs::create_dir_all(scratch)?;
    Ok(ensure_zig(scratch)?
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map(Path::to_path_buf))
}

/// Finds Zig on the PATH or in the cache, else installs it there.
pub(crate) fn ensure_zig(scratch: &Path) -> Result<PathBuf> {
    let on_path = PathBuf::from("zig");
    if is_right(&on_path) {
        return Ok(on_path);
    }
    let cache = cache(scratch);
    let home = cache.join(format!("ziglang-{VERSION}"));
    let zig = home
        .join("ziglang")
        .join(if cfg!(windows) { "zig.exe" } else { "zig" });
    if !is_right(&zig) {
        install(&cache, &home)?;
    }
    if !is_right(&zig) {
        bail!(
            "{} does not run as Zig {VERSION}: remove {} and try again",
            zig.display(),
            home.display()
        );
    }
    Ok(zig)
}

fn is_right(zig: &Path) -> bool {
    shell::output(Command::new(zig).arg("version")).is_ok_and(|version| version.trim() == VERSION)
}

/// Installs the PyPI package into a folder of its own and renames it, so that an interrupted
/// download leaves nothing that looks whole.
fn install(cache: &Path, home: &Path) -> Result<()> {
    eprintln!("installing Zig {VERSION} from PyPI into {}", home.display());
    let fresh = cache.join(format!("ziglang-{}.part", std::process::id()));
    let installed = pip(&fresh, &[]).or_else(|error| {
        // Debian guards the system's packages, which a folder of our own does not touch.
        let is_guarded = format!("{error:#}").contains("externally-managed");
        if is_guarded {
            pip(&fresh, &["--break-system-packages"])
        } else {
            Err(error)
        }
    });
    installed.with_context(|| {
        format!(
            "Zig {VERSION} is needed: install python3 with pip (on Debian or Ubuntu: apt install \
             python3-pip), or put zig {VERSION} on the PATH"
        )
    })?;
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::rename(&fresh, home).with_context(|| format!("can't make {}", home.display()))
}

fn pip(folder: &Path, more: &[&str]) -> Result<()> {
    let mut command = Command::new("python3");
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]);
    command
        .args(more)
        .arg("--target")
        .arg(folder)
        .arg(format!("ziglang=={VERSION}"));
    shell::output(&mut command).map(drop)
}

/// The user's cache, shared by checkouts; `scratch` when there is none that can be written.
fn cache(scratch: &Path) -> PathBuf {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let user =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    user.map(|user| user.join("steploom"))
        .filter(|cache| fs::create_dir_all(cache).is_ok() && can_write(cache))
        .unwrap_or_else(|| scratch.to_path_buf())
}

fn can_write(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, "").is_ok() && fs::remove_file(&probe).is_ok()
}
