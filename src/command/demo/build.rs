//! Builds the demo's modules from the sources in the repository.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::view::live::Spinner;

/// The machine's file, in the repository and among what is built.
pub(super) const DEFINITION: &str = "word-count.asl.json";

/// Lines of the build's output that are shown when it fails.
const LAST_LINES: usize = 20;

/// The repository: the one that this program was built from, or the one around the current folder.
pub(super) fn checkout() -> Option<PathBuf> {
    let current = env::current_dir().unwrap_or_default();
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::iter::once(built_from)
        .chain(current.ancestors())
        .find(|folder| folder.join("modules").join(DEFINITION).is_file())
        .map(Path::to_owned)
}

/// Builds every module and puts it, with the definition, into a folder.
pub(super) async fn modules(checkout: Option<&Path>, data: &Path) -> Result<PathBuf, Failure> {
    let Some(checkout) = checkout else {
        let title = "the demo builds its functions from Steploom's sources, and they are not here";
        return Err(Failure::new(Exit::NotFound, "NoSources", title)
            .advise("run it inside a checkout of the repository")
            .advise("or start with 'steploom up' and 'steploom deploy' a module of your own"));
    };
    std::fs::create_dir_all(data)?;
    let modules = data.canonicalize()?.join("modules");
    let spinner = Spinner::new("building the demo's functions");
    match build(checkout, &modules, &spinner).await {
        Ok(()) => spinner.finish("built the demo's functions"),
        Err(failure) => {
            spinner.clear();
            return Err(failure);
        }
    }
    let from = checkout.join("modules").join(DEFINITION);
    std::fs::copy(&from, modules.join(DEFINITION))
        .map_err(|error| input::unreadable(&from, &error))?;
    Ok(modules)
}

async fn build(checkout: &Path, modules: &Path, spinner: &Spinner) -> Result<(), Failure> {
    let mut child = Command::new("cargo")
        // What `cargo xtask` is short for, less its `--quiet`: the first time it compiles for a
        // while, and says so.
        .args([
            "run",
            "--package",
            "xtask",
            "--",
            "modules",
            "--json",
            "--out",
        ])
        .arg(modules)
        .current_dir(checkout)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| cannot_start(&error))?;
    let last = watch(&mut child, spinner).await?;
    let status = child.wait().await?;
    if status.success() {
        return Ok(());
    }
    let title = format!("building the demo's functions failed\n{}", last.join("\n"));
    Err(
        Failure::new(Exit::Failed, "BuildFailed", title).advise(format!(
            "'cargo xtask modules' in {} shows the whole output",
            checkout.display()
        )),
    )
}

/// Shows each line of the build as it comes; gives the last ones. What it prints for programs is
/// read and dropped, so that it never waits for a reader.
async fn watch(child: &mut Child, spinner: &Spinner) -> io::Result<Vec<String>> {
    let mut last = Vec::new();
    let stdout = child.stdout.take();
    let drained = async {
        if let Some(mut stdout) = stdout {
            let mut rest = Vec::new();
            stdout.read_to_end(&mut rest).await?;
        }
        io::Result::Ok(())
    };
    let stderr = child.stderr.take();
    let shown = async {
        let Some(stderr) = stderr else {
            return Ok(());
        };
        let mut lines = BufReader::new(stderr).lines();
        while let Some(line) = lines.next_line().await? {
            spinner.detail(line.trim());
            if last.len() == LAST_LINES {
                last.remove(0);
            }
            last.push(line);
        }
        io::Result::Ok(())
    };
    tokio::try_join!(drained, shown)?;
    Ok(last)
}

fn cannot_start(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        "NoCargo",
        format!("cannot run cargo: {error}"),
    )
    .advise("the demo builds its functions from source: install Rust from https://rustup.rs")
}
