//! The floor of `sandbox`: wasmtime alone, with the settings that the sandbox gives it, doing what
//! a call cannot do without: a fresh instance in a fresh store, the event in, the result out, gone.
//!
//! The settings are those of `runtime/sandbox/src/engine.rs`, repeated here on purpose: were they
//! shared, a setting that costs too much would slow the floor as well and never show.

use std::fs;
use std::num::NonZeroUsize;

use steploom_types::limits::function as limits;
use wasmtime::error::Context as _;
use wasmtime::{
    Config, Enabled, Engine, Extern, Func, Instance, InstanceAllocationStrategy, InstancePre,
    Linker, Module, ModuleExport, OptLevel, PoolingAllocationConfig, Result, Store, WasmFeatures,
};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES);
const YIELD_FUEL: u64 = 1_000_000;
const KEEP_RESIDENT_BYTES: usize = 16 << 20;
const BACKTRACE_FRAMES_MAX: Option<NonZeroUsize> = NonZeroUsize::new(16);
const CORE_INSTANCES_PER_CALL: u32 = 32;
const MEMORIES_PER_CALL: u32 = 3;
const TABLES_PER_CALL: u32 = 4;

/// A module that bare wasmtime can call.
pub(crate) struct Bare {
    engine: Engine,
    pre: InstancePre<WasiP1Ctx>,
    memory: ModuleExport,
    alloc: ModuleExport,
    handle: ModuleExport,
    initialize: Option<ModuleExport>,
}

impl Bare {
    /// Compiles and links a reactor; so many calls may run at once.
    pub(crate) fn new(module: &[u8], instances_max: u32) -> Result<Self> {
        // Where the page map cannot be scanned, keeping memory costs more than it saves.
        let keep = if swap_is_on() { 0 } else { KEEP_RESIDENT_BYTES };
        let engine = Engine::new(&config(instances_max, keep))
            .or_else(|_| Engine::new(&config(instances_max, 0)))?;
        let mut linker = Linker::new(&engine);
        p1::add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)?;
        let module = Module::new(&engine, module)?;
        let export = |name: &str| {
            module
                .get_export_index(name)
                .with_context(|| format!("the guest exports no {name}"))
        };
        Ok(Self {
            memory: export("memory")?,
            alloc: export("steploom_alloc")?,
            handle: export("steploom_handle")?,
            initialize: module.get_export_index("_initialize"),
            pre: linker.instantiate_pre(&module)?,
            engine,
        })
    }

    /// Calls it once, in a fresh instance.
    pub(crate) async fn call(&self, event: &[u8]) -> Result<Vec<u8>> {
        let mut store = Store::new(&self.engine, WasiCtxBuilder::new().build_p1());
        store.set_fuel(limits::FUEL_DEFAULT)?;
        store.fuel_async_yield_interval(Some(YIELD_FUEL))?;
        let instance = self.pre.instantiate_async(&mut store).await?;
        if let Some(initialize) = &self.initialize {
            let initialize = func(&instance, &mut store, initialize)?.typed::<(), ()>(&store)?;
            initialize.call_async(&mut store, ()).await?;
        }
        let memory = instance
            .get_module_export(&mut store, &self.memory)
            .and_then(Extern::into_memory)
            .context("the guest's memory is none")?;
        let alloc = func(&instance, &mut store, &self.alloc)?.typed::<u32, u32>(&store)?;
        let handle = func(&instance, &mut store, &self.handle)?.typed::<(u32, u32), u64>(&store)?;
        let size = u32::try_from(event.len())?;
        let at = alloc.call_async(&mut store, size).await?;
        memory.write(&mut store, at as usize, event)?;
        let packed = handle.call_async(&mut store, (at, size)).await?;
        let (at, size) = ((packed >> 32) as usize, packed as u32 as usize);
        let result = memory.data(&store).get(at..at + size);
        Ok(result
            .context("the guest's result leaves its memory")?
            .to_vec())
    }
}

fn func(instance: &Instance, store: &mut Store<WasiP1Ctx>, export: &ModuleExport) -> Result<Func> {
    instance
        .get_module_export(store, export)
        .and_then(Extern::into_func)
        .context("the guest's export is no function")
}

fn config(instances_max: u32, keep_resident: usize) -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_features(FEATURES.complement(), false)
        .wasm_features(FEATURES, true)
        .relaxed_simd_deterministic(true)
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(false)
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .memory_may_move(false)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(64 << 20)
        .force_memory_init_memfd(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        .wasm_backtrace_max_frames(BACKTRACE_FRAMES_MAX)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(
            instances_max,
            keep_resident,
        )));
    config
}

fn pool(instances_max: u32, keep_resident: usize) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances_max)
        .total_core_instances(instances_max * CORE_INSTANCES_PER_CALL)
        .total_memories(instances_max * MEMORIES_PER_CALL)
        .total_tables(instances_max * TABLES_PER_CALL)
        .total_stacks(instances_max)
        .max_memories_per_module(1)
        .max_tables_per_module(TABLES_PER_CALL)
        .table_elements(limits::TABLE_ELEMENTS_MAX as usize)
        .max_memory_size(limits::MEMORY_BYTES_MAX as usize)
        .max_unused_warm_slots(instances_max)
        .linear_memory_keep_resident(keep_resident)
        .table_keep_resident(keep_resident.min(64 << 10));
    if keep_resident > 0 {
        pool.pagemap_scan(Enabled::Yes);
    }
    pool
}

/// As the sandbox does: with swap it keeps nothing.
fn swap_is_on() -> bool {
    fs::read_to_string("/proc/swaps").map_or(true, |areas| areas.lines().count() > 1)
}
