//! `cargo xtask languages`: a project of every language, from `steploom new` to its answers.
//!
//! For each language whose toolchain is there, its helper is tested; then the real program makes a project, tests, builds
//! and deploys it, and the same events have the same answers in all of them, first of the project as it is, then of one whose handler does
//! as it is told, good and bad, and calls back, with grants and without (`tests/languages`). A language whose toolchain is not on this
//! computer is skipped, and that is said; with `STEPLOOM_LANGUAGES_REQUIRED` set it is an error. Zig is
//! installed where it is missing.

mod case;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

pub(crate) use self::case::{Case, shortened};
use crate::service::Service;
use crate::{modules, runtimes, shell};

/// What runs the tests of a language's helper, in `sdk/LANGUAGE/function`. Those of Go's are among its client's.
fn helper_tests(language: &str) -> &'static [&'static [&'static str]] {
    match language {
        "rust" => &[
            &["cargo", "test", "--locked"],
            &[
                "cargo",
                "test",
                "--locked",
                "--manifest-path",
                "../macro/Cargo.toml",
            ],
        ],
        "zig" => &[&["zig", "test", "tests.zig"]],
        "c" => &[&["zig", "run", "tests.c", "-lc"]],
        "cpp" => &[&[
            "zig",
            "run",
            "-lc++",
            "-cflags",
            "-std=c++23",
            "-I../../c/function",
            "--",
            "tests.cpp",
        ]],
        "assemblyscript" => &[
            &["npm", "install", "--no-audit", "--no-fund"],
            &["npm", "test"],
        ],
        _ => &[],
    }
}

/// What probes are deployed with, so that bad ones end soon.
const LIMITS: [&str; 4] = ["--timeout-ms", "1000", "--memory", "32MiB"];
/// What `calls.json` has the probes start, use and read.
const CALLS: &str = "calls";
/// A variable of the probes' own.
const VARIABLE: &str = "COLOR=\"blue\" 🚀";

/// A language as `steploom doctor --json` shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    #[serde(rename = "language")]
    name: String,
    is_ready: bool,
    tools: Vec<Tool>,
}

/// A program of a language's toolchain.
#[derive(Deserialize)]
struct Tool {
    /// What installs it, if it is missing.
    #[serde(default)]
    install: Option<String>,
}

/// Checks format and lints of the crates that are copied into projects.
pub(crate) fn lint() -> Result<()> {
    for name in ["function", "macro"] {
        let manifest = format!("sdk/rust/{name}/Cargo.toml");
        let of = ["--manifest-path", &manifest];
        shell::run(shell::cargo(&["fmt", "--check"]).args(of))?;
        let mut clippy = shell::cargo(&["clippy", "--locked", "--all-targets"]);
        shell::run(clippy.args(of).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Builds the server, and tries one language or all of them.
pub(crate) fn run(language: Option<&str>) -> Result<()> {
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    runtimes::ensure()?;
    try_built(language)
}

/// The same with the server that `cargo build` has made. A language that fails does not keep the rest from
/// running.
pub(crate) fn try_built(only: Option<&str>) -> Result<()> {
    let tools = Tools::find()?;
    let mut languages = tools.languages()?;
    if let Some(only) = only {
        languages.retain(|one| one.name == only);
        ensure!(!languages.is_empty(), "there is no language '{only}'");
    }
    let service = Service::start("languages")?;
    let work = shell::target()?.join(format!("tmp/languages-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    tools.prepare_calls(&work, &service.url)?;
    let mut failed = Vec::new();
    for Language {
        name: language,
        is_ready,
        ..
    } in languages
    {
        if runtimes::is_of(&language) && !runtimes::has(&language) {
            eprintln!(
                "SKIPPED: functions in {language} are not tried: 'cargo xtask runtimes' has not built its runtime"
            );
        } else if is_ready {
            if let Err(error) = tools.try_language(&language, &work, &service.url) {
                failed.push(format!("{language}: {error:#}"));
            }
        } else if env::var_os("STEPLOOM_LANGUAGES_REQUIRED").is_some() {
            failed.push(format!("{language}: its toolchain is not here"));
        } else {
            eprintln!(
                "SKIPPED: functions in {language} are not tried: their toolchain is not here"
            );
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\n  "));
    }
    // What a toolchain still writes into its cache may keep a folder from going.
    let _ = fs::remove_dir_all(&work);
    Ok(())
}

/// The program, and where its toolchains are.
pub(crate) struct Tools {
    steploom: PathBuf,
    path: OsString,
}

impl Tools {
    /// Those on the search path, and Zig, which is installed where it is missing.
    pub(crate) fn find() -> Result<Self> {
        let target = shell::target()?;
        // What a person has installed goes before what we have.
        let own = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<_> = env::split_paths(&own).collect();
        folders.extend(modules::zig_folder()?);
        Ok(Self {
            steploom: target.join("debug/steploom"),
            path: env::join_paths(folders).context("the search path cannot be longer")?,
        })
    }

    /// A shell that has the program and its toolchains on its search path.
    pub(crate) fn bash(&self) -> Command {
        let mut command = Command::new("bash");
        let mut path: OsString = self.steploom.parent().map(Into::into).unwrap_or_default();
        path.push(":");
        path.push(&self.path);
        command.env("PATH", path);
        command
    }

    /// The program, with these words.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.steploom);
        command.args(words).env("PATH", &self.path);
        command
    }

    fn output(&self, words: &[&str]) -> Result<String> {
        shell::output(&mut self.command(words))
    }

    /// The languages whose toolchains are there.
    pub(crate) fn ready(&self) -> Result<Vec<String>> {
        let languages = self.languages()?.into_iter();
        let ready = languages.filter(|language| language.is_ready);
        Ok(ready.map(|ready| ready.name).collect())
    }

    /// What installs the toolchain of a language where none of it is on the search path.
    pub(crate) fn installs(&self, language: &str) -> Result<Vec<String>> {
        let mut doctor = self.command(&["doctor", "--json"]);
        let said = shell::output(doctor.env("PATH", ""))?;
        let languages: Vec<Language> = serde_json::from_str(&said)?;
        let of = languages.into_iter().filter(|of| of.name == language);
        Ok(of
            .flat_map(|of| of.tools)
            .filter_map(|tool| tool.install)
            .collect())
    }

    fn languages(&self) -> Result<Vec<Language>> {
        Ok(serde_json::from_str(&self.output(&["doctor", "--json"])?)?)
    }

    /// Makes, tests, builds and deploys a project, and looks at its answers.
    fn try_language(&self, language: &str, work: &Path, url: &str) -> Result<()> {
        let helper = shell::root().join(format!("sdk/{language}/function"));
        for words in helper_tests(language) {
            let mut test = Command::new(words[0]);
            test.args(&words[1..]).current_dir(&helper);
            shell::run(
                test.env("PATH", &self.path)
                    .env("ZIG_LOCAL_CACHE_DIR", work.join("zig")),
            )?;
        }
        let name = format!("hello-{language}");
        let mut new = self.command(&["new", &name, "--lang", language]);
        shell::run(new.current_dir(work))?;
        let mut deploy = self.command(&["deploy", &name, "--test", "--endpoint", url]);
        shell::run(deploy.current_dir(work))?;
        self.ask_all(&name, work, url, &case::greetings()?)?;
        self.try_probe(language, work, url)
    }

    /// Makes a project whose handler does as it is told, and looks at what becomes of that.
    fn try_probe(&self, language: &str, work: &Path, url: &str) -> Result<()> {
        let name = format!("probe-{language}");
        let mut new = self.command(&["new", &name, "--lang", language]);
        shell::run(new.current_dir(work))?;
        let handler = shell::root().join("tests/languages").join(language);
        copy(&handler, &work.join(&name))?;
        let mut deploy = self.command(&["deploy", &name, "--endpoint", url]);
        shell::run(deploy.args(LIMITS).current_dir(work))?;
        self.ask_all(&name, work, url, &case::probes()?)?;
        self.try_calls(language, work, url)
    }

    /// Has the probe call back, with what it was deployed with, which is no grant, then with a grant of each kind.
    fn try_calls(&self, language: &str, work: &Path, url: &str) -> Result<()> {
        let name = format!("probe-{language}");
        let cases = case::calls(language)?;
        let denied: Vec<_> = cases.iter().filter_map(Case::denied).collect();
        self.ask_all(&name, work, url, &denied)
            .context("without grants")?;
        let mut deploy = self.command(&["deploy", &name, "--endpoint", url, "--env", VARIABLE]);
        deploy.args(LIMITS);
        for grant in [
            format!("invoke=hello-{language}"),
            format!("start={CALLS}"),
            format!("objects={CALLS}"),
            format!("keyvalue={CALLS}"),
            "config".to_owned(),
            "tasks".to_owned(),
        ] {
            deploy.args(["--grant", &grant]);
        }
        shell::run(deploy.current_dir(work))?;
        self.ask_all(&name, work, url, &cases)
            .context("with grants")
    }

    /// Makes the machine and the bucket of the calls back.
    fn prepare_calls(&self, work: &Path, url: &str) -> Result<()> {
        let machine = shell::root().join(format!("tests/languages/{CALLS}.asl.json"));
        let mut deploy = self.command(&["deploy", "--endpoint", url]);
        shell::run(deploy.arg(&machine))?;
        let mut put = self.command(&[
            "object",
            "put",
            &format!("{CALLS}/machine"),
            "--endpoint",
            url,
        ]);
        shell::run(put.arg(&machine).current_dir(work))
    }

    fn ask_all(&self, name: &str, work: &Path, url: &str, cases: &[Case]) -> Result<()> {
        for case in cases {
            let event = work.join("event.json");
            fs::write(&event, case.event.to_string())?;
            let mut invoke = self.command(&["invoke", name, "--json", "--endpoint", url]);
            let answered = invoke.arg("--event-file").arg(&event).output()?;
            let said = String::from_utf8_lossy(&answered.stdout);
            let complaint = String::from_utf8_lossy(&answered.stderr);
            let of = || format!("of {}", case::shortened(&case.event.to_string()));
            case.check(&said, &complaint).with_context(of)?;
        }
        Ok(())
    }
}

/// Copies the files of a folder over those of another.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("can't read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
