//! The engine: one configuration, which the compiling process and the running one share.
//!
//! Code compiled under one configuration runs under the same only, so everything that shapes code
//! is in [`shape`]; what is about running alone is in [`running`]. The numbers were measured: see
//! the section on wasmtime in the design.

use std::fs;
use std::hash::{Hash as _, Hasher};
use std::num::NonZeroUsize;

use sha2::{Digest as _, Sha256};
use steploom_types::{Error, Kind, limits};
use wasmparser::WasmFeatures;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm, Strategy,
};

/// What of WebAssembly a module may use. What is not used by any language that we know of, or
/// where most advisories are (threads, garbage collection, exceptions, 64-bit memories), is out.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES);

/// Bytes of address space of a linear memory: all that 32 bits can name, so that no access needs
/// a check and no memory ever moves.
const MEMORY_RESERVATION: u64 = 4 << 30;
/// Bytes that fault behind each linear memory; constant offsets below it need no check.
const MEMORY_GUARD_BYTES: u64 = 32 << 20;
/// Bytes of an initial memory image that may be zeros in between and is still mapped, not copied.
const DENSE_IMAGE_BYTES: u64 = 64 << 20;
/// Bytes of stack for WebAssembly, and for WebAssembly with the host functions that it calls.
const WASM_STACK_BYTES: usize = 2 << 20;
const ASYNC_STACK_BYTES: usize = 3 << 20;
/// Frames of a trap's backtrace.
const BACKTRACE_FRAMES_MAX: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Bytes of a linear memory that stay resident between two instances in one slot of the pool, if
/// there is room for it: what makes a fresh instance cost microseconds.
const KEEP_RESIDENT_BYTES: usize = 16 << 20;
/// The share of the memory budget that may stay resident in unused slots: one part in so many.
pub(crate) const KEEP_RESIDENT_SHARE: u64 = 4;
/// Instances of a process: more would need more address space than there is.
pub(crate) const INSTANCES_MAX: u32 = 4_096;

/// One instance waits for another call of the same version, at the most, for so many that may run; see [`idle_max`].
const IDLE_SHARE: u32 = 4;
/// See [`idle_max`].
const IDLE_MAX: u32 = 64;
/// Core instances of a program: its memory and its code.
const CORE_INSTANCES_PER_PROGRAM: u32 = 2;

/// Memories, tables and core instances of one component; a plain module has one instance.
pub(crate) const MEMORIES_PER_CALL: u32 = 3;
/// See [`MEMORIES_PER_CALL`].
pub(crate) const TABLES_PER_CALL: u32 = 4;
/// See [`MEMORIES_PER_CALL`]. What componentize-py makes has 38.
pub(crate) const CORE_INSTANCES_PER_CALL: u32 = 64;

/// The engine of the compiling process.
pub(crate) fn compiling() -> wasmtime::Result<Engine> {
    Engine::new(&shape())
}

/// The engine of the running process, with a pool for `instances_max` invocations at once.
///
/// # Errors
/// `Invalid` when there are too many instances, `Unavailable` when this machine does not give the
/// address space.
pub(crate) fn running(instances_max: u32, memory_bytes_total: u64) -> Result<Engine, Error> {
    if !(1..=INSTANCES_MAX).contains(&instances_max) {
        return Err(Error::invalid(
            "InvalidSandbox",
            format!("between 1 and {INSTANCES_MAX} instances can run at once, not {instances_max}"),
        ));
    }
    let keep = keep_resident_bytes(instances_max, memory_bytes_total);
    let with_pool = |keep| {
        let mut config = shape();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(
            instances_max,
            keep,
        )));
        Engine::new(&config)
    };
    // Older kernels cannot scan the page map; without it, keeping memory costs more than it saves.
    with_pool(keep).or_else(|_| with_pool(0)).map_err(|e| {
        Error::new(
            Kind::Unavailable,
            "SandboxUnavailable",
            format!("this machine gives no room for {instances_max} sandboxes: ask for fewer"),
        )
        .with_detail(format!("{e:#}"))
    })
}

/// Instances that may wait for another call.
pub(crate) fn idle_max(instances_max: u32) -> u32 {
    instances_max.div_ceil(IDLE_SHARE).min(IDLE_MAX)
}

/// A hash of everything that compiled code depends on.
pub(crate) fn fingerprint(engine: &Engine) -> [u8; 32] {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
    }
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// What shapes code.
fn shape() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .wasm_features(FEATURES.complement(), false)
        .wasm_features(FEATURES, true)
        .relaxed_simd_deterministic(true)
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(false)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .memory_may_move(false)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(DENSE_IMAGE_BYTES)
        .force_memory_init_memfd(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(ASYNC_STACK_BYTES)
        .wasm_backtrace_max_frames(Some(BACKTRACE_FRAMES_MAX));
    config
}

fn pool(instances_max: u32, keep_resident: usize) -> PoolingAllocationConfig {
    let (n, idle) = (instances_max, idle_max(instances_max));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(n)
        .total_core_instances(n * CORE_INSTANCES_PER_CALL + idle * CORE_INSTANCES_PER_PROGRAM)
        .total_memories(n * MEMORIES_PER_CALL + idle)
        .total_tables(n * TABLES_PER_CALL + idle * TABLES_PER_CALL)
        // A store keeps its stack.
        .total_stacks(n + idle)
        .max_core_instances_per_component(CORE_INSTANCES_PER_CALL)
        .max_memories_per_component(MEMORIES_PER_CALL)
        .max_tables_per_component(TABLES_PER_CALL)
        .max_memories_per_module(1)
        .max_tables_per_module(TABLES_PER_CALL)
        .table_elements(limits::function::TABLE_ELEMENTS_MAX as usize)
        .max_memory_size(limits::function::MEMORY_BYTES_MAX as usize)
        .max_unused_warm_slots(n)
        .linear_memory_keep_resident(keep_resident)
        .table_keep_resident(keep_resident.min(64 << 10));
    if keep_resident > 0 {
        pool.pagemap_scan(Enabled::Yes);
    }
    pool
}

/// With swap, pages that are only kept could be written to disk: then none is kept.
fn keep_resident_bytes(instances_max: u32, memory_bytes_total: u64) -> usize {
    if swap_is_on() {
        return 0;
    }
    let share = memory_bytes_total / KEEP_RESIDENT_SHARE / u64::from(instances_max);
    usize::try_from(share)
        .unwrap_or(usize::MAX)
        .min(KEEP_RESIDENT_BYTES)
        & !0xffff
}

/// Whether the machine swaps; if it cannot be told, as if it did.
fn swap_is_on() -> bool {
    // A line of titles, then a line for each area.
    fs::read_to_string("/proc/swaps").map_or(true, |areas| areas.lines().count() > 1)
}
