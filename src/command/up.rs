//! `up`: the whole platform in this process.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;
use steploom_api::Ports;
use steploom_api::wire::{ExecutionStatus, ListExecutions};
use steploom_auth::jwt;
use steploom_store_sql::postgres;
use steploom_types::{AccountId, Name, limits};

use crate::failure::Failure;
use crate::logging::{self, Format};
use crate::parse;
use crate::platform::{self, Options};
use crate::signal;
use crate::view::{Paint, human, out};

/// How many of each kind are counted at the start; from there on it is "or more".
const COUNTED_MAX: u32 = limits::PAGE_SIZE_MAX;

/// What is said of keys.
const KEYS: &str = "each request needs one";
/// See [`KEYS`].
const NO_KEYS: &str = "none: whoever reaches this address is account 000000000000 and may do everything; 'steploom key create' makes one";

/// Serve: run the whole platform in this process
///
/// Keeps everything below one folder: functions, machines, executions and their history, logs.
/// Killing the process at any moment loses nothing that was accepted; starting it again on the same
/// folder goes on where it stopped. Ctrl-C or SIGTERM ends it cleanly, a second one at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom up
  steploom up --data /var/lib/steploom --listen 127.0.0.1:9000 --log-format json
  steploom up --database-url postgres://steploom:secret@db/steploom --objects s3://bucket/prefix
  steploom up --volume input=./texts      functions deployed with --volume input=/input read ./texts")]
pub(crate) struct Args {
    /// Where everything is kept
    #[arg(
        long,
        value_name = "DIR",
        env = "STEPLOOM_DATA",
        default_value = ".steploom"
    )]
    data: PathBuf,

    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR",
        env = "STEPLOOM_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,

    /// Offer a folder to functions, read-only; may be given several times
    #[arg(
        long = "volume",
        value_name = "NAME=DIR",
        env = "STEPLOOM_VOLUMES",
        value_delimiter = ',',
        value_parser = parse::volume
    )]
    volumes: Vec<(Name, PathBuf)>,

    /// The folder of the runtimes of languages, such as python.wasm [default: 'runtimes' beside this program]
    #[arg(long, value_name = "DIR", env = "STEPLOOM_RUNTIMES")]
    runtimes: Option<PathBuf>,

    /// Answer to this host name as well, such as the one a proxy on this computer passes on; may be given several times
    #[arg(
        long = "host",
        value_name = "NAME",
        env = "STEPLOOM_HOSTS",
        value_delimiter = ','
    )]
    hosts: Vec<String>,

    /// Give each function that is open to HTTP a host of its own below this domain: NAME.ACCOUNT.DOMAIN
    #[arg(long, value_name = "DOMAIN", env = "STEPLOOM_FUNCTIONS_DOMAIN", value_parser = parse::domain)]
    functions_domain: Option<String>,

    /// How many sandboxes may run at once; chosen from the computer's size if left out
    #[arg(long, value_name = "N", env = "STEPLOOM_INSTANCES", value_parser = clap::value_parser!(u32).range(1..))]
    instances: Option<u32>,

    /// Keep state in this Postgres database, which other nodes may share: postgres://USER:PASSWORD@HOST:PORT/DATABASE; in files below --data if left out
    #[arg(
        long,
        value_name = "URL",
        env = "STEPLOOM_DATABASE_URL",
        hide_env_values = true
    )]
    database_url: Option<String>,

    /// Where modules and logs are kept: a folder, or s3://BUCKET/PREFIX with AWS_* settings; below --data if left out
    #[arg(long, value_name = "URL", env = "STEPLOOM_OBJECTS")]
    objects: Option<String>,

    /// Days for which logs of invocations are kept
    #[arg(long, value_name = "DAYS", env = "STEPLOOM_LOG_DAYS", default_value_t = platform::LOG_DAYS_DEFAULT)]
    log_days: u32,

    /// Hours after their end for which closed executions stay in the database; then they go to the archive, with the modules
    #[arg(long, value_name = "HOURS", env = "STEPLOOM_ARCHIVE_AFTER_HOURS", default_value_t = limits::archive::AFTER_HOURS_DEFAULT, value_parser = clap::value_parser!(u32).range(24..))]
    archive_after_hours: u32,

    /// Days for which closed executions are kept, unless their machine says otherwise
    #[arg(long, value_name = "DAYS", env = "STEPLOOM_KEEP_DAYS", default_value_t = limits::archive::RETENTION_DAYS_DEFAULT, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::archive::RETENTION_DAYS_MAX)))]
    keep_days: u32,

    /// How many closed executions of one machine are kept, about, unless it says otherwise; all if left out
    #[arg(long, value_name = "N", env = "STEPLOOM_KEEP_EXECUTIONS", value_parser = clap::value_parser!(u64).range(1..))]
    keep_executions: Option<u64>,

    /// The largest DataLimit that a machine may ask for: bytes of a state's data, 256KiB to 64MiB
    #[arg(long, value_name = "SIZE", env = "STEPLOOM_DATA_LIMIT_MAX", default_value = "64MiB", value_parser = parse::data_limit)]
    data_limit_max: u32,

    /// Let tasks and functions call this host or network over HTTP, though it is not of the open internet; may be given several times
    #[arg(
        long = "egress-allow",
        value_name = "HOST[:PORT]|ADDRESS/BITS",
        env = "STEPLOOM_EGRESS_ALLOW",
        value_delimiter = ','
    )]
    egress_allow: Vec<steploom_worker::EgressRule>,

    /// Let functions call these hosts alone, of those that their owners allow; all of them if left out; may be given several times
    #[arg(
        long = "functions-allow-host",
        value_name = "[SCHEME://]HOST[:PORT]",
        env = "STEPLOOM_FUNCTIONS_ALLOW_HOSTS",
        value_delimiter = ','
    )]
    functions_allow_host: Vec<steploom_worker::HostRule>,

    /// Listen here for other nodes on the same database, apart from the API; needs a secret
    #[arg(
        long,
        value_name = "ADDR",
        env = "STEPLOOM_NODE_LISTEN",
        help_heading = "Several nodes"
    )]
    node_listen: Option<SocketAddr>,

    /// Where other nodes reach this one, if not at --node-listen, such as http://10.0.0.7:8090
    #[arg(
        long,
        value_name = "URL",
        env = "STEPLOOM_NODE_ADDRESS",
        requires = "node_listen",
        value_parser = parse::node_address,
        help_heading = "Several nodes"
    )]
    node_address: Option<String>,

    /// A file with the secret that all nodes share; else the secret itself in STEPLOOM_NODE_SECRET
    #[arg(
        long,
        value_name = "FILE",
        requires = "node_listen",
        help_heading = "Several nodes"
    )]
    node_secret: Option<PathBuf>,

    /// The file with the master key, under which the secrets of access keys are sealed: 64 hexadecimal digits; else STEPLOOM_MASTER_KEY, else one of its own in --data
    #[arg(
        long,
        value_name = "FILE",
        env = "STEPLOOM_MASTER_KEY_FILE",
        help_heading = "Keys"
    )]
    master_key: Option<PathBuf>,

    /// Take JSON Web Tokens besides keys, by the public keys (JWKS) in this file or at this http(s) URL
    #[arg(
        long,
        value_name = "FILE|URL",
        env = "STEPLOOM_JWKS",
        requires = "jwt_issuer",
        requires = "jwt_audience",
        help_heading = "Keys"
    )]
    jwks: Option<String>,

    /// The issuer (iss) that a token must have
    #[arg(
        long,
        value_name = "ISSUER",
        env = "STEPLOOM_JWT_ISSUER",
        help_heading = "Keys"
    )]
    jwt_issuer: Option<String>,

    /// The audience (aud) that a token must have
    #[arg(
        long,
        value_name = "AUDIENCE",
        env = "STEPLOOM_JWT_AUDIENCE",
        help_heading = "Keys"
    )]
    jwt_audience: Option<String>,

    /// The claim of a token that names the account: twelve digits
    #[arg(
        long,
        value_name = "CLAIM",
        env = "STEPLOOM_JWT_ACCOUNT_CLAIM",
        default_value = "account",
        help_heading = "Keys"
    )]
    jwt_account_claim: String,

    /// The claim of a token that lists scopes
    #[arg(
        long,
        value_name = "CLAIM",
        env = "STEPLOOM_JWT_SCOPE_CLAIM",
        default_value = "scope",
        help_heading = "Keys"
    )]
    jwt_scope_claim: String,

    /// The form of log lines, which go to standard error; STEPLOOM_LOG chooses levels
    #[arg(
        long,
        value_name = "FORMAT",
        env = "STEPLOOM_LOG_FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

/// Serves until it is told to stop.
pub(crate) async fn run(args: Args, json: bool) -> Result<(), Failure> {
    logging::start(args.log_format, "info");
    let data = args.data.clone();
    let node = node_options(&args)?;
    let keys = key_options(&args);
    let database = args.database_url.as_deref().map(postgres::place);
    let database = database.transpose().map_err(anyhow::Error::from)?;
    let platform = platform::start(Options {
        data: args.data,
        listen: args.listen,
        volumes: args.volumes.clone(),
        runtimes: args.runtimes,
        instances: args.instances,
        database_url: args.database_url,
        objects: args.objects,
        hosts: args.hosts,
        functions_domain: args.functions_domain,
        log_days: args.log_days,
        retention: steploom_worker::Retention {
            archive_after_hours: args.archive_after_hours,
            days: args.keep_days,
            executions: args.keep_executions,
        },
        data_limit_bytes_max: args.data_limit_max,
        egress: args.egress_allow,
        function_hosts: args.functions_allow_host,
        keys,
        node,
    })
    .await?;
    let served = Served {
        url: format!("http://{}", platform.address()),
        data,
        database,
        volumes: args.volumes,
        runtimes: platform.runtimes().to_vec(),
        needs_keys: platform.has_keys(),
        counts: count(&platform.ports()).await?,
    };
    if json {
        out::json_line(&served)?;
    } else {
        out::line(served.text(Paint::of_stdout()))?;
    }
    signal::stop_wanted().await;
    out::note("stopping; once more to stop at once");
    tokio::select! {
        result = platform.stop() => Ok(result?),
        () = signal::stop_wanted() => Err(Failure::interrupted()),
    }
}

/// How callers prove who they are.
fn key_options(args: &Args) -> platform::keys::Options {
    let jwt = args.jwks.as_ref().map(|place| jwt::Settings {
        source: if place.starts_with("http://") || place.starts_with("https://") {
            jwt::Source::Url(place.clone())
        } else {
            jwt::Source::File(place.into())
        },
        // clap has seen to it that both are there.
        issuer: args.jwt_issuer.clone().unwrap_or_default(),
        audience: args.jwt_audience.clone().unwrap_or_default(),
        account_claim: args.jwt_account_claim.clone(),
        scope_claim: args.jwt_scope_claim.clone(),
    });
    platform::keys::Options {
        master_key: args.master_key.clone(),
        jwt,
    }
}

/// How it takes part in a cluster.
fn node_options(args: &Args) -> Result<Option<platform::node::Options>, Failure> {
    const VARIABLE: &str = "STEPLOOM_NODE_SECRET";
    let Some(listen) = args.node_listen else {
        return Ok(None);
    };
    let secret = match &args.node_secret {
        Some(path) => std::fs::read(path).map_err(|error| {
            Failure::usage(format!("cannot read the nodes' secret '{}': {error}", path.display()))
        })?,
        None => std::env::var(VARIABLE)
            .map_err(|_| {
                Failure::usage(format!(
                    "--node-listen needs the secret that all nodes share: --node-secret FILE, or the secret itself in {VARIABLE}"
                ))
            })?
            .into_bytes(),
    };
    Ok(Some(platform::node::Options {
        listen,
        address: args.node_address.clone(),
        secret: secret.trim_ascii().to_vec(),
    }))
}

/// What is being served.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Served {
    url: String,
    data: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    volumes: Vec<(Name, PathBuf)>,
    runtimes: Vec<Name>,
    needs_keys: bool,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    functions: usize,
    machines: usize,
    executions_running: usize,
}

/// What the local account has.
async fn count(ports: &Ports) -> Result<Counts, Failure> {
    let local = AccountId::LOCAL;
    let running = ListExecutions {
        status: Some(ExecutionStatus::Running),
        limit: Some(COUNTED_MAX),
        ..ListExecutions::default()
    };
    let counted = async {
        let functions = ports.functions.list(local, COUNTED_MAX, None).await?;
        let machines = ports.machines.list(local, COUNTED_MAX, None).await?;
        let executions = ports.executions.list(local, running).await?;
        Ok::<_, steploom_types::Error>(Counts {
            functions: functions.items.len(),
            machines: machines.items.len(),
            executions_running: executions.items.len(),
        })
    };
    Ok(counted.await.map_err(anyhow::Error::from)?)
}

/// The URL under which this process reaches an address it listens on: one that means "all" is none
/// to call.
pub(crate) fn reachable(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

impl Served {
    fn text(&self, paint: Paint) -> String {
        let mut lines = vec![
            format!("{} {}", paint.bold("Steploom"), env!("CARGO_PKG_VERSION")),
            format!("  serving     {}", paint.cyan(&self.url)),
            format!("  reference   {}/v1/openapi.json", self.url),
            format!(
                "  health      {0}/healthz  {0}/readyz  {0}/metrics",
                self.url
            ),
            format!("  data        {}", self.data.display()),
        ];
        if let Some(database) = &self.database {
            lines.push(format!("  database    {database}"));
        }
        for (name, folder) in &self.volumes {
            lines.push(format!("  volume      {name} = {}", folder.display()));
        }
        if !self.runtimes.is_empty() {
            let names: Vec<_> = self.runtimes.iter().map(Name::as_str).collect();
            lines.push(format!("  runtimes    {}", names.join(", ")));
        }
        lines.push(format!(
            "  keys        {}",
            if self.needs_keys { KEYS } else { NO_KEYS }
        ));
        let counts = self.counts;
        lines.push(format!(
            "  there are   {}, {}, {} running",
            counted(counts.functions, "function"),
            counted(counts.machines, "machine"),
            counted(counts.executions_running, "execution"),
        ));
        lines.join("\n")
    }
}

fn counted(n: usize, word: &str) -> String {
    let text = human::plural(n as u64, word);
    if n >= COUNTED_MAX as usize {
        format!("{text} or more")
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
