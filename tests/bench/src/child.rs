//! A server as a process of its own: started on a free port, watched, stopped by its process id.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a server may take to say where it listens, and to end when it is asked to.
const START_MAX: Duration = Duration::from_mins(1);
/// See [`START_MAX`].
const STOP_MAX: Duration = Duration::from_mins(1);

/// What Linux counts CPU time in where it shows it: `USER_HZ`, 100 a second on every architecture
/// that this runs on.
const TICK: Duration = Duration::from_millis(10);

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pid: Pid,
    address: SocketAddr,
    /// Kept so that the server can go on writing there.
    _stdout: Lines<BufReader<ChildStdout>>,
}

/// The line by which a server says where it listens.
#[derive(Deserialize)]
struct Serving {
    url: String,
}

impl Server {
    /// Starts a server that prints one JSON line with its `url` once it serves.
    pub(crate) async fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("can't start {}", command.as_std().get_program().display()))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id as i32));
        let stdout = child.stdout.take().context("a server without an output")?;
        let mut stdout = BufReader::new(stdout).lines();
        let line = timeout(START_MAX, stdout.next_line())
            .await
            .context("the server did not start in time")??
            .context("the server ended before it served")?;
        Ok(Self {
            child,
            pid: pid.context("the server has no process id")?,
            address: address(&line)?,
            _stdout: stdout,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// CPU time that the process has used, in user and kernel mode, without its children's.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.pid.as_raw_nonzero());
        let stat = fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
        let ticks = cpu_ticks(&stat).with_context(|| format!("{path} is not as expected"))?;
        Ok(TICK * ticks)
    }

    /// Bytes of memory that it has in RAM now, and the most that it has had.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
        memory(&status).with_context(|| format!("{path} is not as expected"))
    }

    /// Ends it as a power cut would, without a word, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("can't kill the server")
    }

    /// Asks it to end and waits for that.
    pub(crate) async fn stop(mut self) -> Result<()> {
        kill_process(self.pid, Signal::TERM).context("can't stop the server")?;
        if timeout(STOP_MAX, self.child.wait()).await.is_err() {
            bail!("the server did not stop within {} s", STOP_MAX.as_secs());
        }
        Ok(())
    }
}

/// What a process has in RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Bytes now.
    pub(crate) resident_bytes: u64,
    /// The most bytes so far.
    pub(crate) resident_bytes_max: u64,
}

/// `VmRSS` and `VmHWM` of `/proc/PID/status`, which are in KiB.
fn memory(status: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    };
    Some(Memory {
        resident_bytes: bytes("VmRSS:")?,
        resident_bytes_max: bytes("VmHWM:")?,
    })
}

fn address(line: &str) -> Result<SocketAddr> {
    let wrong = || format!("the server did not say where it listens, but: {line}");
    let serving: Serving = serde_json::from_str(line).with_context(wrong)?;
    let address = serving.url.strip_prefix("http://").with_context(wrong)?;
    address.trim_end_matches('/').parse().with_context(wrong)
}

/// `utime` + `stime` of `/proc/PID/stat` (proc_pid_stat(5): fields 14 and 15; the second, the
/// program's name, may hold spaces and parentheses).
fn cpu_ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests;
