//! Measures calls in fresh instances, with the engine as the sandbox sets it: `cargo run --release --example measure`.
//!
//! The first column is what passes from an event to its answer, the second what the processor worked of it: on a busy
//! machine only that tells something of long calls.

use std::time::{Duration, Instant};

use javascript_tests::{Code, Host, Package, config, image, link};
use serde_json::json;
use wasmtime::{
    Enabled, Engine, Extern, Instance, InstanceAllocationStrategy, Linker, Module,
    PoolingAllocationConfig, Result, Store,
};

const CALLS_MAX: usize = 3_000;
const TIME_MAX: Duration = Duration::from_secs(3);
const CALLS_MIN: usize = 5;

fn main() -> Result<()> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(8)
        .total_memories(4)
        .total_tables(8)
        .max_memory_size(4 << 30)
        .max_unused_warm_slots(4)
        .linear_memory_keep_resident(16 << 20)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Yes);
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config)?;
    let begin = Instant::now();
    let code = Code::read(&engine)?;
    println!(
        "{} KiB, compiled in {:.1?}",
        code.bytes / 1024,
        begin.elapsed()
    );
    for (name, body, event) in cases() {
        measure(&engine, &code, name, body, &event)?;
    }
    Ok(())
}

/// What is measured: its name, a handler's body, and an event.
fn cases() -> Vec<(&'static str, &'static str, String)> {
    let order = json!({"id": "o-17", "at": "2026-01-01", "items": [
        {"name": "pen", "price": 1.5, "n": 3}, {"name": "ink", "price": 7, "n": 1}, {"name": "pad", "price": 2.25, "n": 4},
    ]});
    let items: Vec<_> = (0..1_300)
        .map(|i| json!({"id": i, "name": format!("item {i}"), "tags": ["a", "b", "c"], "ok": i % 2 == 0}))
        .collect();
    let list = json!({"s": json!(items).to_string()});
    let words: Vec<_> = (0..3_300)
        .map(|i| format!("word{i} foo@bar{i}.com {}", i * 7))
        .collect();
    let words = json!({"t": words.join(" ")});
    let nothing = "{}".to_owned();
    vec![
        ("a number", "return 1", nothing.clone()),
        (
            "an order",
            "const total = event.items.reduce((sum, i) => sum + i.price * i.n, 0);
             return { id: event.id, total, names: event.items.map((i) => i.name.toUpperCase()), at: event.at }",
            order.to_string(),
        ),
        (
            "a loop of 10^6",
            "let s = 0; for (let i = 0; i < 1000000; i++) s = (s + i * 3) % 1000003; return s",
            nothing.clone(),
        ),
        (
            "a sort of 10^5",
            "let x = 12345; const a = []; for (let i = 0; i < 100000; i++) { x = (x * 1103515245 + 12345) % 2147483648; a.push(x) }
             a.sort((p, q) => p - q); return a[500]",
            nothing,
        ),
        (
            "JSON of 100 KB",
            "return JSON.stringify(JSON.parse(event.s)).length",
            list.to_string(),
        ),
        (
            "patterns on 100 KB",
            "let n = 0; for (const m of event.t.matchAll(/([a-z0-9]+)@([a-z0-9]+)\\.com/g)) n += m[2].length;
             return [n, event.t.replace(/\\d+/g, (d) => d.length).length]",
            words.to_string(),
        ),
    ]
}

fn measure(engine: &Engine, code: &Code, name: &str, body: &str, event: &str) -> Result<()> {
    let text = format!("export function handler(event, context) {{ {body} }}");
    let function = Package::new("hello.js", &text)
        .load()
        .expect("it loads")
        .memory();
    let (picture, pages) = image(&function);
    let picture = Module::new(engine, picture)?;
    let mut linker = Linker::new(engine);
    link(&mut linker)?;
    let memory_only = linker.instantiate_pre(&picture)?;
    let (mut walls, mut works) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    while walls.len() < CALLS_MIN || (walls.len() < CALLS_MAX && begin.elapsed() < TIME_MAX) {
        let mut store = Store::new(engine, Host::default());
        let offered: Vec<Option<Extern>> = code
            .module
            .imports()
            .map(|import| linker.get(&mut store, import.module(), import.name()).ok())
            .collect();
        let (wall, work) = (Instant::now(), processor_time());
        store.set_fuel(u64::MAX)?;
        let memory = memory_only
            .instantiate(&mut store)?
            .get_memory(&mut store, "memory")
            .expect("the picture's memory");
        store.data_mut().memory = Some(memory);
        let offered: Vec<Extern> = offered
            .into_iter()
            .map(|offered| offered.unwrap_or(memory.into()))
            .collect();
        let instance = Instance::new(&mut store, &code.module, &offered)?;
        let alloc = instance.get_typed_func::<u32, u32>(&mut store, "steploom_alloc")?;
        let handle = instance.get_typed_func::<(u32, u32), u64>(&mut store, "steploom_handle")?;
        let size = event.len() as u32;
        let at = alloc.call(&mut store, size)?;
        memory.write(&mut store, at as usize, event.as_bytes())?;
        let packed = handle.call(&mut store, (at, size))?;
        assert_eq!(packed & (1 << 31), 0, "{name} is an error");
        drop(store);
        walls.push(wall.elapsed());
        works.push(processor_time().saturating_sub(work));
    }
    walls.sort();
    works.sort();
    let (middle, late) = (walls.len() / 2, walls.len() * 99 / 100);
    println!(
        "{name:20} p50 {:>9.1?}  p99 {:>9.1?}  work {:>9.1?}  {pages} pages kept",
        walls[middle], walls[late], works[middle]
    );
    Ok(())
}

/// What the processor has worked for this thread.
fn processor_time() -> Duration {
    // The first number of the file is nanoseconds on a processor.
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = spent.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
