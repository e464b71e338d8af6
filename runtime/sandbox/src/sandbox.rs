//! The sandbox of a process: what others call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use steploom_types::{Digest, Error, Name};
use wasmtime::Engine;

use crate::admission::{Admission, Full};
use crate::cache::Cache;
use crate::codes::{Codes, Missing};
use crate::compile::parent::Compiler;
use crate::disk::ScratchRoot;
use crate::invoke::{self, Host};
use crate::link::Linkers;
use crate::runtimes::Runtimes;
use crate::{
    Call, Config, Failure, Finished, Gauges, Inspected, Kind, Loaded, Program, Refused, Runner,
    Snapshot, engine, fail, gate,
};

/// The folder of scratch folders, in the folder of compiled code.
const SCRATCH_FOLDER: &str = "scratch";
/// Files, streams and the like that one guest may have at once, if this process may open as many.
const RESOURCES_MAX: u64 = 1024;
/// What it may have in any case: its standard streams, its folders and some files.
const RESOURCES_MIN: u64 = 64;

/// The sandbox of this process; clones share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    config: Config,
    engine: Engine,
    codes: Codes,
    admission: Admission,
    runtimes: Runtimes,
    scratch: ScratchRoot,
    resources_max: usize,
}

impl Inner {
    fn host(&self) -> Host<'_> {
        Host {
            engine: &self.engine,
            config: &self.config,
            scratch: &self.scratch,
            resources_max: self.resources_max,
        }
    }
}

impl Sandbox {
    /// Makes the process's sandbox: one per process, since it reserves address space for every
    /// instance. Raises the process's limit of open files to what it may be, and removes scratch
    /// folders that killed processes left behind.
    ///
    /// # Errors
    /// `Invalid` when the configuration cannot work, `Unavailable` when this machine does not give
    /// what it asks for.
    pub fn new(config: Config) -> Result<Self, Error> {
        let engine = engine::running(config.instances_max, config.memory_bytes_total)?;
        let linkers = Linkers::new(&engine).map_err(Error::internal)?;
        let cache = Cache::open(
            config.cache_dir.clone(),
            config.mac_key,
            engine::fingerprint(&engine),
        )?;
        let codes = Codes::new(
            engine.clone(),
            linkers,
            Arc::clone(&config.artifacts),
            cache,
            Compiler::new(config.compiler.clone()),
        );
        // The rest of the budget is what unused slots of the pool keep.
        let kept = config.memory_bytes_total / engine::KEEP_RESIDENT_SHARE;
        let admission = Admission::new(
            config.instances_max,
            config.memory_bytes_total - kept,
            config.queue_max,
            config.queue_wait_max,
        );
        Ok(Self(Arc::new(Inner {
            runtimes: Runtimes::new(config.runtimes.clone(), Arc::clone(&config.artifacts)),
            scratch: ScratchRoot::open(&config.cache_dir.join(SCRATCH_FOLDER))?,
            resources_max: resources_max(config.instances_max),
            config,
            engine,
            codes,
            admission,
        })))
    }
}

#[async_trait]
impl Runner for Sandbox {
    fn volume_exists(&self, name: &Name) -> bool {
        self.0.config.volumes.contains_key(name)
    }

    fn inspect(&self, module: &[u8]) -> Result<Inspected, Error> {
        gate::inspect(module)
    }

    async fn prepare(&self, digest: Digest, module: &Bytes) -> Result<(), Error> {
        match self.0.codes.get(digest, Some(module)).await {
            Ok(_) => Ok(()),
            Err(Missing::Failed(error)) => Err(error),
            Err(Missing::Module) => Err(Error::internal("a module that was given is missing")),
        }
    }

    async fn invoke(&self, call: Call) -> Result<Finished, Refused> {
        let inner = &*self.0;
        let code = inner.codes.get(call.module, None).await?;
        let kind = code.callable.kind();
        if kind != Some(call.kind) {
            let is = kind.map_or("runtime of a language", Kind::as_str);
            return Err(Refused::Failed(Error::invalid(
                "WrongKind",
                format!("the module is a {is}, not a {}", call.kind),
            )));
        }
        let enter = inner.admission.enter(call.limits.memory_bytes_max);
        let _permit = match &call.cancel {
            None => enter.await?,
            Some(cancel) => tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(never_ran(fail::cancelled())),
                permit = enter => permit?,
            },
        };
        Ok(invoke::invoke(inner.host(), &code, &call).await?)
    }

    fn runtimes(&self) -> Vec<Name> {
        self.0.config.runtimes.keys().cloned().collect()
    }

    async fn load_program(&self, program: Program) -> Result<Loaded, Refused> {
        let inner = &*self.0;
        let empty = inner.runtimes.get(&program.runtime, &inner.codes).await?;
        let call = Call {
            module: empty.digest,
            kind: Kind::Reactor,
            limits: program.limits,
            environment: program.environment,
            volumes: Vec::new(),
            context: program.context,
            event: program.package,
            cancel: None,
        };
        let enter = inner.admission.enter(call.limits.memory_bytes_max);
        let _permit = enter.await?;
        let (finished, image) = invoke::load(inner.host(), &empty.code, &call).await?;
        let found = Inspected {
            kind: Kind::Reactor,
            memory_bytes_min: finished.memory_bytes,
            uses_filesystem: empty.code.uses_filesystem,
        };
        Ok(Loaded {
            outcome: finished.outcome.map(|_| Snapshot {
                module: image.into(),
                found,
            }),
            logs: finished.logs,
        })
    }

    fn gauges(&self) -> Gauges {
        let admission = &self.0.admission;
        Gauges {
            running: admission.running(),
            waiting: admission.waiting(),
            memory_bytes_admitted: admission.memory_bytes(),
            modules_loaded: self.0.codes.loaded() as u32,
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The configuration holds a key.
        f.debug_struct("Sandbox")
            .field("gauges", &self.gauges())
            .finish_non_exhaustive()
    }
}

impl From<Full> for Refused {
    fn from(full: Full) -> Self {
        Self::TooManyRequests {
            retry_after_s: full.retry_after_s,
        }
    }
}

impl From<Missing> for Refused {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Module => Self::ModuleMissing,
            Missing::Failed(error) => Self::Failed(error),
        }
    }
}

fn never_ran(failure: Failure) -> Finished {
    Finished {
        outcome: Err(failure),
        duration_us: 0,
        fuel_used: 0,
        memory_bytes: 0,
        logs: Vec::new(),
        log_bytes_dropped: 0,
    }
}

/// What one guest may open, so that all of them together leave half of this process's files to it.
fn resources_max(instances_max: u32) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let share = files.map_or(RESOURCES_MAX, |files| files / 2 / u64::from(instances_max));
    share.clamp(RESOURCES_MIN, RESOURCES_MAX) as usize
}
