//! `demo`: the whole platform on one folder of yours, from source to result.
//!
//! Counts the words of a folder with three functions in a machine, through the HTTP API of a server
//! in this process. Killed at any moment, it goes on where it stopped when it is started again:
//! [`note`] keeps which folder the interrupted run read.

mod build;
mod measured;
mod note;
mod report;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde_json::json;
use steploom_api::wire::{
    Execution, ExecutionStatus, FunctionSettings, ListExecutions, StartExecution, VolumeMount,
};
use steploom_sdk::Client;
use steploom_types::{MachineName, Name, limits};

use self::measured::Measured;
use self::note::Note;
use super::{deploy, up};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging::{self, Format};
use crate::platform::{self, Options, Platform};
use crate::view::{Board, Paint, out};
use crate::{follow, input, signal};

/// The demo's functions, and whether each reads the folder.
const FUNCTIONS: [(&str, bool); 3] = [("split", true), ("count", true), ("merge", false)];
/// The demo's machine.
const MACHINE: &str = "word-count";
/// The name of the volume, and where its functions find it.
const VOLUME: (&str, &str) = ("input", "/input");
/// Where the demo listens if it can; the default endpoint of every client command.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// See it work: count the words of a folder with functions in a state machine
///
/// Builds three functions from source (two languages, two kinds), starts the platform in this
/// process, deploys them with a machine through the HTTP API, runs it on a folder and shows the
/// states live, the result, and where the time went.
///
/// Kill it in the middle and start it again: the execution goes on where it stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom demo
  steploom demo --input ~/notes --keep        and then look around: steploom list functions")]
pub(crate) struct Args {
    /// The folder whose words are counted [default: Steploom's own sources, else this folder]
    #[arg(long, value_name = "DIR")]
    input: Option<PathBuf>,

    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = ".steploom/demo")]
    data: PathBuf,

    /// Where to listen [default: 127.0.0.1:8080, or a free port if that is taken]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Go on serving after the result, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

/// Runs the demo.
pub(crate) async fn run(args: Args, json: bool) -> Result<(), Failure> {
    logging::start(Format::Text, "error");
    if let Some(note) = Note::load(&args.data)? {
        let resumed = resume(&args, &note, json).await?;
        Note::remove(&args.data)?;
        if resumed {
            return Ok(());
        }
    }
    let checkout = build::checkout();
    let folder = folder(&args, checkout.as_deref())?;
    let modules = build::modules(checkout.as_deref(), &args.data).await?;
    let (demo, platform) = start(&args, folder, json).await?;
    let played = until_told(async {
        demo.deploy(&modules).await?;
        let execution = demo.start().await?;
        demo.follow(&execution).await
    });
    finish(played.await, args.keep, platform).await
}

/// Goes on with the execution that an earlier demo was killed in; false if it has ended.
async fn resume(args: &Args, note: &Note, json: bool) -> Result<bool, Failure> {
    let folder = readable(&note.input).map_err(|failure| {
        failure
            .advise("an interrupted run of the demo reads this folder: bring it back")
            .advise("or begin afresh with another --data")
    })?;
    let (demo, platform) = start(args, folder, json).await?;
    let found = until_told(async { demo.interrupted(note).await }).await;
    let execution = match found {
        Ok(Some(execution)) => execution,
        Ok(None) => {
            stop(platform).await?;
            return Ok(false);
        }
        Err(failure) => return finish(Err(failure), false, platform).await.map(|()| true),
    };
    let played = until_told(async { demo.follow(&execution).await }).await;
    finish(played, args.keep, platform).await.map(|()| true)
}

async fn start(args: &Args, folder: PathBuf, json: bool) -> Result<(Demo, Platform), Failure> {
    let platform = platform::start(Options {
        data: args.data.clone(),
        listen: args.listen.unwrap_or_else(free_address),
        volumes: vec![(name(VOLUME.0)?, folder.clone())],
        runtimes: None,
        instances: None,
        database_url: None,
        objects: None,
        hosts: Vec::new(),
        log_days: platform::LOG_DAYS_DEFAULT,
        retention: steploom_worker::Retention::default(),
        data_limit_bytes_max: limits::DATA_LIMIT_BYTES_MAX as u32,
        egress: Vec::new(),
        function_hosts: Vec::new(),
        functions_domain: None,
        keys: platform::keys::Options::default(),
        node: None,
    })
    .await?;
    let url = up::reachable(platform.address());
    done(&format!(
        "serving on {url}, data in {}",
        args.data.display()
    ));
    let demo = Demo {
        client: Client::new(&url)?,
        url,
        folder,
        data: args.data.clone(),
        keep: args.keep,
        json,
    };
    Ok((demo, platform))
}

/// Does something until a signal comes.
async fn until_told<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        () = signal::stop_wanted() => Err(Failure::interrupted()
            .advise("'steploom demo' goes on where this stopped")),
    }
}

/// Ends the platform; before that, waits to be told if it is to be kept.
async fn finish(
    played: Result<(), Failure>,
    keep: bool,
    platform: Platform,
) -> Result<(), Failure> {
    if keep && played.is_ok() {
        signal::stop_wanted().await;
    }
    let stopped = stop(platform).await;
    played.and(stopped)
}

async fn stop(platform: Platform) -> Result<(), Failure> {
    tokio::select! {
        result = platform.stop() => Ok(result?),
        () = signal::stop_wanted() => Err(Failure::interrupted()),
    }
}

/// The folder to read.
fn folder(args: &Args, checkout: Option<&Path>) -> Result<PathBuf, Failure> {
    match (&args.input, checkout) {
        (Some(folder), _) => readable(folder),
        (None, Some(checkout)) => readable(checkout),
        (None, None) => readable(Path::new(".")),
    }
}

/// A folder's whole path.
fn readable(folder: &Path) -> Result<PathBuf, Failure> {
    let folder = folder
        .canonicalize()
        .map_err(|error| input::unreadable(folder, &error))?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let title = format!("{} is not a folder", folder.display());
    Err(Failure::usage(title))
}

/// The address that clients look at first, if nobody has it; else any.
fn free_address() -> SocketAddr {
    let mut address = LISTEN;
    if TcpListener::bind(address).is_err() {
        address.set_port(0);
    }
    address
}

/// A demo whose platform is up.
struct Demo {
    client: Client,
    url: String,
    folder: PathBuf,
    data: PathBuf,
    keep: bool,
    json: bool,
}

impl Demo {
    /// Shows an execution until its end, and reports.
    async fn follow(&self, execution: &Execution) -> Result<(), Failure> {
        let board = follow::to_end(&self.client, execution).await?;
        let ended = self.client.wait(execution.summary.id).await?;
        Note::remove(&self.data)?;
        let measured = Measured::parse(&self.client.metrics().await?);
        self.report(&ended, &board, &measured)?;
        follow::verdict(&ended)
    }

    /// The execution of an earlier demo, if it has not ended: by its id, or (if that demo was
    /// killed before it could note the id) the one that runs.
    async fn interrupted(&self, note: &Note) -> Result<Option<Execution>, Failure> {
        let noted = match note.execution {
            Some(id) => self.client.get_execution(id).await.ok(),
            None => self.running().await?,
        };
        let running = noted.filter(|one| one.summary.status == ExecutionStatus::Running);
        if let Some(execution) = &running {
            done(&format!(
                "an earlier demo was interrupted in execution {}: going on with it, on {}",
                execution.summary.id,
                self.folder.display()
            ));
        }
        Ok(running)
    }

    async fn running(&self) -> Result<Option<Execution>, Failure> {
        let list = ListExecutions {
            machine: Some(MachineName::Named(name(MACHINE)?)),
            status: Some(ExecutionStatus::Running),
            limit: Some(1),
            ..ListExecutions::default()
        };
        match self.client.list_executions(&list).await?.items.first() {
            Some(summary) => Ok(Some(self.client.get_execution(summary.id).await?)),
            None => Ok(None),
        }
    }

    /// Starts the machine. The note is there before the execution is, so that no instant is without
    /// it.
    async fn start(&self) -> Result<Execution, Failure> {
        let note = Note::new(&self.folder);
        note.save(&self.data)?;
        let start = StartExecution {
            version: None,
            name: None,
            input: json!({ "folder": VOLUME.1 }).into(),
            ..StartExecution::new(name(MACHINE)?)
        };
        let execution = self.client.start_execution(&start).await?.execution;
        note.with_execution(execution.summary.id).save(&self.data)?;
        done(&format!("started {MACHINE} on {}", self.folder.display()));
        Ok(execution)
    }

    async fn deploy(&self, modules: &Path) -> Result<(), Failure> {
        let mut said = Vec::new();
        for (function, reads) in FUNCTIONS {
            let mut settings = FunctionSettings::default();
            if reads {
                settings.volumes = vec![VolumeMount {
                    name: name(VOLUME.0)?,
                    path: VOLUME.1.to_owned(),
                }];
            }
            let path = modules.join(format!("{function}.wasm"));
            let uploaded =
                deploy::function(&self.client, &name(function)?, &path, &settings).await?;
            said.push(format!(
                "{function} ({})",
                super::function::kind(uploaded.latest.kind)
            ));
        }
        let path = modules.join(build::DEFINITION);
        deploy::machine(&self.client, &name(MACHINE)?, &path).await?;
        done(&format!(
            "deployed {} and the machine {MACHINE}",
            said.join(", ")
        ));
        Ok(())
    }

    fn report(&self, ended: &Execution, board: &Board, measured: &Measured) -> Result<(), Failure> {
        if self.json {
            return Ok(out::json(ended)?);
        }
        let paint = Paint::of_stdout();
        if let Some(output) = &ended.output {
            out::line(report::result(output, &self.folder, paint))?;
        }
        out::line(report::time(board, measured, paint))?;
        let next = report::Next {
            url: &self.url,
            data: &self.data,
            folder: &self.folder,
            execution: ended.summary.id,
            keep: self.keep,
        };
        Ok(out::line(next.text(paint))?)
    }
}

/// Says that a step is done, beside the result.
fn done(text: &str) {
    out::note(format!("{} {text}", Paint::of_stderr().green("✓")));
}

/// A name of the demo's own.
fn name(text: &str) -> Result<Name, Failure> {
    text.parse().map_err(|error: steploom_types::Error| {
        Failure::new(Exit::Failed, error.code, error.message)
    })
}
