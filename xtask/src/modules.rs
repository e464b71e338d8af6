//! Builds the functions of `modules/` to WebAssembly, those that changed since the last time.
//!
//! `cargo xtask test`, the benchmarks and `steploom demo` (through `cargo xtask modules --json`)
//! take them from here. Several may ask at once: a lock lets one build at a time.

pub(crate) mod rust;
pub(crate) mod stamp;
pub(crate) mod zig;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::shell;

/// How a module is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// A crate of its own, for `wasm32-wasip1`.
    Rust,
    /// One Zig program, named as its folder.
    Zig,
}

/// A folder of `modules/` that becomes a function.
#[derive(Debug)]
pub(crate) struct Source {
    /// The folder's name, and the function's.
    pub(crate) name: &'static str,
    /// What compiles it.
    pub(crate) language: Language,
    /// Folders of `modules/` that it is built from besides its own.
    needs: &'static [&'static str],
}

/// Every module: a new one is a folder and a line here.
pub(crate) const SOURCES: [Source; 4] = [
    Source {
        name: "split",
        language: Language::Rust,
        needs: &["listing"],
    },
    Source {
        name: "count",
        language: Language::Rust,
        needs: &["listing"],
    },
    Source {
        name: "scripted",
        language: Language::Rust,
        needs: &[],
    },
    Source {
        name: "merge",
        language: Language::Zig,
        needs: &[],
    },
];

/// Libraries of `modules/` that become no function, but have tests.
pub(crate) const LIBRARIES: [&str; 1] = ["listing"];

/// A module that is there to be used.
#[derive(Debug, Serialize)]
pub(crate) struct Module {
    name: &'static str,
    path: PathBuf,
    bytes: u64,
    /// Whether it was built now, rather than found unchanged.
    built: bool,
}

/// `cargo xtask modules`: builds, then says what is there.
pub(crate) fn run(out: Option<PathBuf>, json: bool) -> Result<()> {
    let modules = build(out)?;
    if json {
        println!("{}", serde_json::to_string(&modules)?);
        return Ok(());
    }
    for Module {
        name,
        path,
        bytes,
        built,
    } in &modules
    {
        let what = if *built { "built" } else { "unchanged" };
        println!(
            "{name:8} {:>6} KiB  {what:9}  {}",
            bytes.div_ceil(1024),
            path.display()
        );
    }
    Ok(())
}

/// Builds what changed, and gives all modules.
pub(crate) fn build(out: Option<PathBuf>) -> Result<Vec<Module>> {
    let target = shell::target()?;
    let out = std::path::absolute(out.unwrap_or_else(|| target.join("modules")))?;
    fs::create_dir_all(&out).with_context(|| format!("can't make {}", out.display()))?;
    // Kept apart from the workspace's own builds, so that neither waits for the other.
    let scratch = target.join("modules-build");
    fs::create_dir_all(&scratch).with_context(|| format!("can't make {}", scratch.display()))?;
    let lock = File::create(scratch.join("xtask.lock"))?;
    lock.lock()
        .with_context(|| format!("can't lock {}", scratch.display()))?;
    SOURCES
        .iter()
        .map(|source| ensure_built(source, &scratch, &out))
        .collect()
}

/// The folder of a Zig that was installed for modules; none if the right one is on the PATH.
pub(crate) fn zig_folder() -> Result<Option<PathBuf>> {
    zig::folder(&shell::target()?.join("modules-build"))
}

/// Where the sources of modules are.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("modules")
}

/// Builds the module unless its stamp says that nothing changed.
fn ensure_built(source: &Source, scratch: &Path, out: &Path) -> Result<Module> {
    let name = source.name;
    let path = out.join(format!("{name}.wasm"));
    let stamp_path = out.join(format!("{name}.stamp"));
    let folders = std::iter::once(&name)
        .chain(source.needs)
        .map(|name| folder().join(name));
    let stamp = stamp::of(folders)?;
    let is_fresh = path.is_file() && fs::read_to_string(&stamp_path).is_ok_and(|old| old == stamp);
    if !is_fresh {
        eprintln!("building {name}");
        let wasm = match source.language {
            Language::Rust => rust::build(name, scratch),
            Language::Zig => zig::build(name, scratch),
        };
        let wasm = wasm.with_context(|| format!("can't build the module {name}"))?;
        // Renamed into place: who looks meanwhile sees the old one or the new one, whole.
        let fresh = out.join(format!(".{name}.wasm"));
        fs::copy(&wasm, &fresh)?;
        fs::rename(&fresh, &path)?;
        fs::write(&stamp_path, stamp)?;
    }
    let bytes = fs::metadata(&path)?.len();
    Ok(Module {
        name,
        path,
        bytes,
        built: !is_fresh,
    })
}

/// Runs the module's own tests, natively.
pub(crate) fn test(source: &Source, filter: Option<&str>) -> Result<()> {
    match source.language {
        Language::Rust => rust::test(source.name, filter),
        Language::Zig => zig::test(source.name, filter, &shell::target()?.join("modules-build")),
    }
}

/// Runs a library's own tests, natively.
pub(crate) fn test_library(name: &str, filter: Option<&str>) -> Result<()> {
    rust::test(name, filter)
}

/// Checks the format and lints of everything in `modules/`.
pub(crate) fn lint() -> Result<()> {
    for name in LIBRARIES {
        rust::lint(name)?;
    }
    for source in &SOURCES {
        match source.language {
            Language::Rust => rust::lint(source.name)?,
            Language::Zig => zig::lint(source.name, &shell::target()?.join("modules-build"))?,
        }
    }
    Ok(())
}

/// Checks the format and lints of one crate of `modules/`.
pub(crate) fn lint_crate(name: &str) -> Result<()> {
    rust::lint(name)
}

/// Checks the format of the Zig in one folder of `modules/`.
pub(crate) fn lint_zig(name: &str) -> Result<()> {
    zig::lint(name, &shell::target()?.join("modules-build"))
}
