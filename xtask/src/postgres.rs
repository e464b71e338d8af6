//! Postgres for the tests: installed where a package manager offers it and we may, else said to be
//! missing. Tests start servers of their own from its programs; none is left running here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell;

/// A package manager, and how it installs the server without questions.
struct Manager {
    program: &'static str,
    steps: &'static [&'static [&'static str]],
    /// Whether it must be run as root. Homebrew must not.
    as_root: bool,
}

const MANAGERS: [Manager; 4] = [
    Manager {
        program: "apt-get",
        // The common part comes first, so that it can be told not to start a server.
        steps: &[
            &["update"],
            &[
                "install",
                "-y",
                "--no-install-recommends",
                "postgresql-common",
            ],
            &["install", "-y", "--no-install-recommends", "postgresql"],
        ],
        as_root: true,
    },
    Manager {
        program: "dnf",
        steps: &[&["install", "-y", "postgresql-server"]],
        as_root: true,
    },
    Manager {
        program: "apk",
        steps: &[&["add", "postgresql"]],
        as_root: true,
    },
    Manager {
        program: "brew",
        steps: &[&["install", "postgresql"]],
        as_root: false,
    },
];

/// Debian makes and starts a server with the package, unless this file says otherwise.
const DEBIAN_SETTINGS: &str = "/etc/postgresql-common/createcluster.conf";

/// Installs Postgres if there is none. Whether there is one now.
pub(crate) fn ensure() -> bool {
    if is_there() {
        return true;
    }
    let is_root = shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let offered = MANAGERS.iter().find(|manager| in_path(manager.program));
    let Some(manager) = offered.filter(|manager| manager.as_root == is_root) else {
        say_missing("it cannot be installed from here");
        return false;
    };
    for step in manager.steps {
        if let Err(error) = shell::run(Command::new(manager.program).args(*step)) {
            say_missing(&format!("{error:#}"));
            return false;
        }
        start_nothing();
    }
    if !is_there() {
        say_missing("it was installed, but its programs are in none of the usual places");
    }
    is_there()
}

fn start_nothing() {
    let settings = Path::new(DEBIAN_SETTINGS);
    let Ok(text) = std::fs::read_to_string(settings) else {
        return;
    };
    if text
        .lines()
        .any(|line| line.trim() == "create_main_cluster = false")
    {
        return;
    }
    // A server that runs beside the tests is in nobody's way.
    let _ = std::fs::write(settings, format!("{text}\ncreate_main_cluster = false\n"));
}

fn say_missing(why: &str) {
    eprintln!(
        "warning: there is no Postgres ({why}), so what needs it is SKIPPED.\n\
         warning: install your system's package (postgresql), or name the folder of initdb in \
         STEPLOOM_POSTGRES_BIN."
    );
}

/// Where tests look, see `tests/support/postgres.rs`.
fn is_there() -> bool {
    let chosen = std::env::var_os("STEPLOOM_POSTGRES_BIN").map(PathBuf::from);
    let usual = [
        "/usr/lib/postgresql",
        "/usr/libexec",
        "/opt/homebrew/opt",
        "/usr/local/opt",
    ];
    let below = usual.iter().flat_map(|folder| {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path().join("bin")))
    });
    let mut folders = chosen.into_iter().chain(below);
    in_path("initdb") || folders.any(|folder| folder.join("initdb").is_file())
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
