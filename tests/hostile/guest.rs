//! Every guest of the sandbox's tests, one after the other, beside a neighbour.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::guest::{ECHO, wasm};
use crate::support::http::Answer;
use crate::support::server::Server;
use crate::{Held, MARGIN, MEMORY_BYTES_MAX, TIMEOUT_MS, neighbour_answers, turn};

/// Wall time of guests that end by themselves: never reached, however slow the machine is.
const AMPLE_MS: u64 = 60_000;

/// What a guest must come to.
enum Fate {
    /// It fails by this name, and its cause says this.
    Fails(&'static str, &'static str),
    /// It is harmless, and answers this.
    Answers(u64),
    /// It is not even taken, with this code.
    Refused(&'static str),
}
use Fate::{Answers, Fails, Refused};

const TIMEOUT: Fate = Fails("States.Timeout", "200 ms");
const STACK: Fate = Fails("Function.Trap", "call stack exhausted");
const OUTPUT: Fate = Fails("States.DataLimitExceeded", "6291456 bytes");

const GUESTS: [(&str, Fate); 31] = [
    ("cpu_loop", TIMEOUT),
    ("cpu_start", TIMEOUT),
    ("cpu_initialize", TIMEOUT),
    ("cpu_fill", TIMEOUT),
    ("cpu_copy", TIMEOUT),
    ("cpu_call_indirect", STACK),
    (
        "memory_grow_all",
        Fails("Function.OutOfMemory", "67108864 bytes"),
    ),
    ("memory_grow_one", TIMEOUT),
    ("memory_minimum", Refused("MemoryTooSmall")),
    ("memory_touch", Answers(1)),
    ("stack_recursion", STACK),
    ("stack_host", STACK),
    ("table_grow", Fails("Function.OutOfMemory", "100000")),
    ("flood_logs", TIMEOUT),
    ("flood_empty", TIMEOUT),
    ("flood_control", Answers(1)),
    ("output_command", OUTPUT),
    ("output_large", OUTPUT),
    (
        "output_outside",
        Fails("Function.InvalidOutput", "65536 bytes"),
    ),
    ("output_overflow", OUTPUT),
    (
        "output_alloc",
        Fails("Function.InvalidOutput", "leaves its memory"),
    ),
    (
        "output_deep",
        Fails("Function.InvalidOutput", "recursion limit exceeded"),
    ),
    (
        "output_surrogate",
        Fails("Function.InvalidOutput", "not valid JSON"),
    ),
    ("host_random_large", Fails("Function.Trap", "65536")),
    ("host_random_flood", TIMEOUT),
    ("host_sleep", TIMEOUT),
    ("host_poll", TIMEOUT),
    ("host_clock", TIMEOUT),
    (
        "host_files",
        Fails(
            "Function.ResourceLimitExceeded",
            "files, streams and the like",
        ),
    ),
    ("escape_sockets", Answers(0)),
    ("lifecycle_trap", Fails("Function.Trap", "unreachable")),
];

/// Where the guests are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime/sandbox/tests/hostile")
}

#[test]
fn the_table_has_every_guest() {
    let files = fs::read_dir(folder()).expect("lists");
    let mut files: Vec<_> = files
        .map(|file| file.expect("reads").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    let mut named: Vec<_> = GUESTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    named.sort();
    assert_eq!(named, files);
}

/// A guest's text.
fn text(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.wat"))).expect("reads")
}

/// Calls a guest while a neighbour is called again and again.
fn beside_a_neighbour(server: &Server, name: &str) -> (Answer, Duration) {
    thread::scope(|scope| {
        let began = Instant::now();
        let guest = scope.spawn(move || {
            let answer = server.invoke(name, &Value::Null);
            (answer, began.elapsed())
        });
        neighbour_answers(server, name);
        while !guest.is_finished() {
            neighbour_answers(server, name);
        }
        guest.join().expect("no panic")
    })
}

#[track_caller]
fn check(name: &str, fate: &Fate, answer: &Answer) {
    match fate {
        Answers(value) => assert_eq!(answer.expect(200), *value, "{name}"),
        Refused(_) => panic!("{name} was taken: {answer:?}"),
        Fails(error, cause) => {
            let status = if *error == "States.Timeout" { 504 } else { 502 };
            let problem = answer.problem(status, "FunctionFailed");
            assert_eq!(problem["error"], *error, "{name}: {problem}");
            let said = problem["cause"].as_str().expect("a cause");
            assert!(said.contains(cause), "{name}: {problem}");
        }
    }
}

#[test]
fn every_guest_is_contained() {
    let _turn = turn();
    let mut server = Server::start();
    server.deploy("neighbour", ECHO);
    for (name, fate) in &GUESTS {
        let timeout_ms = match fate {
            Fails("States.Timeout", _) => TIMEOUT_MS,
            _ => AMPLE_MS,
        };
        // Fuel that is never used up, so that it is time that ends them.
        let settings = json!({
            "timeoutMs": timeout_ms, "memoryBytesMax": MEMORY_BYTES_MAX, "fuelMax": 5_000_000_000_000_u64
        });
        if let Refused(code) = fate {
            let answer = server.put_form(name, &wasm(&text(name)), &settings);
            answer.problem(400, code);
            continue;
        }
        server.deploy_with(name, &text(name), &settings);
        let (answer, _) = beside_a_neighbour(&server, name);
        check(name, fate, &answer);
        // The first call has filled what the pool keeps; a second one must leave nothing more.
        neighbour_answers(&server, name);
        let before = Held::by(&server);
        let (answer, took) = beside_a_neighbour(&server, name);
        check(name, fate, &answer);
        assert!(
            took < Duration::from_millis(timeout_ms) + MARGIN,
            "{name} took {took:?}"
        );
        before.is_all_that_is_left(&server, name);
        assert!(server.is_running(), "{name}");
    }
    neighbour_answers(&server, "all that was before");
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn a_crowd_of_hostile_guests_does_not_keep_honest_ones_from_their_answers() {
    let _turn = turn();
    let mut server = Server::start();
    server.deploy("neighbour", ECHO);
    let settings = json!({"timeoutMs": 1000, "fuelMax": 5_000_000_000_000_u64});
    server.deploy_with("loops", &text("cpu_loop"), &settings);
    server.deploy_with("sleeps", &text("host_sleep"), &settings);
    crowd(&server);
    // The first crowd has filled what the pool keeps; a second one must leave nothing more.
    let before = Held::by(&server);
    crowd(&server);
    before.is_all_that_is_left(&server, "a crowd");
    assert!(server.is_running());
}

/// Calls several hostile functions at once, and a neighbour until they have all ended.
fn crowd(server: &Server) {
    let ends = |name: &'static str| {
        let answer = server.invoke(name, &Value::Null);
        check(name, &Fails("States.Timeout", "1000 ms"), &answer);
    };
    thread::scope(|scope| {
        let crowd: Vec<_> = ["loops", "sleeps"]
            .into_iter()
            .flat_map(|name| [name; 4])
            .map(|name| scope.spawn(move || ends(name)))
            .collect();
        neighbour_answers(server, "a crowd");
        while !crowd.iter().all(thread::ScopedJoinHandle::is_finished) {
            neighbour_answers(server, "a crowd");
        }
    });
}

#[test]
fn a_hostile_step_fails_its_execution_and_no_other() {
    let _turn = turn();
    let server = Server::start();
    server.deploy("neighbour", ECHO);
    let settings = json!({"timeoutMs": TIMEOUT_MS, "fuelMax": 5_000_000_000_000_u64});
    server.deploy_with("loops", &text("cpu_loop"), &settings);
    let one = |function: &str| json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": function, "End": true}}});
    server.put_machine("hostile", &one("loops")).expect(201);
    server.put_machine("honest", &one("neighbour")).expect(201);
    let start = |machine: &str| server.start_execution(&json!({"machine": machine, "input": [1]}));
    let hostile: Vec<_> = (0..4).map(|_| start("hostile")).collect();
    let honest: Vec<_> = (0..4).map(|_| start("honest")).collect();
    for id in honest {
        let ended = server.ended(&id);
        assert_eq!(
            (&ended["status"], &ended["output"]),
            (&json!("SUCCEEDED"), &json!([1]))
        );
    }
    for id in hostile {
        let ended = server.ended(&id);
        assert_eq!(
            (&ended["status"], &ended["error"]),
            (&json!("FAILED"), &json!("States.Timeout"))
        );
    }
}

#[test]
fn a_function_can_be_replaced_and_deleted_while_it_runs() {
    let _turn = turn();
    let mut server = Server::start();
    server.deploy("neighbour", ECHO);
    let settings = json!({"timeoutMs": 1500});
    server.deploy_with("changing", &text("host_sleep"), &settings);
    let before = Held::by(&server);
    thread::scope(|scope| {
        let running = scope.spawn(|| server.invoke("changing", &Value::Null));
        crate::support::wait::until("it runs", || {
            (server.metric("steploom_sandboxes_running") > 0.5).then_some(())
        });
        server.deploy("changing", ECHO);
        assert_eq!(
            server.invoke("changing", &json!(2)).expect(200),
            2,
            "the new version"
        );
        assert_eq!(server.delete("/v1/functions/changing").status, 204);
        server
            .invoke("changing", &json!(2))
            .problem(404, "FunctionNotFound");
        let answer = running.join().expect("no panic");
        check("changing", &Fails("States.Timeout", "1500 ms"), &answer);
    });
    before.is_all_that_is_left(&server, "a deleted function");
    assert!(server.is_running());
}
