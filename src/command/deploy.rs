//! `deploy`: files become versions of functions and machines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use steploom_api::wire::{
    AllowedHost, Function, FunctionSettings, Machine, MachineType, OfAlias, Reuse, SetUrl, UrlAuth,
    VolumeMount,
};
use steploom_sdk::{Client, PutFunction};
use steploom_types::{Grant, Name};
use tokio::time::timeout;

use super::Context;
use crate::exit::Exit;
use crate::failure::{self, Failure, not_json};
use crate::project::{self, Language, Project, Upload};
use crate::view::{Paint, human, out};
use crate::{input, parse};

/// How long an upload may take before it is said why.
const QUIET_MAX: Duration = Duration::from_secs(3);
/// How the name of a function's file ends.
const FUNCTION_SUFFIX: &str = ".wasm";
/// How the name of a machine's file ends.
const MACHINE_SUFFIXES: [&str; 3] = [".asl.json", ".asl.yaml", ".asl.yml"];

/// Upload functions, built before if they need it, and state machines (.asl.json, .asl.yaml)
///
/// A folder with a steploom.toml, or with the files of a language ('steploom doctor' shows them), is built first.
/// A .wasm file becomes a version of a function, as does a program in JavaScript or Python (.js, .mjs, .py) or a
/// zip of either; a .asl.json or .asl.yaml file becomes a version of a machine. Of a folder every .wasm, .asl.json
/// and .asl.yaml file is uploaded, the functions first. The name is the file's, without its ending. The
/// same definition again makes no new version. A definition that is refused is shown with each
/// place that is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom deploy hello                       a project, as 'steploom new' makes one
  steploom deploy hello.js                    a program: its function 'handler' is called
  steploom deploy count.wasm --memory 64MiB --timeout-ms 5000 --volume input=/input
  steploom deploy order.asl.json --name order-v2
  steploom deploy quick.asl.json --type EXPRESS
  steploom deploy ./build")]
pub(crate) struct Args {
    /// A project's folder, a module, a program, a zip of one, a machine's definition, or a folder of them
    path: PathBuf,

    /// The language of a folder without steploom.toml, if its files do not tell
    #[arg(long = "lang", value_name = "LANG", value_parser = project::language())]
    language: Option<&'static Language>,

    /// Run the project's own tests first, and upload nothing if one fails
    #[arg(long)]
    test: bool,

    /// The function's or machine's name, if the file's will not do
    #[arg(long)]
    name: Option<Name>,

    /// The type of a machine: cannot be changed later [default: that it has, or standard]
    #[arg(long = "type", value_name = "TYPE", ignore_case = true)]
    machine_type: Option<Type>,

    /// Who may call the functions over HTTP, from now on: the address is shown [default: as it was, nobody at first]
    #[arg(long, value_enum, value_name = "WHO")]
    http: Option<Http>,

    #[command(flatten)]
    settings: Settings,
}

/// Who may call a function over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Http {
    /// Nobody
    Off,
    /// Who may invoke the function, by their key
    Account,
    /// Everybody
    Public,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Type {
    Standard,
    Express,
}

impl From<Type> for MachineType {
    fn from(machine_type: Type) -> Self {
        match machine_type {
            Type::Standard => Self::Standard,
            Type::Express => Self::Express,
        }
    }
}

/// Which calls share an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shared {
    /// Each has a fresh one
    None,
    /// Calls of one version, one after the other
    Version,
}

impl From<Shared> for Reuse {
    fn from(shared: Shared) -> Self {
        match shared {
            Shared::None => Self::None,
            Shared::Version => Self::Version,
        }
    }
}

/// What functions may use; what is left out keeps its default.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings of functions")]
pub(crate) struct Settings {
    /// The language of a zip, if its files do not tell: javascript or python
    #[arg(long, value_name = "LANG")]
    runtime: Option<Name>,

    /// The function of a program that is called: 'main', or 'index.main' of a zip [default: handler]
    #[arg(long, value_name = "NAME")]
    handler: Option<String>,

    /// Wall time of one invocation, in milliseconds [default: 30000]
    #[arg(long, value_name = "N")]
    timeout_ms: Option<u64>,

    /// Linear memory of one invocation [default: 128MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse::size_bytes)]
    memory: Option<u64>,

    /// Fuel of one invocation, about one a WebAssembly instruction [default: 50000000000]
    #[arg(long, value_name = "N", value_parser = fuel)]
    fuel: Option<u64>,

    /// Room in the invocation's own /tmp; 0 for none [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse::size_bytes)]
    disk: Option<u64>,

    /// Attempts by executions that run at once on a node; more of them wait
    #[arg(long, value_name = "N")]
    max_concurrency: Option<u32>,

    /// Make an attempt by an execution once at the most: it fails if nobody knows what became of it
    #[arg(long)]
    at_most_once: bool,

    /// Which calls of a program share an instance: what one leaves in memory the next finds [default: none]
    #[arg(long, value_enum, value_name = "WHICH")]
    reuse: Option<Shared>,

    /// Calls that an instance serves, with --reuse version [default: 1000]
    #[arg(long, value_name = "N")]
    reuse_uses: Option<u32>,

    /// Seconds for which it does [default: 300]
    #[arg(long, value_name = "N")]
    reuse_seconds: Option<u32>,

    /// A variable of the environment; may be given several times
    #[arg(long = "env", value_name = "KEY=VALUE", value_parser = parse::variable)]
    environment: Vec<(String, String)>,

    /// Where the function finds a volume that the server offers, read-only
    #[arg(long = "volume", value_name = "NAME=/path", value_parser = parse::mount)]
    pub(crate) volumes: Vec<VolumeMount>,

    /// A host that the function may call over HTTP, with the connection whose secrets go there; may be given several times
    #[arg(long = "allow-host", value_name = "[SCHEME://]HOST[:PORT][=CONNECTION]", value_parser = parse::allowed_host)]
    allow_hosts: Vec<AllowedHost>,

    /// What the function may do on the platform: config, logging, keyvalue=STORE, objects=BUCKET, invoke=FUNCTION,
    /// start=MACHINE or tasks; may be given several times
    #[arg(long = "grant", value_name = "GRANT", value_parser = parse::grant)]
    grants: Vec<Grant>,

    /// Bytes of one result: up to 6MiB, of kind http up to 1GiB [default: 6MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse::size_bytes)]
    output: Option<u64>,

    /// A sentence for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

fn fuel(text: &str) -> Result<u64, String> {
    let digits = text.replace('_', "");
    digits
        .parse()
        .map_err(|_| "expected a whole number, such as 1_000_000_000".to_owned())
}

impl Settings {
    /// As the API takes them.
    pub(crate) fn resolve(self) -> FunctionSettings {
        let default = FunctionSettings::default();
        FunctionSettings {
            description: self.description.unwrap_or_default(),
            runtime: self.runtime,
            handler: self.handler,
            timeout_ms: self.timeout_ms.unwrap_or(default.timeout_ms),
            memory_bytes_max: self.memory.unwrap_or(default.memory_bytes_max),
            fuel_max: self.fuel.unwrap_or(default.fuel_max),
            disk_bytes_max: self.disk.unwrap_or(default.disk_bytes_max),
            max_concurrency: self.max_concurrency,
            at_most_once: self.at_most_once,
            reuse: self.reuse.map_or(default.reuse, Reuse::from),
            reuse_uses_max: self.reuse_uses.unwrap_or(default.reuse_uses_max),
            reuse_seconds_max: self.reuse_seconds.unwrap_or(default.reuse_seconds_max),
            environment: self.environment.into_iter().collect::<BTreeMap<_, _>>(),
            volumes: self.volumes,
            allow_hosts: self.allow_hosts,
            grants: self.grants,
            output_bytes_max: self.output.unwrap_or(default.output_bytes_max),
            ..default
        }
    }
}

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    kind: Kind,
    name: Name,
    path: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Function,
    Machine,
}

/// What became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", tag = "deployed")]
enum Deployed {
    Function(Box<Function>),
    Machine(Machine),
}

/// Uploads.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let project = project_of(&args)?;
    let items = match &project {
        Some(project) => machines_beside(&project.folder)?,
        None => items(&args.path, args.name.as_ref())?,
    };
    if let Some(project) = &project {
        tokio::task::block_in_place(|| {
            if args.test {
                project::test(project)?;
            }
            project::build(project)
        })?;
    }
    let settings = args.settings.resolve();
    let has_function = project.is_some() || items.iter().any(|item| item.kind == Kind::Function);
    let has_machine = items.iter().any(|item| item.kind == Kind::Machine);
    if settings != FunctionSettings::default() && !has_function {
        return Err(Failure::usage(
            "a machine has no settings: they are for functions",
        ));
    }
    if args.http.is_some() && !has_function {
        return Err(Failure::usage("--http is for functions"));
    }
    if args.machine_type.is_some() && !has_machine {
        return Err(Failure::usage(
            "a function has no type: --type is for machines",
        ));
    }
    let machine_type = args.machine_type.map(MachineType::from);
    let many = args.path.is_dir() && (project.is_none() || has_machine);
    let mut deployed = Vec::new();
    let client = &context.client;
    if let Some(project) = &project {
        let put = Upload::of_project(project)?.put(&settings);
        let function = upload(client, &project.name, put).await?;
        let address = address_of(client, &project.name, args.http).await?;
        let one = Deployed::Function(function.into());
        if context.json && many {
            deployed.push(one);
        } else {
            say(&one, address, context)?;
        }
    }
    for item in items {
        let Item { name, path, .. } = &item;
        let (one, address) = match item.kind {
            Kind::Function => {
                let function = function(client, name, path, &settings).await?;
                let address = address_of(client, name, args.http).await?;
                (Deployed::Function(function.into()), address)
            }
            Kind::Machine => {
                let machine = machine_of_type(client, name, path, machine_type).await?;
                (Deployed::Machine(machine), None)
            }
        };
        if context.json && many {
            deployed.push(one);
        } else {
            say(&one, address, context)?;
        }
    }
    if context.json && many {
        out::json(&deployed)?;
    }
    Ok(())
}

fn say(one: &Deployed, address: Option<String>, context: &Context) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(one)?);
    }
    out::line(said(one, context.paint))?;
    if let Some(address) = address {
        out::line(format!("  {address}"))?;
    }
    Ok(())
}

/// Opens a function to HTTP or closes it, if that is wanted; its address if it has one then.
async fn address_of(
    client: &Client,
    name: &Name,
    http: Option<Http>,
) -> Result<Option<String>, Failure> {
    match http {
        Some(http) => open(client, name, http).await,
        None => Ok(None),
    }
}

/// The project that is to be built, if it is one.
fn project_of(args: &Args) -> Result<Option<Project>, Failure> {
    let is_plain = || -> Result<bool, Failure> {
        let has_language = args.language.is_some() || args.path.join(project::MANIFEST).is_file();
        Ok(!has_language && !files(&args.path)?.is_empty())
    };
    if args.path.is_dir() && !is_plain()? {
        let project = Project::open(&args.path, args.name.as_ref(), args.language)?;
        if project.is_some() {
            return Ok(project);
        }
    }
    if args.language.is_some() || args.test {
        let failure = Failure::usage("--lang and --test are for a folder that is built");
        return Err(match args.language {
            Some(_) => {
                failure.advise("of a file its ending tells the language; of a zip, --runtime")
            }
            None => failure,
        });
    }
    Ok(None)
}

/// Uploads a module or a program.
pub(crate) async fn function(
    client: &Client,
    name: &Name,
    path: &Path,
    settings: &FunctionSettings,
) -> Result<Function, Failure> {
    upload(client, name, Upload::of_file(path)?.put(settings)).await
}

/// Uploads, and says what takes so long if it does.
async fn upload(client: &Client, name: &Name, put: PutFunction) -> Result<Function, Failure> {
    let is_program = put.settings.as_ref().is_some_and(|of| of.runtime.is_some());
    let mut answered = pin!(client.put_function(name, put));
    if let Ok(function) = timeout(QUIET_MAX, &mut answered).await {
        return Ok(function?);
    }
    let what = if is_program {
        "the server loads it; the first program in a language waits for its runtime, once"
    } else {
        "the server compiles it"
    };
    out::note(format!("{name}: {what}"));
    Ok(answered.await?)
}

/// Opens a function to HTTP, or closes it; gives its address by name.
async fn open(client: &Client, name: &Name, http: Http) -> Result<Option<String>, Failure> {
    let of = OfAlias::default();
    let auth = match http {
        Http::Account => UrlAuth::Known,
        Http::Public => UrlAuth::Nobody,
        Http::Off => {
            let addresses = client.function_urls(name).await?;
            if addresses.items.contains_key("") {
                client.delete_function_url(name, &of).await?;
            }
            return Ok(None);
        }
    };
    let set = SetUrl { auth, cors: None };
    let address = client.put_function_url(name, &of, &set).await?;
    Ok(Some(address.by_name))
}

/// Uploads a definition. Its warnings go to standard error.
pub(crate) async fn machine(client: &Client, name: &Name, path: &Path) -> Result<Machine, Failure> {
    machine_of_type(client, name, path, None).await
}

/// Uploads a definition of a machine of a type.
async fn machine_of_type(
    client: &Client,
    name: &Name,
    path: &Path,
    machine_type: Option<MachineType>,
) -> Result<Machine, Failure> {
    let source = input::file_text(path)?;
    // Where the file's name promises JSON, its reader's complaint helps most.
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    if is_json && let Err(error) = serde_json::from_str::<serde_json::Value>(&source.text) {
        return Err(not_json(&source, &error));
    }
    let put = match machine_type {
        None => client.put_machine(name, &source.text, false).await,
        Some(of) => {
            client
                .put_machine_of_type(name, &source.text, of, false)
                .await
        }
    };
    let machine = match put {
        Ok(machine) => machine,
        Err(error) => return Err(Failure::from(error).within(source)),
    };
    for warning in &machine.warnings {
        out::note(failure::diagnostic(
            warning,
            Some(&source),
            Paint::of_stderr(),
        ));
    }
    Ok(machine)
}

fn said(deployed: &Deployed, paint: Paint) -> String {
    match deployed {
        Deployed::Function(function) => format!(
            "{} function {} version {} ({}, {})",
            paint.green("✓"),
            paint.bold(function.name.as_str()),
            function.latest.version,
            super::function::kind(function.latest.kind),
            human::size(function.latest.module_bytes),
        ),
        Deployed::Machine(machine) => format!(
            "{} machine {} version {}",
            paint.green("✓"),
            paint.bold(machine.summary.name.as_str()),
            machine.summary.latest.version,
        ),
    }
}

/// The files that a path means.
fn items(path: &Path, name: Option<&Name>) -> Result<Vec<Item>, Failure> {
    if !path.is_dir() {
        return Ok(vec![file(path, name)?]);
    }
    if name.is_some() {
        return Err(Failure::usage("--name is for one file, not for a folder"));
    }
    let items = files(path)?;
    if items.is_empty() {
        let title = format!(
            "{} has no .wasm, .asl.json or .asl.yaml files, no steploom.toml, and files of no language that is known",
            path.display()
        );
        let failure = Failure::new(Exit::NotFound, "NothingToDeploy", title);
        return Err(failure.advise(
            "say what it is written in with --lang, or how it is built in a steploom.toml",
        ));
    }
    Ok(items)
}

/// The modules and definitions of a folder, functions first, each kind by name.
fn files(folder: &Path) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| input::unreadable(folder, &error))? {
        let path = entry?.path();
        if path.is_file() && kind(&path).is_some() {
            items.push(file(&path, None)?);
        }
    }
    items.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    Ok(items)
}

/// The machines that lie in a project's folder.
fn machines_beside(folder: &Path) -> Result<Vec<Item>, Failure> {
    let mut items = files(folder)?;
    items.retain(|item| item.kind == Kind::Machine);
    Ok(items)
}

fn file(path: &Path, name: Option<&Name>) -> Result<Item, Failure> {
    let Some((kind, stem)) = kind(path).or_else(|| program(path)) else {
        path.metadata()
            .map_err(|error| input::unreadable(path, &error))?;
        let title = format!(
            "{} is neither a module (.wasm), a program (.js, .mjs, .py), a zip of one, nor a definition (.asl.json, .asl.yaml)",
            path.display()
        );
        return Err(Failure::usage(title));
    };
    let name = match name {
        Some(name) => name.clone(),
        None => stem
            .parse()
            .map_err(|error| Failure::from(error).advise("give it another name with --name"))?,
    };
    Ok(Item {
        kind,
        name,
        path: path.to_owned(),
    })
}

/// A program or a zip by its name, and the name without its ending.
fn program(path: &Path) -> Option<(Kind, &str)> {
    let name = path.file_name()?.to_str()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let is_one = steploom_package::Language::of_file(name).is_some() || ending == project::ZIP;
    is_one.then_some((Kind::Function, stem))
}

/// What a file is by its name, and the name without its ending.
fn kind(path: &Path) -> Option<(Kind, &str)> {
    let name = path.file_name()?.to_str()?;
    let function = name
        .strip_suffix(FUNCTION_SUFFIX)
        .map(|stem| (Kind::Function, stem));
    let machine = || {
        let stem = MACHINE_SUFFIXES
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))?;
        Some((Kind::Machine, stem))
    };
    function.or_else(machine)
}

#[cfg(test)]
mod tests;
