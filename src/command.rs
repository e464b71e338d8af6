//! One file a command; each has its `Args` and a `run` that says how it went.

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod demo;
pub(crate) mod deploy;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod function;
pub(crate) mod history;
pub(crate) mod invoke;
pub(crate) mod key;
pub(crate) mod kv;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod machine;
pub(crate) mod map_run;
pub(crate) mod new;
pub(crate) mod object;
pub(crate) mod pause;
pub(crate) mod redrive;
pub(crate) mod release;
pub(crate) mod resume;
pub(crate) mod schedule;
pub(crate) mod shard;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod stop;
pub(crate) mod tag;
pub(crate) mod task;
pub(crate) mod up;

use steploom_sdk::Client;
use steploom_types::Name;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::signal;
use crate::view::{Paint, out};

/// What every client command is given.
pub(crate) struct Context {
    /// The server.
    pub(crate) client: Client,
    /// Print JSON.
    pub(crate) json: bool,
    /// Colours of standard output.
    pub(crate) paint: Paint,
}

/// Does what was typed.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Completions(args) => completions::run(&args),
        Command::New(args) => new::run(&args, cli.json),
        Command::Doctor(args) => doctor::run(&args, cli.json),
        Command::Up(args) => up::run(*args, cli.json).await,
        Command::Key(args) if args.is_direct() => key::run_direct(args, cli.json).await,
        Command::Demo(args) => demo::run(args, cli.json).await,
        command => {
            let context = Context {
                client: client_of(&cli.endpoint, cli.api_key.as_deref())?,
                json: cli.json,
                paint: Paint::of_stdout(),
            };
            tokio::select! {
                result = client(command, &context) => result,
                () = signal::interrupted() => Err(Failure::interrupted()
                    .advise("what the server has accepted goes on; 'steploom list' shows it")),
            }
        }
    }
}

/// A client of the server that was named.
fn client_of(endpoint: &str, token: Option<&str>) -> Result<Client, Failure> {
    let client = Client::new(endpoint).and_then(|client| match token {
        Some(token) => client.with_api_key(token),
        None => Ok(client),
    });
    client.map_err(|error| match error {
        steploom_sdk::Error::Protocol { why } => Failure::usage(why),
        other => other.into(),
    })
}

/// The commands that talk to a server.
async fn client(command: Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Deploy(args) => deploy::run(args, context).await,
        Command::Dev(args) => dev::run(args, context).await,
        Command::Invoke(args) => invoke::run(args, context).await,
        Command::Start(args) => start::run(args, context).await,
        Command::Status(args) => status::run(args, context).await,
        Command::History(args) => history::run(args, context).await,
        Command::Stop(args) => stop::run(args, context).await,
        Command::Pause(args) => pause::run(args, context).await,
        Command::Resume(args) => resume::run(args, context).await,
        Command::Redrive(args) => redrive::run(args, context).await,
        Command::Release(args) => release::run(args, context).await,
        Command::List(args) => list::run(args, context).await,
        Command::Logs(args) => logs::run(args, context).await,
        Command::Function(args) => function::run(args, context).await,
        Command::Task(args) => task::run(args, context).await,
        Command::Activity(args) => activity::run(args, context).await,
        Command::Schedule(args) => schedule::run(args, context).await,
        Command::Object(args) => object::run(args, context).await,
        Command::Kv(args) => kv::run(args, context).await,
        Command::Connection(args) => connection::run(args, context).await,
        Command::Key(args) => key::run(args, context).await,
        Command::Audit(args) => audit::run(args, context).await,
        Command::MapRun(args) => map_run::run(args, context).await,
        Command::Shard(args) => shard::run(args, context).await,
        Command::Machine(args) => machine::run(args, context).await,
        Command::Completions(_)
        | Command::Doctor(_)
        | Command::New(_)
        | Command::Up(_)
        | Command::Demo(_) => {
            unreachable!("these need no server and were run before")
        }
    }
}

/// Says that a thing of the catalog is gone.
fn deleted(context: &Context, what: &str, name: &Name) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(&serde_json::json!({ "deleted": name }))?);
    }
    Ok(out::line(format!("deleted {what} {name}"))?)
}
