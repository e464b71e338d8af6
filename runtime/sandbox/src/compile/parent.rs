//! The parent of the compiling process: feeds it, reads it, and kills it when it takes too long.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use steploom_types::{Error, Kind, limits::compile as limits};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{CPU_SECONDS, Patience, REFUSED};
use crate::config::CompilerCommand;

/// Compiling processes at once: each takes a core and up to its memory limit.
const PROCESSES_MAX: usize = 2;
/// Callers that wait for one; each holds a module in memory.
const WAITING_MAX: usize = 64;
/// Bytes of compiled code of one module: twenty times the largest module's bytes is far more than
/// was ever seen.
const CODE_BYTES_MAX: u64 = 1 << 30;
/// Bytes of what the child has to say.
const MESSAGE_BYTES_MAX: u64 = 8 * 1024;

/// Starts compiling processes, a bounded number at once.
#[derive(Debug)]
pub(crate) struct Compiler {
    command: CompilerCommand,
    running: Semaphore,
    places: Semaphore,
}

impl Compiler {
    pub(crate) fn new(command: CompilerCommand) -> Self {
        Self {
            command,
            running: Semaphore::new(PROCESSES_MAX),
            places: Semaphore::new(WAITING_MAX),
        }
    }

    /// Compiles a module. Dropping the future kills the process.
    ///
    /// # Errors
    /// `Invalid` when the module cannot be compiled within its limits, `Exhausted` when too many
    /// wait, `Unavailable` when the process cannot be started.
    pub(crate) async fn compile(
        &self,
        module: &Bytes,
        patience: Patience,
    ) -> Result<Vec<u8>, Error> {
        let _place = self.places.try_acquire().map_err(|_| {
            Error::new(
                Kind::Exhausted,
                "TooManyCompilations",
                format!("{WAITING_MAX} modules wait to be compiled already"),
            )
            .with_retry_after(10)
        })?;
        let _permit = self
            .running
            .acquire()
            .await
            .map_err(|_| Error::internal("the compilers' semaphore is closed"))?;
        timeout(patience.wall, self.run(module, patience))
            .await
            .unwrap_or_else(|_| Err(late(patience)))
    }

    async fn run(&self, module: &Bytes, patience: Patience) -> Result<Vec<u8>, Error> {
        let mut child = self.spawn(patience)?;
        let mut stdin = child.stdin.take().ok_or_else(no_pipe)?;
        let stdout = child.stdout.take().ok_or_else(no_pipe)?;
        let stderr = child.stderr.take().ok_or_else(no_pipe)?;
        let feed = async move {
            // A child that ended early says why by its exit.
            let _ = stdin.write_all(module).await;
            drop(stdin);
        };
        let ((), code, message) = tokio::join!(
            feed,
            read(stdout, CODE_BYTES_MAX),
            read(stderr, MESSAGE_BYTES_MAX)
        );
        let status = child.wait().await.map_err(Error::internal)?;
        let message = String::from_utf8_lossy(&message);
        if !status.success() {
            return Err(refuse(status, &message, patience));
        }
        if code.len() as u64 >= CODE_BYTES_MAX {
            return Err(over(&format!("{CODE_BYTES_MAX} bytes of code")));
        }
        Ok(code)
    }

    fn spawn(&self, patience: Patience) -> Result<Child, Error> {
        Command::new(&self.command.program)
            .args(&self.command.args)
            .env_clear()
            .env(CPU_SECONDS, patience.cpu_seconds.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| {
                Error::new(
                    Kind::Unavailable,
                    "CompilerUnavailable",
                    "this node cannot start its compiler right now",
                )
                .with_detail(format!("{}: {e}", self.command.program.display()))
            })
    }
}

/// Everything up to a limit; what the child writes beyond it breaks its pipe.
async fn read(from: impl AsyncRead + Unpin, bytes_max: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A broken pipe ends the text; the exit says the rest.
    let _ = from.take(bytes_max).read_to_end(&mut bytes).await;
    bytes
}

fn refuse(status: ExitStatus, message: &str, patience: Patience) -> Error {
    // The CPU limit ends the child by SIGXCPU or SIGKILL; memory that is refused by SIGABRT.
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    match (status.code(), status.signal()) {
        (Some(code), _) if code == i32::from(REFUSED) => Error::invalid(
            "ModuleNotCompilable",
            format!("the module cannot be compiled: {message}"),
        ),
        (_, Some(SIGXCPU | SIGKILL)) => over(&format!("{} s of CPU", patience.cpu_seconds)),
        (_, Some(SIGABRT)) => over(&format!("{} bytes of memory", limits::MEMORY_BYTES_MAX)),
        _ => Error::new(
            Kind::Unavailable,
            "CompilerFailed",
            "the compiler of this node failed; the log says why",
        )
        .with_detail(format!("{status}: {message}")),
    }
    .with_detail(format!("{status}: {message}"))
}

fn over(limit: &str) -> Error {
    Error::invalid(
        "CompileLimit",
        format!("compiling the module takes more than the limit of {limit}: make it smaller"),
    )
}

/// The CPU that it may have would have been enough for it to be refused: it did not get that in the time.
fn late(patience: Patience) -> Error {
    let message = format!(
        "compiling the module was not done within {} s of time, because this node is busy or the module is large: upload it \
         again when the node has less to do, or make it smaller",
        patience.wall.as_secs_f64()
    );
    Error::invalid("CompileLimit", message)
}

fn no_pipe() -> Error {
    Error::internal("a compiling process without pipes")
}

#[cfg(test)]
mod tests;
