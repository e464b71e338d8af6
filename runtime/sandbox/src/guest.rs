//! What the host keeps for one guest, inside its store: its limits, its view of WASI, and the count
//! of what it asks of the host. Dropped with the store.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use steploom_types::limits::{INVOKE_BODY_BYTES_MAX, function as limits};
use wasmtime::{CallHook, CallHookHandler, Engine, Store, StoreContextMut};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, ResourceTable, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::ability::Platform;
use crate::context::Variable;
use crate::disk::Quota;
use crate::disk::preview1::InLine;
use crate::http::Outgoing;
use crate::limiter::Limiter;
use crate::streams::Sink;

/// Fuel between two moments in which others may run: some hundred microseconds.
const YIELD_FUEL: u64 = 1_000_000;
/// How long a guest may keep asking things of the host before others may run.
const YIELD_AFTER: Duration = Duration::from_millis(2);
/// Bytes that a guest may hand to the host in one call, besides its result.
const HOST_CALL_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Random bytes of one call: generated one by one, in the guest's turn.
const RANDOM_BYTES_MAX: u64 = 64 * 1024;
/// Handles of a component's resources.
const HANDLES_MAX: usize = 10_000;

/// The data of a store.
pub(crate) struct Guest {
    pub(crate) limiter: Limiter,
    pub(crate) disk: Quota,
    pub(crate) in_line: InLine,
    pub(crate) platform: Platform,
    /// Files, streams and the like that it may have at once.
    pub(crate) resources_max: usize,
    wasi: Option<Wasi>,
}

/// WASI as the guest's module knows it.
enum Wasi {
    Preview1(Box<WasiP1Ctx>),
    Preview2(Box<Preview2>),
}

/// What components are given.
struct Preview2 {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing: Outgoing,
    table: ResourceTable,
}

/// What a guest with WASI is given.
pub(crate) struct Gifts<'a> {
    pub(crate) stdin: Bytes,
    pub(crate) stdout: Sink,
    pub(crate) stderr: Sink,
    pub(crate) outgoing: Outgoing,
    pub(crate) name: &'a str,
    pub(crate) environment: &'a [Variable<'a>],
    /// Host folder, the guest's path, whether it may write.
    pub(crate) folders: &'a [(std::path::PathBuf, String, bool)],
    /// Files, streams and the like that it may have at once.
    pub(crate) resources_max: usize,
}

/// Which WASI to prepare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasiVersion {
    Preview1,
    Preview2,
}

impl Guest {
    pub(crate) fn new(memory_bytes_max: u64, disk: Quota, platform: Platform) -> Self {
        Self {
            limiter: Limiter::new(memory_bytes_max),
            disk,
            in_line: InLine::default(),
            platform,
            resources_max: 0,
            wasi: None,
        }
    }

    /// Prepares WASI.
    ///
    /// # Errors
    /// When a folder cannot be opened.
    pub(crate) fn give(&mut self, version: WasiVersion, gifts: Gifts<'_>) -> wasmtime::Result<()> {
        self.resources_max = gifts.resources_max;
        let mut builder = WasiCtxBuilder::new();
        builder
            .arg(gifts.name)
            .stdin(MemoryInputPipe::new(gifts.stdin))
            .stdout(gifts.stdout)
            .stderr(gifts.stderr)
            .max_random_size(RANDOM_BYTES_MAX)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        for (name, value) in gifts.environment {
            builder.env(name, value);
        }
        for (host, guest, writable) in gifts.folders {
            let perms = if *writable {
                FsPerms::ReadWrite
            } else {
                FsPerms::ReadOnly
            };
            builder.preopened_dir(host, guest, perms)?;
        }
        self.wasi = Some(match version {
            WasiVersion::Preview1 => {
                let mut wasi = Box::new(builder.build_p1());
                wasi.ctx().table.set_max_capacity(gifts.resources_max);
                Wasi::Preview1(wasi)
            }
            WasiVersion::Preview2 => {
                let mut table = ResourceTable::new();
                table.set_max_capacity(gifts.resources_max);
                Wasi::Preview2(Box::new(Preview2 {
                    wasi: builder.build(),
                    http: WasiHttpCtx::new(),
                    outgoing: gifts.outgoing,
                    table,
                }))
            }
        });
        Ok(())
    }

    /// Drops what the call was given, so that none of it is open while its instance waits.
    pub(crate) fn forget(&mut self) {
        self.wasi = None;
        self.platform.close();
    }

    /// Preview 1, for the linker of modules.
    pub(crate) fn preview1(&mut self) -> &mut WasiP1Ctx {
        match &mut self.wasi {
            Some(Wasi::Preview1(wasi)) => wasi,
            _ => unreachable!("a module that imports preview 1 is given it"),
        }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        match &mut self.wasi {
            Some(Wasi::Preview2(given)) => WasiCtxView {
                ctx: &mut given.wasi,
                table: &mut given.table,
            },
            _ => unreachable!("a component that imports WASI is given it"),
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        match &mut self.wasi {
            Some(Wasi::Preview2(given)) => WasiHttpCtxView {
                hooks: &mut given.outgoing,
                table: &mut given.table,
                ctx: &mut given.http,
            },
            _ => unreachable!("a component that answers HTTP is given WASI"),
        }
    }
}

/// A store for a guest.
pub(crate) fn store(engine: &Engine, guest: Guest) -> Store<Guest> {
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| &mut guest.limiter);
    store
}

/// Gives a store what one invocation may use. With `counted`, its host calls are counted.
///
/// # Errors
/// Never with our engine.
pub(crate) fn provide(
    store: &mut Store<Guest>,
    fuel_max: u64,
    output_bytes_max: u64,
    counted: bool,
) -> wasmtime::Result<()> {
    store.set_fuel(fuel_max)?;
    store.fuel_async_yield_interval(Some(YIELD_FUEL))?;
    // A larger output is a stream, which is handed over in pieces.
    let output = output_bytes_max.min(INVOKE_BODY_BYTES_MAX as u64);
    let bytes = HOST_CALL_BYTES_MAX.saturating_add(output);
    store.set_hostcall_fuel(usize::try_from(bytes).unwrap_or(usize::MAX));
    store.set_max_component_handles(HANDLES_MAX);
    if counted {
        store.call_hook_async(HostCalls::default());
    }
    Ok(())
}

/// Counts host calls, and lets others run in between: fuel alone would not, since a guest that
/// only calls the host uses hardly any.
#[derive(Debug)]
struct HostCalls(Mutex<Turn>);

#[derive(Debug)]
struct Turn {
    calls: u64,
    since: Instant,
}

impl Default for HostCalls {
    fn default() -> Self {
        Self(Mutex::new(Turn {
            calls: 0,
            since: Instant::now(),
        }))
    }
}

impl HostCalls {
    /// Counts a call; answers whether it is time to let others run.
    fn count(&self) -> Result<bool, TooManyHostCalls> {
        let mut turn = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        turn.calls += 1;
        if turn.calls > limits::HOST_CALLS_MAX {
            return Err(TooManyHostCalls);
        }
        let over = turn.since.elapsed() >= YIELD_AFTER;
        if over {
            turn.since = Instant::now();
        }
        Ok(over)
    }
}

#[async_trait]
impl CallHookHandler<Guest> for HostCalls {
    async fn handle_call_event(
        &self,
        _: StoreContextMut<'_, Guest>,
        event: CallHook,
    ) -> wasmtime::Result<()> {
        if matches!(event, CallHook::CallingHost) && self.count()? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// The guest asked more of the host than it may.
#[derive(Debug)]
pub(crate) struct TooManyHostCalls;

impl fmt::Display for TooManyHostCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many host calls")
    }
}

impl std::error::Error for TooManyHostCalls {}
