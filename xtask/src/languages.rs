//! `cargo xtask languages`: a project of every language, from `steploom new` to its answers.
//!
//! For each language whose toolchain is there, its helper is tested; then the real program makes a project, tests, builds
//! and deploys it, and the same events have the same answers in all of them (`tests/languages/greetings.json`). A language whose toolchain is not on this
//! computer is skipped, and that is said; with `STEPLOOM_LANGUAGES_REQUIRED` set it is an error. Zig is
//! installed where it is missing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Service;
use crate::{modules, shell};

/// Characters of the largest name that is greeted: an event of 5 MiB.
const LARGE: usize = 5 * 1024 * 1024;
/// Levels of the deepest event.
const LEVELS: usize = 100;

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

/// A language as `steploom doctor --json` shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    language: String,
    is_ready: bool,
}

/// An event, and what every language makes of it.
#[derive(Deserialize)]
struct Greeting {
    event: Value,
    #[serde(default)]
    result: Option<Value>,
    /// The name of the error.
    #[serde(default)]
    error: Option<String>,
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
    try_built(language)
}

/// The same with the server that `cargo build` has made. A language that fails does not keep the rest from
/// running.
pub(crate) fn try_built(only: Option<&str>) -> Result<()> {
    let tools = Tools::find()?;
    let mut languages: Vec<Language> = serde_json::from_str(&tools.output(&["doctor", "--json"])?)?;
    if let Some(only) = only {
        languages.retain(|one| one.language == only);
        ensure!(!languages.is_empty(), "there is no language '{only}'");
    }
    let service = Service::start("languages")?;
    let work = shell::target()?.join(format!("tmp/languages-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let mut failed = Vec::new();
    for Language { language, is_ready } in languages {
        if is_ready {
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
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// The program, and where its toolchains are.
struct Tools {
    steploom: PathBuf,
    path: OsString,
}

impl Tools {
    fn find() -> Result<Self> {
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

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.steploom);
        command.args(words).env("PATH", &self.path);
        command
    }

    fn output(&self, words: &[&str]) -> Result<String> {
        shell::output(&mut self.command(words))
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
        for greeting in greetings()? {
            self.greet(&name, work, url, &greeting)
                .with_context(|| format!("of {}", shortened(&greeting.event.to_string())))?;
        }
        Ok(())
    }

    fn greet(&self, name: &str, work: &Path, url: &str, greeting: &Greeting) -> Result<()> {
        let event = work.join("event.json");
        fs::write(&event, greeting.event.to_string())?;
        let mut invoke = self.command(&["invoke", name, "--json", "--endpoint", url]);
        let answered = invoke.arg("--event-file").arg(&event).output()?;
        let said = String::from_utf8_lossy(&answered.stdout);
        let complaint = String::from_utf8_lossy(&answered.stderr);
        let told = || format!("{} {}", shortened(&said), shortened(&complaint));
        if let Some(error) = &greeting.error {
            let problem: Value = serde_json::from_str(&complaint).with_context(told)?;
            ensure!(
                problem["error"] == **error,
                "{error} was expected: {}",
                told()
            );
            return Ok(());
        }
        let answer: Value = serde_json::from_str(&said).with_context(told)?;
        ensure!(
            Some(&answer["result"]) == greeting.result.as_ref(),
            "{}",
            told()
        );
        Ok(())
    }
}

/// The events of the table, and some that are too large for it.
fn greetings() -> Result<Vec<Greeting>> {
    let file = shell::root().join("tests/languages/greetings.json");
    let text =
        fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let mut greetings: Vec<Greeting> = serde_json::from_str(&text)?;
    let large = "x".repeat(LARGE);
    let deep = (0..LEVELS).fold(json!(null), |inner, _| json!([inner]));
    for (event, name) in [
        (json!({"name": large}), large.as_str()),
        (json!({"name": "Ada", "deep": deep}), "Ada"),
    ] {
        greetings.push(Greeting {
            event,
            result: Some(json!({"greeting": format!("Hello, {name}!")})),
            error: None,
        });
    }
    Ok(greetings)
}

fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
