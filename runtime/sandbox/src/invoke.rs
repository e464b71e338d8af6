//! One invocation, from the permit to the answer: a fresh store, a fresh instance, a clock, and
//! nothing left behind whatever happens, dropping the future included.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use steploom_types::{Error, Timestamp};
use tokio::time::timeout;
use wasmtime::{Engine, Store};

use crate::ability::Platform;
use crate::admission::Admission;
use crate::code::{Callable, Code};
use crate::disk::Quota;
use crate::disk::scratch::{Scratch, ScratchRoot};
use crate::guest::{self, Gifts, Guest};
use crate::http::{Exchange, Line, Outgoing, Said, Stop};
use crate::idle::{Idle, Warm};
use crate::kind::Answer;
use crate::streams::{Lines, Output, Shared, Sink};
use crate::{Call, Config, Failure, Finished, context, fail};

/// Where guests find their scratch folder.
const SCRATCH_PATH: &str = "/tmp";

/// What an invocation needs of the process.
pub(crate) struct Host<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) config: &'a Config,
    pub(crate) scratch: &'a ScratchRoot,
    pub(crate) admission: &'a Admission,
    pub(crate) idle: &'a Idle,
    /// Files, streams and the like that one guest may have at once.
    pub(crate) resources_max: usize,
}

/// What the guest writes.
struct Streams {
    logs: Shared<Lines>,
    output: Shared<Output>,
}

/// Runs an invocation that was admitted; one of kind `http` with the exchange that it answers.
///
/// # Errors
/// When the host cannot do its part; a failing guest is an answer.
pub(crate) async fn invoke(
    host: Host<'_>,
    code: &Code,
    call: &Call,
    exchange: Option<Exchange>,
) -> Result<Finished, Error> {
    let errand = exchange.map_or(Errand::Handle, |exchange| Errand::Serve(Box::new(exchange)));
    run_once(host, code, call, errand).await
}

/// Loads a program that was admitted; the call's event is its package. The second is its image, unless it
/// failed.
///
/// # Errors
/// As [`invoke`].
pub(crate) async fn load(
    host: Host<'_>,
    code: &Code,
    call: &Call,
) -> Result<(Finished, Vec<u8>), Error> {
    let mut image = Vec::new();
    let finished = run_once(host, code, call, Errand::Load(&mut image)).await?;
    Ok((finished, image))
}

/// What is asked of a guest.
enum Errand<'a> {
    /// To handle an event.
    Handle,
    /// To answer a request over HTTP.
    Serve(Box<Exchange>),
    /// To load a program; what it leaves in memory goes here.
    Load(&'a mut Vec<u8>),
}

async fn run_once(
    host: Host<'_>,
    code: &Code,
    call: &Call,
    errand: Errand<'_>,
) -> Result<Finished, Error> {
    let clock = Clock::start(call);
    let streams = Streams {
        logs: Shared::new(Lines::new(call.limits.log_bytes_max)),
        output: Shared::new(Output::new(call.limits.output_bytes_max)),
    };
    let scratch = scratch(&host, code, call)?;
    let quota = Quota::new(call.limits.disk_bytes_max);
    let mut guest = guest(&host, code, call, &clock, &streams, scratch.as_ref(), quota)?;
    let mut warm = if let Some(mut warm) = host.idle.take(call) {
        guest.limiter = warm.store.data().limiter.next();
        *warm.store.data_mut() = guest;
        warm
    } else {
        Warm::new(guest::store(host.engine, guest))
    };
    let (fuel_max, bytes_max) = (call.limits.fuel_max, call.limits.output_bytes_max);
    let provided = guest::provide(&mut warm.store, fuel_max, bytes_max, code.wasi.is_some());
    provided.map_err(Error::internal)?;

    let line = match &errand {
        Errand::Serve(exchange) => Some(exchange.line()),
        Errand::Handle | Errand::Load(_) => None,
    };
    let can_stay = matches!(errand, Errand::Handle) && code.is_reusable();
    let guest = run(code, call, &mut warm, &streams, errand);
    let ended = clock.watch(call, wanted(line.as_deref(), call, guest));
    let ended = ended.await;
    let duration = clock.start.elapsed();
    let outcome = match ended {
        Ended::Outcome(outcome) => outcome,
        Ended::Trap(error) => Err(trap(&error, &warm.store, call, &streams)?),
    };
    if outcome.is_err()
        && let Some(line) = line
    {
        line.break_off();
    }
    let fuel_left = warm.store.get_fuel().map_err(Error::internal)?;
    let memory_bytes = warm.store.data().limiter.memory_bytes_peak();
    if let Some(limit) = warm.store.data().disk.refused() {
        streams.logs.lock().platform(format!(
            "{SCRATCH_PATH} is full: the function's limit is {limit} bytes written"
        ));
    }
    // One that was stopped may still be at work on a file.
    let is_clean = outcome.is_ok() && warm.store.data().disk.is_untouched();
    if can_stay && outcome.is_ok() {
        host.idle
            .keep(call, warm, |bytes| host.admission.hold(bytes));
    } else {
        drop(warm);
    }
    match scratch {
        Some(scratch) if is_clean => host.scratch.keep(scratch),
        Some(scratch) => scratch.remove().await,
        None => {}
    }
    let (logs, log_bytes_dropped) = streams.logs.lock().finish();
    Ok(Finished {
        outcome,
        duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        fuel_used: call.limits.fuel_max.saturating_sub(fuel_left),
        memory_bytes,
        logs,
        log_bytes_dropped,
    })
}

/// How the run of a guest ended.
enum Ended {
    Outcome(Result<steploom_types::Json, Failure>),
    Trap(wasmtime::Error),
}

/// Calls the guest as its kind wants, and reads its answer.
async fn run(
    code: &Code,
    call: &Call,
    warm: &mut Warm,
    streams: &Streams,
    errand: Errand<'_>,
) -> Ended {
    let Warm { store, place, .. } = warm;
    let event = call.event.text();
    let output_bytes_max = call.limits.output_bytes_max;
    let answer = match (&code.callable, errand) {
        (Callable::Command(command), Errand::Handle) => match command.run(store).await {
            Ok(code) => return Ended::Outcome(of_command(code, store.data(), streams)),
            Err(error) => Err(error),
        },
        (Callable::Reactor(reactor), Errand::Handle) => {
            let event = event.as_bytes();
            reactor.run(store, place, event, output_bytes_max).await
        }
        (Callable::Reactor(reactor), Errand::Load(left)) => {
            let loaded = Box::pin(reactor.load(store, event.as_bytes(), output_bytes_max));
            loaded.await.map(|(answer, image)| {
                *left = image;
                answer
            })
        }
        (Callable::Handler(handler), Errand::Handle) => {
            handler.run(store, event, output_bytes_max).await
        }
        (Callable::Http(http), Errand::Serve(exchange)) => {
            let line = exchange.line();
            // Large, and not to be carried along by calls of other kinds.
            return match Box::pin(http.run(store, *exchange)).await {
                Ok(()) => Ended::Outcome(of_http(&line)),
                Err(error) => Ended::Trap(error),
            };
        }
        _ => unreachable!("who calls has looked at the kind"),
    };
    match answer {
        Ok(Answer::Result(bytes)) => Ended::Outcome(fail::result(&bytes)),
        Ok(Answer::Failed(bytes)) => Ended::Outcome(Err(fail::answered(&bytes))),
        Ok(Answer::TooLarge) => Ended::Outcome(Err(fail::output_too_large(output_bytes_max))),
        Ok(Answer::Nonsense(why)) => Ended::Outcome(Err(fail::nonsense(why))),
        Err(error)
            if matches!(code.callable, Callable::Handler(_))
                && fail::is_host_call_too_large(&error) =>
        {
            Ended::Outcome(Err(fail::output_too_large(output_bytes_max)))
        }
        Err(error) => Ended::Trap(error),
    }
}

/// Lets a guest run as long as somebody wants its answer.
async fn wanted(line: Option<&Line>, call: &Call, guest: impl Future<Output = Ended>) -> Ended {
    let Some(line) = line else {
        return guest.await;
    };
    line.run(guest).await.unwrap_or_else(|stop| {
        Ended::Outcome(Err(match stop {
            Stop::Gone => fail::gone(),
            Stop::TooLarge => fail::output_too_large(call.limits.output_bytes_max),
        }))
    })
}

/// What became of a guest that answered HTTP; the status is the outcome, as the answer is elsewhere.
fn of_http(line: &Line) -> Result<steploom_types::Json, Failure> {
    match line.said() {
        Some(Said::Head(status)) => Ok(serde_json::json!({ "statusCode": status }).into()),
        Some(Said::Error(code)) => Err(fail::http_error(code)),
        None => Err(fail::nonsense(
            "the function ended without an answer: it must set its response-outparam".to_owned(),
        )),
    }
}

fn of_command(
    exit_code: i32,
    guest: &Guest,
    streams: &Streams,
) -> Result<steploom_types::Json, Failure> {
    let output = streams.output.lock();
    if exit_code == 0 {
        return fail::result(output.bytes());
    }
    // A runtime that is refused memory often exits by itself.
    if let Some(limit) = fail::limit_hit(guest) {
        return Err(limit);
    }
    let mut logs = streams.logs.lock();
    Err(fail::exit(exit_code, output.bytes(), logs.last()))
}

/// Why a guest was stopped, or that the host is at fault.
fn trap(
    error: &wasmtime::Error,
    store: &Store<Guest>,
    call: &Call,
    streams: &Streams,
) -> Result<Failure, Error> {
    if error
        .downcast_ref::<wasmtime::PoolConcurrencyLimitError>()
        .is_some()
    {
        return Err(Error::internal(format!(
            "admission let in more than the pool holds: {error:#}"
        )));
    }
    if streams.output.lock().overflowed {
        return Ok(fail::output_too_large(call.limits.output_bytes_max));
    }
    Ok(fail::trap(error, store.data(), &call.limits))
}

fn scratch(host: &Host<'_>, code: &Code, call: &Call) -> Result<Option<Scratch>, Error> {
    (code.uses_filesystem && call.limits.disk_bytes_max > 0)
        .then(|| host.scratch.scratch())
        .transpose()
}

/// The guest of an invocation, with everything that it is given.
fn guest(
    host: &Host<'_>,
    code: &Code,
    call: &Call,
    clock: &Clock,
    streams: &Streams,
    scratch: Option<&Scratch>,
    quota: Quota,
) -> Result<Guest, Error> {
    let platform = Platform::new(call.abilities.clone(), clock.deadline, streams.logs.clone());
    let mut guest = Guest::new(call.limits.memory_bytes_max, quota, platform);
    if let Some(version) = code.wasi {
        let logs = Sink::Log(streams.logs.clone());
        let is_command = matches!(code.callable, Callable::Command(_));
        let (stdin, stdout) = if is_command {
            let event = Bytes::copy_from_slice(call.event.text().as_bytes());
            (event, Sink::Output(streams.output.clone()))
        } else {
            (Bytes::new(), logs.clone())
        };
        let gifts = Gifts {
            stdin,
            stdout,
            stderr: logs,
            outgoing: Outgoing::new(call.outbound.clone(), streams.logs.clone()),
            name: call.context.function.as_str(),
            environment: &context::environment(call, clock.deadline),
            folders: &folders(host.config, code, call, scratch)?,
            resources_max: host.resources_max,
        };
        guest.give(version, gifts).map_err(|e| {
            Error::new(
                steploom_types::Kind::Unavailable,
                "VolumeUnavailable",
                "a folder that the function is granted cannot be opened on this node",
            )
            .with_detail(format!("{e:#}"))
        })?;
    }
    Ok(guest)
}

/// The folders that the guest sees: its scratch folder, and its volumes, read-only.
fn folders(
    config: &Config,
    code: &Code,
    call: &Call,
    scratch: Option<&Scratch>,
) -> Result<Vec<(PathBuf, String, bool)>, Error> {
    let mut folders = Vec::new();
    if !code.uses_filesystem {
        return Ok(folders);
    }
    if let Some(scratch) = scratch {
        folders.push((scratch.path().to_owned(), SCRATCH_PATH.to_owned(), true));
    }
    for (name, guest_path) in &call.volumes {
        let host_path = config.volumes.get(name).ok_or_else(|| {
            Error::invalid(
                "VolumeNotFound",
                format!("this node offers no volume '{name}'"),
            )
        })?;
        folders.push((host_path.clone(), guest_path.clone(), false));
    }
    Ok(folders)
}

/// When an invocation began and when it must end.
struct Clock {
    start: Instant,
    limit: Duration,
    /// Whether the caller's deadline, not the function's own limit, ends it.
    deadline_came_first: bool,
    deadline: Timestamp,
}

impl Clock {
    fn start(call: &Call) -> Self {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        let own = call.limits.timeout_ms;
        let callers = call.context.deadline.map(|at| at.millis_since(now));
        let limit_ms = callers.map_or(own, |callers| callers.min(own));
        Self {
            start: Instant::now(),
            limit: Duration::from_millis(limit_ms),
            deadline_came_first: callers.is_some_and(|callers| callers < own),
            deadline: now.plus_millis(limit_ms),
        }
    }

    /// Lets the guest run until it ends, its time is over, or somebody asks for its end.
    async fn watch(&self, call: &Call, guest: impl Future<Output = Ended>) -> Ended {
        let guest = timeout(self.limit, guest);
        let timed = async {
            guest.await.unwrap_or_else(|_| {
                Ended::Outcome(Err(fail::timeout(
                    call.limits.timeout_ms,
                    self.deadline_came_first,
                )))
            })
        };
        let Some(cancel) = &call.cancel else {
            return timed.await;
        };
        let timed = pin!(timed);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Ended::Outcome(Err(fail::cancelled())),
            ended = timed => ended,
        }
    }
}
