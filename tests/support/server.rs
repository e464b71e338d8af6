//! A server of a test's own: the real program, on a free port, with a folder of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use super::wait::until;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_steploom");

/// Kills a process and removes a folder as soon as its standard input ends. A test's process holds
/// the other end, so whatever becomes of it, nothing is left behind.
const WATCHDOG: &str = r#"cat >/dev/null; kill -KILL "$1" 2>/dev/null; rm -rf "$2""#;

/// Lines of a server's log that are shown when its test fails.
const LOG_LINES_SHOWN: usize = 40;

/// A running server. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    /// Read to its end, so that the server never waits for a reader.
    _stdout: ChildStdout,
    address: SocketAddr,
    log: PathBuf,
    data: PathBuf,
    folder: Option<TempDir>,
    /// Its standard input ends with this process, which is how it learns of that.
    watchdog: Option<Child>,
}

impl Server {
    /// A server on a folder of its own, which goes with it.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let mut server = Self::start_on(&data, arguments);
        server.folder = Some(folder);
        server
    }

    /// A server that lives until the test's process ends, for many tests to share.
    pub(crate) fn start_for_all() -> Self {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let mut server = Self::start_on(&folder.join("data"), &[]);
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "sh", &server.pid().to_string()])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        server.watchdog = Some(watchdog);
        server
    }

    /// A server on a folder that stays.
    pub(crate) fn start_on(data: &Path, arguments: &[&str]) -> Self {
        Self::start_under(data, arguments, &[])
    }

    /// The same with more variables of its environment.
    pub(crate) fn start_under(
        data: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> Self {
        Self::try_start(data, arguments, environment).unwrap_or_else(|status| {
            panic!("{status}\n{}", tail(&data.with_extension("log")));
        })
    }

    /// The same where it may end before it serves.
    ///
    /// # Errors
    /// How it ended.
    pub(crate) fn try_start(
        data: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> Result<Self, ExitStatus> {
        let log = data.with_extension("log");
        let file = File::options().create(true).append(true).open(&log);
        let mut child = command()
            .args(["up", "--listen", "127.0.0.1:0", "--json", "--data"])
            .arg(data)
            .args(arguments)
            .envs(environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.expect("a log"))
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("reads");
        let Ok(served) = serde_json::from_str::<Value>(&line) else {
            return Err(child.wait().expect("waits"));
        };
        let url = served["url"].as_str().expect("a url");
        let address = url.strip_prefix("http://").expect("http").parse();
        Ok(Self {
            child,
            _stdout: stdout.into_inner(),
            address: address.expect("an address"),
            log,
            data: data.to_owned(),
            folder: None,
            watchdog: None,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it and those before it on its folder have said.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).expect("a log")
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Whether it runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("waits").is_none()
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        self.child.wait().expect("waits");
    }

    /// SIGTERM; gives how it ended and all that it wrote to standard error.
    pub(crate) fn terminate(mut self) -> (ExitStatus, String) {
        signal(self.pid(), rustix::process::Signal::TERM);
        let status = until("the server stops", || self.child.try_wait().expect("waits"));
        let mut said = String::new();
        File::open(&self.log)
            .and_then(|mut log| log.read_to_string(&mut said))
            .expect("a log");
        (status, said)
    }

    /// Bytes of memory that it holds.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.pid())).expect("reads");
        let pages = statm.split(' ').nth(1).expect("a second number");
        pages.parse::<u64>().expect("a number") * 4096
    }

    /// Files and connections that it has open, but for those of the store: how many of them there are is
    /// for its readers to say, who open more when several read at once.
    pub(crate) fn files_open(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.pid());
        let open = fs::read_dir(folder).expect("lists");
        let targets = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        let of_store = |target: &PathBuf| target.to_string_lossy().contains(".db");
        targets.filter(|target| !of_store(target)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if let Some(watchdog) = &mut self.watchdog {
            // An error means that it has ended already.
            let _ = watchdog.kill();
        }
        if thread::panicking() {
            eprintln!("the server's log:\n{}", tail(&self.log));
        }
    }
}

/// The program, without what the environment of the tests would tell it.
pub(crate) fn command() -> Command {
    let mut command = Command::new(PROGRAM);
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("STEPLOOM_") {
            command.env_remove(key);
        }
    }
    command
}

/// Sends a signal to a process of ours.
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.expect("a pid"), signal).expect("is there");
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}
