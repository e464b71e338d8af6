//! `cargo xtask docs`: types what the pages in `docs/languages/` say, and looks at what is printed.
//!
//! Each page is a session in one shell, from an empty folder to a function that answers, against the real server. Which
//! blocks of a page are tried, and how, stands in CONTRIBUTING.md. A page whose toolchain is not on this computer is
//! skipped, and that is said; with `STEPLOOM_LANGUAGES_REQUIRED` set it is an error.

mod page;
mod printed;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use self::page::{Block, What};
use crate::languages::Tools;
use crate::service::Service;
use crate::{runtimes, shell};

/// Where the pages are.
const FOLDER: &str = "docs/languages";

/// How pages write the server's address: the one by default.
const ADDRESS: &str = "http://127.0.0.1:8080";

/// Lines of what a block printed that are shown when it fails.
const LINES_SHOWN: usize = 40;

/// Every page, and the languages whose toolchains it takes, as `steploom doctor` has them.
const PAGES: &[(&str, &[&str])] = &[
    ("javascript", &["javascript"]),
    ("python", &["python"]),
    ("rust", &["rust"]),
    ("go", &["go"]),
    ("zig", &["zig"]),
    ("c", &["c", "cpp"]),
    ("assemblyscript", &["assemblyscript"]),
    ("other", &["lua"]),
];

/// Builds the server, and tries one page or all of them.
pub(crate) fn run(page: Option<&str>) -> Result<()> {
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    runtimes::ensure()?;
    try_built(page)
}

/// The same with the server that `cargo build` has made. A page that fails does not keep the rest from running.
pub(crate) fn try_built(only: Option<&str>) -> Result<()> {
    ensure_complete()?;
    let is_wanted = |page: &str| only.is_none_or(|only| only == page);
    let pages: Vec<_> = PAGES.iter().filter(|(page, _)| is_wanted(page)).collect();
    ensure!(!pages.is_empty(), "there is no page of this name");
    let tools = Tools::find()?;
    let ready = tools.ready()?;
    let work = shell::target()?.join(format!("tmp/docs-{}", std::process::id()));
    let mut failed = Vec::new();
    for (page, languages) in pages {
        if let Some(missing) = missing(languages, &ready) {
            if env::var_os("STEPLOOM_LANGUAGES_REQUIRED").is_some() {
                failed.push(format!("{page}.md: {missing}"));
            } else {
                eprintln!("SKIPPED: {page}.md is not tried: {missing}");
            }
            continue;
        }
        let began = Instant::now();
        // A server for each, so that versions begin with 1.
        let service = Service::start("docs-server")?;
        let session = Session {
            tools: &tools,
            url: &service.url,
            folder: work.join(page),
        };
        match session.try_page(page, languages) {
            Ok(blocks) => eprintln!(
                "{page}.md: {blocks} blocks, {:.1} s",
                began.elapsed().as_secs_f64()
            ),
            Err(error) => failed.push(format!("{error:#}")),
        }
    }
    // What a toolchain still writes into its cache may keep a folder from going.
    let _ = fs::remove_dir_all(&work);
    if !failed.is_empty() {
        bail!("{}", failed.join("\n  "));
    }
    Ok(())
}

/// Every page is tried, and what is tried is a page.
fn ensure_complete() -> Result<()> {
    let mut found = Vec::new();
    for entry in fs::read_dir(shell::root().join(FOLDER))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem() {
            found.push(name.to_string_lossy().into_owned());
        }
    }
    found.sort();
    let mut known: Vec<_> = PAGES.iter().map(|(page, _)| *page).collect();
    known.sort_unstable();
    ensure!(
        found == known,
        "{FOLDER} has {found:?}, and xtask/src/docs.rs tries {known:?}"
    );
    Ok(())
}

/// Why the first of these languages that cannot be used here cannot be.
fn missing(languages: &[&str], ready: &[String]) -> Option<String> {
    languages.iter().find_map(|language| {
        if runtimes::is_of(language) && !runtimes::has(language) {
            return Some(format!(
                "'cargo xtask runtimes' has not built the runtime of {language}"
            ));
        }
        let is_ready = ready.iter().any(|ready| ready == language);
        (!is_ready).then(|| format!("the toolchain of {language} is not here"))
    })
}

/// A shell in a folder of its own.
struct Session<'a> {
    tools: &'a Tools,
    url: &'a str,
    folder: PathBuf,
}

impl Session<'_> {
    /// Types all of a page; says how many blocks that were.
    fn try_page(&self, page: &str, languages: &[&str]) -> Result<usize> {
        let path = format!("{FOLDER}/{page}.md");
        let text = fs::read_to_string(shell::root().join(&path))?;
        for language in languages {
            for install in self.tools.installs(language)? {
                // In a table, a pipe has a backslash.
                let is_said = text.replace("\\|", "|").contains(&install);
                ensure!(
                    is_said,
                    "{path}: 'steploom doctor' says '{install}', and the page does not"
                );
            }
        }
        let blocks = page::read(&text).with_context(|| path.clone())?;
        let home = self.folder.join("empty");
        fs::create_dir_all(&home)?;
        let script = self.folder.join("session.sh");
        fs::write(&script, self.script(&blocks)?)?;
        eprintln!("$ bash {path}");
        let ended = self.bash(&script, &home).status().context("bash")?;
        for block in &blocks {
            let at = format!("{path}:{}", block.line);
            if !self.file(block).exists() {
                bail!("{at}: the page's shell ended before ({ended})");
            }
            let is_last = !ended.success() && !self.has_next(&blocks, block);
            self.check(block, is_last).context(at)?;
        }
        ensure!(ended.success(), "{path}: its shell ended with {ended}");
        Ok(blocks.len())
    }

    /// Whether the shell came to the block behind this one.
    fn has_next(&self, blocks: &[Block], block: &Block) -> bool {
        let mut behind = blocks.iter().filter(|other| other.line > block.line);
        behind.next().is_some_and(|next| self.file(next).exists())
    }

    /// What belongs to a block: what it printed, what it writes, or what it has to show.
    fn file(&self, block: &Block) -> PathBuf {
        self.folder.join(format!("line-{}", block.line))
    }

    /// All blocks, one behind the other, for one shell that stops where a command fails.
    fn script(&self, blocks: &[Block]) -> Result<String> {
        let mut script = "set -e\n".to_owned();
        for block in blocks {
            let file = self.file(block);
            let spelt = file.display();
            match &block.what {
                What::Run { script: words, .. } => {
                    write!(script, "exec >'{spelt}' 2>&1\n{words}")?;
                }
                What::Write { path, text } => {
                    let source = self.folder.join(format!("text-{}", block.line));
                    fs::write(&source, text)?;
                    write!(
                        script,
                        "exec >'{spelt}' 2>&1\nmkdir -p \"$(dirname '{path}')\"\ncp '{}' '{path}'\n",
                        source.display()
                    )?;
                }
                What::Shows { path, .. } => {
                    writeln!(script, "cp '{path}' '{spelt}'")?;
                }
            }
        }
        Ok(script)
    }

    fn bash(&self, script: &Path, home: &Path) -> Command {
        let mut command = self.tools.bash();
        for (key, _) in env::vars_os() {
            if key.to_string_lossy().starts_with("STEPLOOM_") {
                command.env_remove(key);
            }
        }
        command
            .arg(script)
            .current_dir(home)
            .stdin(Stdio::null())
            .env("STEPLOOM_ENDPOINT", self.url)
            .env("CHECKOUT", shell::root())
            // Flags for the host's linker and processor mean nothing to WebAssembly, or break it.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR");
        command
    }

    /// Looks at what became of a block, in which the shell ended if it `is_last`.
    fn check(&self, block: &Block, is_last: bool) -> Result<()> {
        let found = fs::read_to_string(self.file(block))?.replace(self.url, ADDRESS);
        match &block.what {
            What::Run { prints, .. } => {
                ensure!(!is_last, "a command failed:\n{}", end_of(&found));
                if let Some(expected) = prints {
                    printed::compare(expected, &found)?;
                }
            }
            What::Write { path, .. } => {
                ensure!(!is_last, "can't write {path}: {}", end_of(&found));
            }
            What::Shows { path, text } => {
                let is_there = printed::is_part(text, &found);
                ensure!(is_there, "{path} has other lines than the page shows");
            }
        }
        Ok(())
    }
}

/// The last lines of a text.
fn end_of(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(LINES_SHOWN);
    lines[from..].join("\n")
}
