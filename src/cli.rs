//! What can be typed: the options that every command has, and the commands.

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{Parser, Subcommand};

use crate::command;
use crate::exit;

/// Where a server listens if nobody says otherwise.
pub(crate) const ENDPOINT_DEFAULT: &str = "http://127.0.0.1:8080";

/// The colours of the help.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Getting started:
  steploom demo                                 see it work: counts the words of a folder
  steploom up                                   serve on http://127.0.0.1:8080, data in ./.steploom
  steploom new hello --lang go                  make a project of a function
  steploom deploy hello                         build it and upload it; or a .wasm of your own
  steploom invoke hello '{\"name\": \"Ada\"}'       call it
  steploom deploy order.asl.json                upload a state machine
  steploom start order --input-file order.json --follow
                                                run it and watch its states";

/// Steploom runs functions compiled to WebAssembly, each call in a fresh sandbox, and chains them
/// into durable step functions written in Amazon States Language.
///
/// `steploom up` is the whole platform in one process. Every other command is a client of its HTTP
/// API: a FUNCTION is a WebAssembly module under a name, a MACHINE is a definition of states under
/// a name, an EXECUTION is one run of a machine. What the server has accepted survives a crash.
#[derive(Debug, Parser)]
#[command(
    name = "steploom",
    version,
    styles = STYLES,
    after_help = AFTER_HELP,
    after_long_help = format!("{AFTER_HELP}\n\n{}", exit::HELP),
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// Where the server is, for the commands that talk to one
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "STEPLOOM_ENDPOINT",
        default_value = ENDPOINT_DEFAULT,
        help_heading = "Everywhere"
    )]
    pub(crate) endpoint: String,

    /// The token of an API key, for a server that has keys
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "STEPLOOM_API_KEY",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub(crate) api_key: Option<String>,

    /// Print JSON for programs: one document, or one a line where there is a stream
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,

    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands, in the order in which the help lists them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(command::demo::Args),
    Up(Box<command::up::Args>),
    New(command::new::Args),
    Deploy(command::deploy::Args),
    Dev(command::dev::Args),
    Invoke(command::invoke::Args),
    Start(command::start::Args),
    Status(command::status::Args),
    History(command::history::Args),
    Stop(command::stop::Args),
    Pause(command::pause::Args),
    Resume(command::resume::Args),
    Redrive(command::redrive::Args),
    Release(command::release::Args),
    List(command::list::Args),
    Logs(command::logs::Args),
    Function(command::function::Args),
    Machine(command::machine::Args),
    Task(command::task::Args),
    Activity(command::activity::Args),
    Schedule(command::schedule::Args),
    Object(command::object::Args),
    Kv(command::kv::Args),
    Connection(command::connection::Args),
    Key(command::key::Args),
    Audit(command::audit::Args),
    MapRun(command::map_run::Args),
    Shard(command::shard::Args),
    Doctor(command::doctor::Args),
    Completions(command::completions::Args),
}

#[cfg(test)]
mod tests;
