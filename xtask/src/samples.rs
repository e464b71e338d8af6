//! `cargo xtask samples`: the projects of `modules/`, from their own tests to the answers of their machines.
//!
//! Every folder of `modules/` with a `steploom.toml` is deployed by the real program, which tests and builds it first.
//! Then its function and its machine have to answer as `tests/modules/cases.json` says, and the calls that its README
//! shows as it shows. Those that call a host have one on this computer. One whose toolchain is not here is skipped, and
//! that is said; with `STEPLOOM_LANGUAGES_REQUIRED` set it is an error.

mod host;
mod readme;
mod table;

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use self::host::Host;
use self::table::Sample;
use crate::languages::{Case, Tools, shortened};
use crate::service::Service;
use crate::{modules, shell};

/// The name of the volume that samples read, and where they find it.
const VOLUME: &str = "samples=/data";

/// Builds the server, and tries one sample or all of them.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    try_built(name)
}

/// The same with the server that `cargo build` has made. A sample that fails does not keep the rest from running.
pub(crate) fn try_built(only: Option<&str>) -> Result<()> {
    let host = Host::start()?;
    let mut samples = table::read(&host)?;
    if let Some(only) = only {
        samples.retain(|sample, _| sample == only);
        ensure!(!samples.is_empty(), "there is no sample '{only}'");
    } else {
        ensure_complete(&samples.keys().cloned().collect::<Vec<_>>())?;
    }
    let bench = Bench::set_up(host)?;
    let mut failed = Vec::new();
    for (name, sample) in samples {
        if let Some(missing) = bench.missing(&sample) {
            if env::var_os("STEPLOOM_LANGUAGES_REQUIRED").is_some() {
                failed.push(format!("{name}: the toolchain of {missing} is not here"));
            } else {
                eprintln!("SKIPPED: {name} is not tried: the toolchain of {missing} is not here");
            }
            continue;
        }
        let began = Instant::now();
        match bench.try_sample(&name, &sample) {
            Ok(calls) => eprintln!(
                "{name}: {calls} calls, {:.1} s",
                began.elapsed().as_secs_f64()
            ),
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    // What a toolchain still writes into its cache may keep a folder from going.
    let _ = fs::remove_dir_all(&bench.work);
    if !failed.is_empty() {
        bail!("{}", failed.join("\n  "));
    }
    Ok(())
}

/// The folders of `modules/` that are projects.
pub(crate) fn folders() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(modules::folder())? {
        let entry = entry?;
        if entry.path().join("steploom.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Every project has its cases, and all cases have their project.
fn ensure_complete(in_table: &[String]) -> Result<()> {
    let folders = folders()?;
    ensure!(
        folders == in_table,
        "modules/ has {folders:?}, and {} has {in_table:?}",
        table::PATH
    );
    Ok(())
}

/// A running server, and what projects are built with.
struct Bench {
    tools: Tools,
    ready: Vec<String>,
    service: Service,
    host: Host,
    work: PathBuf,
}

impl Bench {
    fn set_up(host: Host) -> Result<Self> {
        let tools = Tools::find()?;
        let data = shell::root().join("tests/modules/data");
        let volume = format!("samples={}", data.display());
        let work = shell::target()?.join(format!("tmp/samples-{}", std::process::id()));
        fs::create_dir_all(&work)?;
        Ok(Self {
            ready: tools.ready()?,
            tools,
            service: Service::start_with(
                "samples-server",
                &["--volume", &volume, "--egress-allow", "127.0.0.1"],
            )?,
            host,
            work,
        })
    }

    /// A language that it needs and that cannot be built here.
    fn missing<'a>(&self, sample: &'a Sample) -> Option<&'a str> {
        let mut needs = sample.needs.iter();
        needs
            .find(|need| !self.ready.contains(need))
            .map(String::as_str)
    }

    /// Tests, builds and deploys it, and looks at its answers; says how many there were.
    fn try_sample(&self, name: &str, sample: &Sample) -> Result<usize> {
        self.deploy(name, sample)?;
        let folder = modules::folder().join(name);
        let shown = readme::calls(&folder.join("README.md"), name, &self.host)?;
        for case in sample.invoke.iter().chain(&shown) {
            let (said, complaint) = self.ask(&["invoke", name, "--event-file"], case)?;
            case.check(&said, &complaint).with_context(|| of(case))?;
        }
        for case in &sample.start {
            let (said, _) = self.ask(&["start", name, "--wait", "--input-file"], case)?;
            table::check_execution(case, &said).with_context(|| of(case))?;
        }
        Ok(sample.invoke.len() + shown.len() + sample.start.len())
    }

    fn deploy(&self, name: &str, sample: &Sample) -> Result<()> {
        // Crates that several of them use are built once, and nothing of that is left in the checkout.
        let shared = shell::target()?.join("modules-build");
        let folder = Path::new("modules").join(name);
        let mut deploy = self.tools.command(&["deploy"]);
        deploy
            .arg(&folder)
            .args(["--test", "--endpoint", &self.service.url])
            .args(&sample.settings)
            .current_dir(shell::root());
        if sample.reads_files {
            deploy.args(["--volume", VOLUME]);
        }
        deploy
            .env("CARGO_BUILD_BUILD_DIR", &shared)
            .env("ZIG_LOCAL_CACHE_DIR", shared.join("zig"))
            // Flags for the host's linker and processor mean nothing to WebAssembly, or break it.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        shell::run(&mut deploy)
    }

    /// What the program prints when it is given the case's event: on standard output, and of errors.
    fn ask(&self, words: &[&str], case: &Case) -> Result<(String, String)> {
        let event = self.work.join("event.json");
        fs::write(&event, case.event.to_string())?;
        let mut command = self.tools.command(words);
        command
            .arg(&event)
            .args(["--json", "--endpoint", &self.service.url]);
        let answered = command.output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&answered.stdout), text(&answered.stderr)))
    }
}

fn of(case: &Case) -> String {
    format!("of {}", shortened(&case.event.to_string()))
}

/// Checks format and lints of those that have tools for it.
pub(crate) fn lint() -> Result<()> {
    for name in folders()? {
        let folder = modules::folder().join(&name);
        if folder.join("Cargo.toml").is_file() {
            modules::lint_crate(&name)?;
        } else if folder.join("build.zig").is_file() {
            modules::lint_zig(&name)?;
        }
    }
    Ok(())
}
