//! Hostile guests, by class: each ends with its documented error within its deadline and a margin,
//! a neighbour is answered meanwhile, and nothing is left behind. `hostile/` holds them as text;
//! those that are large are made here.

#[path = "support.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use steploom_sandbox::{Call, Cancel, Finished, Runner};
use steploom_types::Digest;
use support::{AMPLE_MS, Node, Ready, call, failed, result};
use tokio::sync::Mutex;

/// Wall time of a hostile guest.
const TIMEOUT_MS: u64 = 200;
/// By how much it may be over: 50 ms are promised of a release on a machine of its own; these tests
/// run unoptimised beside others.
const MARGIN: Duration = Duration::from_millis(500);
/// How long a neighbour may wait for its answer.
const NEIGHBOUR_MAX: Duration = Duration::from_millis(500);
/// Memory of a hostile guest.
const MEMORY_BYTES_MAX: u64 = 64 << 20;
/// By how much this process may be larger after a second call than after the first.
const GROWTH_BYTES_MAX: u64 = 16 << 20;

/// Tests look at the whole process, so they take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// What a guest must come to.
enum Fate {
    /// It fails by this name and says this.
    Fails(&'static str, &'static str),
    /// It is harmless, and answers this.
    Answers(&'static str),
}
use Fate::{Answers, Fails};

const TIMEOUT: Fate = Fails("States.Timeout", "its limit of 200 ms");
const STACK: Fate = Fails("Function.Trap", "call stack exhausted");

macro_rules! guests {
    ($($name:literal => $fate:expr,)*) => {
        [$(($name, include_str!(concat!("hostile/", $name, ".wat")), $fate)),*]
    };
}

const GUESTS: [(&str, &str, Fate); 31] = guests! {
    "cpu_loop" => TIMEOUT,
    "cpu_start" => TIMEOUT,
    "cpu_initialize" => TIMEOUT,
    "cpu_fill" => TIMEOUT,
    "cpu_copy" => TIMEOUT,
    "cpu_call_indirect" => STACK,
    "memory_grow_all" => Fails("Function.OutOfMemory", "its limit is 67108864 bytes"),
    "memory_grow_one" => TIMEOUT,
    "memory_minimum" => Fails("Function.OutOfMemory", "wanted 4294901760 bytes"),
    "memory_touch" => Answers("1"),
    "stack_recursion" => STACK,
    "stack_host" => STACK,
    "table_grow" => Fails("Function.OutOfMemory", "in its tables; the limit is 100000"),
    "flood_logs" => TIMEOUT,
    "flood_empty" => TIMEOUT,
    "flood_control" => Answers("1"),
    "output_command" => Fails("States.DataLimitExceeded", "limit of 6291456 bytes"),
    "output_large" => Fails("States.DataLimitExceeded", "limit of 6291456 bytes"),
    "output_outside" => Fails("Function.InvalidOutput", "leave its memory of 65536 bytes"),
    "output_overflow" => Fails("States.DataLimitExceeded", "limit of 6291456 bytes"),
    "output_alloc" => Fails("Function.InvalidOutput", "gave 4294967295, which leaves its memory"),
    "output_deep" => Fails("Function.InvalidOutput", "recursion limit exceeded"),
    "output_surrogate" => Fails("Function.InvalidOutput", "not valid JSON"),
    "host_random_large" => Fails("Function.Trap", "exceeds limit 65536"),
    "host_random_flood" => TIMEOUT,
    "host_sleep" => TIMEOUT,
    "host_poll" => TIMEOUT,
    "host_clock" => TIMEOUT,
    "host_files" => Fails("Function.ResourceLimitExceeded", "had more than 1024 files"),
    "escape_sockets" => Answers("0"),
    "lifecycle_trap" => Fails("Function.Trap", "unreachable"),
};

fn hostile(ready: Ready) -> Call {
    let mut asked = call(ready, "null");
    asked.limits.timeout_ms = TIMEOUT_MS;
    asked.limits.memory_bytes_max = MEMORY_BYTES_MAX;
    asked
}

/// Calls a guest while a neighbour is called again and again; answers how it ended, and checks that
/// it did in time and that the neighbour was not held up.
async fn beside_a_neighbour(node: &Node, echo: Ready, asked: Call, name: &str) -> Finished {
    let limit = Duration::from_millis(asked.limits.timeout_ms);
    let sandbox = node.sandbox.clone();
    let before = Instant::now();
    let guest = tokio::spawn(async move { sandbox.invoke(asked).await });
    let mut slowest = Duration::ZERO;
    loop {
        let begun = Instant::now();
        let answer = node.invoke(call(echo, "[1]")).await;
        assert_eq!(result(&answer), "[1]");
        slowest = slowest.max(begun.elapsed());
        if guest.is_finished() {
            break;
        }
    }
    let finished = guest.await.expect("no panic").expect("runs");
    assert!(
        slowest < NEIGHBOUR_MAX,
        "{name}: a neighbour waited {slowest:?}"
    );
    let took = before.elapsed();
    assert!(took < limit + MARGIN + slowest, "{name} took {took:?}");
    finished
}

fn check(name: &str, fate: &Fate, finished: &Finished) {
    match (fate, &finished.outcome) {
        (Answers(text), Ok(json)) => assert_eq!(json.text(), *text, "{name}"),
        (Fails(error, cause), Err(failure)) => {
            assert_eq!(failure.error, *error, "{name}: {}", failure.cause);
            assert!(failure.cause.contains(cause), "{name}: {}", failure.cause);
        }
        (_, outcome) => panic!("{name}: {outcome:?}"),
    }
    let logged: usize = finished.logs.iter().map(|l| l.message.len()).sum();
    assert!(logged < 512 * 1024, "{name} logged {logged} bytes");
}

/// Files that this process has open, and bytes of memory that it holds.
fn held() -> (usize, u64) {
    let files = fs::read_dir("/proc/self/fd").expect("lists").count();
    let statm = fs::read_to_string("/proc/self/statm").expect("reads");
    let pages = statm.split(' ').nth(1).expect("a second number");
    (files, pages.parse::<u64>().expect("a number") * 4096)
}

fn nothing_is_left(node: &Node, name: &str) {
    let gauges = node.sandbox.gauges();
    assert_eq!((gauges.running, gauges.waiting), (0, 0), "{name}");
    assert_eq!(gauges.memory_bytes_admitted, 0, "{name}");
    assert_eq!(node.scratch_files(), 0, "{name}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_guest_is_contained() {
    let _turn = TURN.lock().await;
    let node = Node::new();
    let echo = node.put(include_str!("guests/echo.wat")).await;
    for (name, text, fate) in &GUESTS {
        let mut asked = hostile(node.put(text).await);
        if !matches!(fate, Fails("States.Timeout", _)) {
            // What ends by itself does so however slow the machine is.
            asked.limits.timeout_ms = AMPLE_MS;
        }
        let finished = beside_a_neighbour(&node, echo, asked.clone(), name).await;
        check(name, fate, &finished);
        nothing_is_left(&node, name);
        let (files, bytes) = held();
        let finished = beside_a_neighbour(&node, echo, asked, name).await;
        check(name, fate, &finished);
        nothing_is_left(&node, name);
        let (files_after, bytes_after) = held();
        assert!(files_after <= files, "{name} leaves files open");
        assert!(
            bytes_after < bytes + GROWTH_BYTES_MAX,
            "{name}: {bytes} bytes became {bytes_after}"
        );
    }
    assert_eq!(result(&node.invoke(call(echo, "7")).await), "7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_bytes_arrive_escaped() {
    let _turn = TURN.lock().await;
    let node = Node::new();
    let finished = node
        .run(include_str!("hostile/flood_control.wat"), "null")
        .await;
    assert_eq!(finished.logs.len(), 3, "two ends of lines");
    for line in &finished.logs {
        let control = line.message.chars().find(|c| c.is_control() && *c != '\t');
        assert_eq!(control, None, "{:?}", line.message);
    }
}

/// Every function of preview 1, with its parameters: `i` for 32 bits, `l` for 64.
const HOST_FUNCTIONS: &[(&str, &str)] = &[
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "ili"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("fd_advise", "illi"),
    ("fd_allocate", "ill"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "ill"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "il"),
    ("fd_filestat_set_times", "illi"),
    ("fd_pread", "iiili"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_prestat_get", "ii"),
    ("fd_pwrite", "iiili"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiili"),
    ("fd_renumber", "ii"),
    ("fd_seek", "ilii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiilli"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiillii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("random_get", "ii"),
    ("sched_yield", ""),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// A reactor that exports nothing but calls of one function, each with the same value for all.
fn calls_of(function: &str, params: &str, value: i64) -> String {
    let (mut types, mut values) = (String::new(), String::new());
    for param in params.chars() {
        let ty = if param == 'l' { "i64" } else { "i32" };
        let _ = write!(types, " {ty}");
        let _ = write!(values, " ({ty}.const {value})");
    }
    format!(
        r#"(module
          (import "wasi_snapshot_preview1" "{function}" (func $f (param{types}) (result i32)))
          (memory (export "memory") 1)
          (func (export "steploom_alloc") (param i32) (result i32) i32.const 1024)
          (func (export "steploom_handle") (param i32 i32) (result i64)
            (drop (call $f{values}))
            (i32.store8 (i32.const 0) (i32.const 0x31))
            (i64.const 1)))"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_host_function_takes_every_argument() {
    let _turn = TURN.lock().await;
    let node = Node::new();
    for (function, params) in HOST_FUNCTIONS {
        // Null, the folder's descriptor, unaligned and just outside, the largest.
        for value in [0, 3, 65_535, i64::from(i32::MAX), -1] {
            let guest = node.put(&calls_of(function, params, value)).await;
            let finished = node.invoke(hostile(guest)).await;
            // An errno, a trap or the end of its time: anything but an error of ours.
            if let Err(failure) = &finished.outcome {
                let known = ["Function.Trap", "States.Timeout"];
                assert!(
                    known.contains(&&*failure.error),
                    "{function} {value}: {failure:?}"
                );
            }
            nothing_is_left(&node, function);
        }
    }
}

/// What compiling a bomb may come to: refused, or code that runs.
async fn detonate(node: &Node, name: &str, module: Vec<u8>) {
    let module = Bytes::from(module);
    if let Err(error) = node.sandbox.inspect(&module, &[]) {
        assert_eq!(error.code, "InvalidModule", "{name}: {error}");
        return;
    }
    let digest = Digest::of(&module);
    let prepared = node.sandbox.prepare(digest, &module).await;
    let refused = ["CompileLimit", "ModuleNotCompilable", "InvalidModule"];
    match prepared {
        Ok(()) => {}
        Err(error) => assert!(refused.contains(&error.code), "{name}: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_for_the_compiler_hurt_its_process_alone() {
    let _turn = TURN.lock().await;
    let node = Node::new();
    let echo = node.put(include_str!("guests/echo.wat")).await;
    let wasm = |text: &str| wat::parse_str(text).expect("WebAssembly");
    let locals = "(local i64) ".repeat(50_000);
    let bombs = [
        (
            "20,000 functions",
            format!(
                "(module (func (export \"_start\")) {})",
                "(func)".repeat(20_000)
            ),
        ),
        (
            "50,000 locals",
            format!("(module (func (export \"_start\") {locals}))"),
        ),
        (
            "one large function",
            format!(
                "(module (memory 1) (func (export \"_start\") {}))",
                "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 4)) (i32.const 1)))"
                    .repeat(20_000)
            ),
        ),
        (
            "nested blocks",
            format!(
                "(module (func (export \"_start\") {} {}))",
                "block ".repeat(5_000),
                "end ".repeat(5_000)
            ),
        ),
        (
            "32,768 data segments",
            format!(
                "(module (memory 1) (func (export \"_start\")) {})",
                "(data (i32.const 0) \"x\")".repeat(32_768)
            ),
        ),
        (
            "a huge elem",
            format!(
                "(module (table 100000 funcref) (func $f (export \"_start\")) (elem (i32.const 0) {}))",
                "$f ".repeat(100_000)
            ),
        ),
    ];
    for (name, text) in bombs {
        let module = wasm(&text);
        let ((), answer) =
            tokio::join!(detonate(&node, name, module), node.invoke(call(echo, "1")));
        assert_eq!(result(&answer), "1", "{name}");
    }
    let mut custom = wasm("(module (func (export \"_start\")))");
    custom.extend([0, 0xff, 0xff, 0xff, 0x2f]);
    custom.resize(custom.len() + 0x05ff_ffff, b'x');
    detonate(&node, "100 MB in a custom section", custom).await;
    nothing_is_left(&node, "bombs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_can_be_cancelled_or_dropped_at_any_time() {
    let _turn = TURN.lock().await;
    let node = Node::new();
    let guests = [
        include_str!("hostile/cpu_loop.wat"),
        include_str!("hostile/host_sleep.wat"),
        include_str!("hostile/flood_logs.wat"),
    ];
    for text in guests {
        let ready = node.put(text).await;
        for ms in 0..20 {
            let mut asked = call(ready, "null");
            let cancel = Cancel::new();
            asked.cancel = Some(cancel.clone());
            let cancelled = async {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                cancel.cancel();
            };
            let (finished, ()) = tokio::join!(node.invoke(asked.clone()), cancelled);
            failed(&finished, "Function.Cancelled", "cancelled");
            asked.cancel = None;
            let dropped = Duration::from_millis(ms);
            tokio::time::timeout(dropped, node.sandbox.invoke(asked))
                .await
                .expect_err("does not end by itself");
        }
    }
    // One with a scratch folder, dropped while it runs.
    let ready = node.put(include_str!("hostile/host_files.wat")).await;
    let dropped = Duration::from_millis(1);
    let _ = tokio::time::timeout(dropped, node.sandbox.invoke(hostile(ready))).await;
    let gone = async {
        while node.scratch_folders() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_millis(AMPLE_MS), gone)
        .await
        .expect("folders of dropped invocations are removed");
    nothing_is_left(&node, "cancelled");
}
