//! The whole platform in this process: store, worker and HTTP front, started and stopped together.

mod folder;
pub(crate) mod keys;
pub(crate) mod node;
mod runtimes;

use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use steploom_api::Ports;
use steploom_artifacts::Artifacts;
use steploom_auth::Keyring;
use steploom_sandbox::{CompilerCommand, Sandbox};
use steploom_store::Store;
use steploom_store_sql::{postgres, sqlite};
use steploom_types::{Name, limits};
use steploom_worker::{KeptKeys, SystemChance, SystemClock, Worker};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use folder::Folder;

/// Sandboxes a core, if the operator does not say: tasks that wait for the disk or their own timers
/// leave the core to others.
const INSTANCES_PER_CORE: u32 = 32;

/// Synchronous invocations that wait for a sandbox, and for how long, before they get a 429.
const QUEUE_MAX: usize = 4096;
/// See [`QUEUE_MAX`].
const QUEUE_WAIT_MAX: Duration = Duration::from_secs(10);

/// Memory that invocations may hold together, if the computer does not say how much it has.
const MEMORY_BYTES_FALLBACK: u64 = 2 * 1024 * 1024 * 1024;

/// Days for which logs of invocations are kept, if the operator does not say.
pub(crate) const LOG_DAYS_DEFAULT: u32 = 14;

/// What to start.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Where everything is kept.
    pub(crate) data: PathBuf,
    /// The Postgres database that keeps what the store keeps; the data folder does if `None`.
    pub(crate) database_url: Option<String>,
    /// Where modules and logs are kept: a folder or `s3://bucket/prefix`; below `data` if `None`.
    pub(crate) objects: Option<String>,
    /// Where to listen; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// Host names, besides the loopback ones, under which requests are answered.
    pub(crate) hosts: Vec<String>,
    /// The domain below which each function has a host of its own.
    pub(crate) functions_domain: Option<String>,
    /// Folders of this computer that functions may read.
    pub(crate) volumes: Vec<(Name, PathBuf)>,
    /// The folder of the runtimes of languages; the one that belongs to the program if `None`.
    pub(crate) runtimes: Option<PathBuf>,
    /// How many sandboxes may run at once; chosen from the computer's size if `None`.
    pub(crate) instances: Option<u32>,
    /// Days for which logs of invocations are kept.
    pub(crate) log_days: u32,
    /// How long closed executions are kept where, unless their machine says otherwise.
    pub(crate) retention: steploom_worker::Retention,
    /// Bytes of a state's data that a machine may ask for.
    pub(crate) data_limit_bytes_max: u32,
    /// Where tasks may call over HTTP, besides the open internet.
    pub(crate) egress: Vec<steploom_worker::EgressRule>,
    /// The hosts that functions may call at all; any, if there are none.
    pub(crate) function_hosts: Vec<steploom_worker::HostRule>,
    /// How callers prove who they are.
    pub(crate) keys: keys::Options,
    /// How it talks to other nodes on the same database; not at all if `None`.
    pub(crate) node: Option<node::Options>,
}

/// The running platform.
pub(crate) struct Platform {
    address: SocketAddr,
    has_keys: bool,
    languages: Vec<Name>,
    worker: Worker,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    nodes: Option<node::Running>,
    /// The data folder is ours as long as this is open.
    _lock: Option<File>,
}

/// Starts it; when this returns, every execution that was open goes on and requests are answered.
pub(crate) async fn start(options: Options) -> anyhow::Result<Platform> {
    let folder = Folder::open(&options.data)?;
    let listener = TcpListener::bind(options.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; another process may have the port: choose one with --listen",
            options.listen
        )
    })?;
    let address = listener.local_addr()?;
    let (store, lock) = open_store(&folder, options.database_url.as_deref()).await?;
    let (master, jwt) = options
        .keys
        .load(&folder, options.database_url.is_some())
        .await?;
    let kept = Arc::new(KeptKeys::new(store.clone()));
    let keyring = Keyring::new(kept, master.clone(), steploom_auth::system_clock());
    keyring.check_secrets().await?;
    let has_keys = jwt.is_some() || keyring.are_there().await?;
    if !has_keys {
        // Nobody has been answered yet.
        steploom_auth::check_listen(options.listen)?;
    }
    let objects = options
        .objects
        .clone()
        .unwrap_or_else(|| folder.objects().display().to_string());
    let artifacts = Arc::new(Artifacts::open(&objects)?);
    let instances = options.instances.unwrap_or_else(instances_default);
    let runtimes = runtimes::find(options.runtimes.as_deref())?;
    let languages: Vec<_> = runtimes.keys().cloned().collect();
    let sandbox = Sandbox::new(steploom_sandbox::Config {
        artifacts: artifacts.clone(),
        cache_dir: folder.compiled(),
        mac_key: folder.mac_key()?,
        compiler: CompilerCommand {
            program: std::env::current_exe().context("cannot find this program's own file")?,
            args: vec!["compile-module".into()],
        },
        instances_max: instances,
        memory_bytes_total: memory_bytes_default(),
        queue_max: QUEUE_MAX,
        queue_wait_max: QUEUE_WAIT_MAX,
        volumes: check_volumes(options.volumes)?,
        runtimes,
    })?;
    let nodes = match &options.node {
        Some(node) => Some(node::Listening::bind(node).await?),
        None => None,
    };
    let worker = Worker::start(steploom_worker::Config {
        node: folder.node()?,
        store,
        artifacts,
        runner: Arc::new(sandbox),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        tasks_max: instances as usize,
        log_days: options.log_days,
        retention: options.retention,
        run_limits: steploom_worker::RunLimits {
            execution_seconds_max: limits::EXECUTION_SECONDS_MAX,
            ..steploom_worker::RunLimits::default()
        },
        data_limit_bytes_max: options.data_limit_bytes_max,
        secret_key: match &options.node {
            Some(node) => steploom_worker::shared_key(&node.secret),
            None => folder.secret_key()?,
        },
        egress: options.egress,
        function_hosts: options.function_hosts,
        peers: match &nodes {
            Some(nodes) => Some(nodes.peering()?),
            None => None,
        },
    })
    .await?;
    let nodes = nodes.map(|nodes| nodes.serve(worker.peers()));
    worker.ready().await;
    let (stop, stopped) = oneshot::channel();
    let mut config = steploom_http::Config::new(address, env!("CARGO_PKG_VERSION"));
    config.access = steploom_auth::Access::without_keys(options.hosts);
    config.functions_domain = options.functions_domain;
    config.master = master;
    config.jwt = jwt;
    let ports = worker.ports();
    let server = tokio::spawn(steploom_http::serve(listener, ports, config, async move {
        // Dropping the sender means to stop as well.
        let _ = stopped.await;
    }));
    Ok(Platform {
        address,
        has_keys,
        languages,
        worker,
        stop,
        server,
        nodes,
        _lock: lock,
    })
}

/// Opens the store, in the database or in the folder.
async fn open_store(
    folder: &Folder,
    database_url: Option<&str>,
) -> anyhow::Result<(Store, Option<File>)> {
    let Some(url) = database_url else {
        return Ok((sqlite::open(&folder.store()).await?, None));
    };
    let lock = folder.lock()?;
    let store = postgres::open(url, postgres::Options::default()).await?;
    Ok((store, Some(lock)))
}

impl Platform {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether each request needed a key when it was started.
    pub(crate) fn has_keys(&self) -> bool {
        self.has_keys
    }

    /// The languages that programs may be written in.
    pub(crate) fn runtimes(&self) -> &[Name] {
        &self.languages
    }

    /// What the HTTP front reaches, for this process itself.
    pub(crate) fn ports(&self) -> Ports {
        self.worker.ports()
    }

    /// Ends it: what has been accepted is durable, what runs is started again next time.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        // The server may have ended by itself; then its result says why.
        let _ = self.stop.send(());
        let served = self.server.await.context("the HTTP front panicked")?;
        self.worker.stop().await;
        // Last of all: others ask until the shards are theirs.
        if let Some(nodes) = self.nodes {
            nodes.stop().await;
        }
        served.context("the HTTP front failed")
    }
}

/// The volumes by name, each a folder that is there.
fn check_volumes(volumes: Vec<(Name, PathBuf)>) -> anyhow::Result<BTreeMap<Name, PathBuf>> {
    let mut checked = BTreeMap::new();
    for (name, path) in volumes {
        let folder = path.canonicalize().with_context(|| {
            format!(
                "the volume '{name}' is '{}', which is not there",
                path.display()
            )
        })?;
        anyhow::ensure!(
            folder.is_dir(),
            "the volume '{name}' is '{}', which is no folder",
            path.display()
        );
        anyhow::ensure!(
            checked.insert(name.clone(), folder).is_none(),
            "two volumes are named '{name}'"
        );
    }
    Ok(checked)
}

fn instances_default() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores)
        .unwrap_or(u32::MAX)
        .saturating_mul(INSTANCES_PER_CORE)
        .clamp(INSTANCES_PER_CORE, 1024)
}

/// Half of the computer's memory, by what its functions are allowed.
fn memory_bytes_default() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total_kib = info.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
    });
    total_kib.map_or(MEMORY_BYTES_FALLBACK, |kib| kib * 1024 / 2)
}
