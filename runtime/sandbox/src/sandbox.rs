//! The sandbox of a process: what others call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use steploom_types::limits::INVOKE_BODY_BYTES_MAX;
use steploom_types::{Digest, Error, Grant, Name};
use tokio::sync::oneshot;
use wasmtime::Engine;

use crate::admission::{Admission, Full, Permit};
use crate::cache::Cache;
use crate::code::Code;
use crate::codes::{Codes, Missing};
use crate::compile::parent::Compiler;
use crate::disk::scratch::ScratchRoot;
use crate::http::{Exchange, Stop, payload};
use crate::idle::Idle;
use crate::invoke::{self, Host};
use crate::link::Linkers;
use crate::runtimes::Runtimes;
use crate::{
    Body, Call, Config, Failure, Finished, Gauges, Inspected, Kind, Loaded, Program, Refused,
    Runner, Served, Snapshot, engine, fail, gate,
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
    idle: Idle,
    resources_max: usize,
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
            idle: Idle::new(engine::idle_max(config.instances_max) as usize),
            resources_max: resources_max(config.instances_max),
            config,
            engine,
            codes,
            admission,
        })))
    }
}

impl Inner {
    /// The code of a call, and the right to run it; no right if it was cancelled before.
    async fn admit(&self, call: &Call) -> Result<(Arc<Code>, Option<Permit>), Refused> {
        let code = self.codes.get(call.module, None).await?;
        let kind = code.callable.kind();
        if kind != Some(call.kind) {
            let is = kind.map_or("runtime of a language", Kind::as_str);
            return Err(Refused::Failed(Error::invalid(
                "WrongKind",
                format!("the module is a {is}, not a {}", call.kind),
            )));
        }
        let memory_bytes = call.limits.memory_bytes_max;
        if !self.admission.has_room(memory_bytes) {
            self.idle.clear();
        }
        let enter = self.admission.enter(memory_bytes);
        let permit = match &call.cancel {
            None => Some(enter.await?),
            Some(cancel) => tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                permit = enter => Some(permit?),
            },
        };
        Ok((code, permit))
    }

    fn host(&self) -> Host<'_> {
        Host {
            engine: &self.engine,
            config: &self.config,
            scratch: &self.scratch,
            admission: &self.admission,
            idle: &self.idle,
            resources_max: self.resources_max,
        }
    }

    /// Runs a call of kind `http` by its event: see [`payload`].
    async fn answer(&self, code: &Code, call: &Call) -> Result<Finished, Error> {
        let request = match payload::request(&call.event) {
            Ok(request) => request,
            Err(why) => return Ok(never_ran(fail::invalid_event(why))),
        };
        // What is kept whole is as small as a result.
        let bytes_max = call
            .limits
            .output_bytes_max
            .min(INVOKE_BODY_BYTES_MAX as u64);
        let (exchange, answer) = Exchange::new(request, bytes_max);
        let guest = invoke::invoke(self.host(), code, call, Some(exchange));
        let collected = async {
            let (head, body) = answer.await.ok()?.into_parts();
            let body = body.collect().await.ok()?.to_bytes();
            Some(payload::response(&head, &body))
        };
        let (finished, collected) = tokio::join!(guest, collected);
        let mut finished = finished?;
        if finished.outcome.is_ok() {
            finished.outcome = collected.ok_or_else(|| fail::output_too_large(bytes_max));
        }
        Ok(finished)
    }
}

#[async_trait]
impl Runner for Sandbox {
    fn volume_exists(&self, name: &Name) -> bool {
        self.0.config.volumes.contains_key(name)
    }

    fn inspect(&self, module: &[u8], grants: &[Grant]) -> Result<Inspected, Error> {
        gate::inspect(module, grants)
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
        let (code, permit) = inner.admit(&call).await?;
        let Some(_permit) = permit else {
            return Ok(never_ran(fail::cancelled()));
        };
        if call.kind == Kind::Http {
            return Ok(inner.answer(&code, &call).await?);
        }
        Ok(invoke::invoke(inner.host(), &code, &call, None).await?)
    }

    async fn serve(&self, call: Call, request: http::Request<Body>) -> Result<Served, Refused> {
        let (code, permit) = self.0.admit(&call).await?;
        let (end, ended) = oneshot::channel();
        if call.kind != Kind::Http {
            let message = format!("a {} takes events, and no requests over HTTP", call.kind);
            return Err(Refused::Failed(Error::invalid("WrongKind", message)));
        }
        let Some(permit) = permit else {
            return Ok(failed(never_ran(fail::cancelled()), fail::cancelled()));
        };
        let (exchange, answer) = Exchange::new(request, call.limits.output_bytes_max);
        let line = exchange.line();
        let guard = line.guard();
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut finished = invoke::invoke(inner.host(), &code, &call, Some(exchange)).await;
            drop(permit);
            // What waits to be read may still be too much.
            if let Ok(finished) = &mut finished
                && finished.outcome.is_ok()
                && line.read().await == Some(Stop::TooLarge)
            {
                let bytes_max = call.limits.output_bytes_max;
                finished.outcome = Err(fail::output_too_large(bytes_max));
            }
            // Who does not want to know how it ended need not.
            let _ = end.send(finished);
        });
        if let Ok(response) = answer.await {
            guard.let_go();
            return Ok(Served {
                response: Ok(response),
                ended,
            });
        }
        let finished = ended.await.map_err(Error::internal)??;
        match finished.outcome.clone() {
            Err(failure) => Ok(failed(finished, failure)),
            Ok(_) => Err(Refused::Failed(Error::internal("an answer got lost"))),
        }
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
            outbound: None,
            reuse: None,
            abilities: None,
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
            idle: self.0.idle.len() as u32,
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

/// A call that ended before there was an answer.
fn failed(finished: Finished, failure: Failure) -> Served {
    let (end, ended) = oneshot::channel();
    // The other end is here.
    let _ = end.send(Ok(finished));
    Served {
        response: Err(failure),
        ended,
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
