//! What a function may use: each limit that is hit gives the error that is documented for it.

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;

/// Deploys a guest with settings, calls it, and checks how it fails.
#[track_caller]
fn check(
    name: &str,
    guest: &str,
    settings: &Value,
    event: &Value,
    status: u16,
    error: &str,
    cause: &str,
) {
    let server = server();
    server.deploy_with(name, guest, settings);
    let problem = server.invoke(name, event).problem(status, "FunctionFailed");
    assert_eq!(problem["error"], error, "{problem}");
    let said = problem["cause"].as_str().expect("a cause");
    assert!(said.contains(cause), "{problem}");
    assert!(problem["invocationId"].is_string(), "{problem}");
}

#[test]
fn fuel() {
    let settings = json!({"fuelMax": 100_000});
    check(
        "limit-fuel",
        guest::SPIN,
        &settings,
        &Value::Null,
        502,
        "Function.OutOfFuel",
        "100000",
    );
}

#[test]
fn time() {
    let settings = json!({"timeoutMs": 50});
    check(
        "limit-time",
        guest::SPIN,
        &settings,
        &Value::Null,
        504,
        "States.Timeout",
        "50 ms",
    );
}

#[test]
fn memory() {
    let settings = json!({"memoryBytesMax": 1 << 20});
    let guest = include_str!("../../runtime/sandbox/tests/hostile/memory_grow_all.wat");
    check(
        "limit-memory",
        guest,
        &settings,
        &Value::Null,
        502,
        "Function.OutOfMemory",
        "1048576 bytes",
    );
}

#[test]
fn output() {
    let settings = json!({"outputBytesMax": 10});
    let event = json!("more than ten bytes");
    let error = "States.DataLimitExceeded";
    check(
        "limit-output",
        guest::ECHO,
        &settings,
        &event,
        502,
        error,
        "10 bytes",
    );
}

#[test]
fn traps() {
    let none = json!({});
    check(
        "limit-trap",
        guest::TRAP,
        &none,
        &Value::Null,
        502,
        "Function.Trap",
        "unreachable",
    );
}

#[test]
fn exit_codes() {
    let none = json!({});
    check(
        "limit-exit",
        guest::CAT,
        &none,
        &json!(3),
        502,
        "Function.ExitCode",
        "3",
    );
}

#[test]
fn results_that_are_no_json() {
    let none = json!({});
    let guest = include_str!("../../runtime/sandbox/tests/hostile/output_surrogate.wat");
    check(
        "limit-json",
        guest,
        &none,
        &Value::Null,
        502,
        "Function.InvalidOutput",
        "JSON",
    );
}

#[test]
fn logs_are_cut_and_the_log_says_so() {
    let server = server();
    server.deploy_with("limit-logs", guest::CAT, &json!({"logBytesMax": 12}));
    let answer = server.invoke("limit-logs", &json!([]));
    assert_eq!(answer.expect(200), json!([]));
    let id = answer.header("x-steploom-request-id").expect("an id");
    let logged = crate::log::of_invocation("limit-logs", id);
    assert!(logged.contains("first line"), "{logged}");
    assert!(!logged.contains("last words"), "{logged}");
    assert!(logged.contains("12 bytes"), "{logged}");
}

#[test]
fn settings_beyond_their_range_are_refused_at_their_place() {
    let server = server();
    let module = guest::wasm(guest::ECHO);
    for (settings, place) in [
        (json!({"timeoutMs": 0}), "timeoutMs"),
        (json!({"timeoutMs": 900_001}), "timeoutMs"),
        (json!({"memoryBytesMax": 1}), "memoryBytesMax"),
        (json!({"memoryBytesMax": 5_u64 << 30}), "memoryBytesMax"),
        (json!({"fuelMax": 0}), "fuelMax"),
        (json!({"fuelMax": 5_000_000_000_001_u64}), "fuelMax"),
        (json!({"outputBytesMax": 7 << 20}), "outputBytesMax"),
        (json!({"logBytesMax": 17 << 20}), "logBytesMax"),
        (json!({"diskBytesMax": 11_u64 << 30}), "diskBytesMax"),
        (
            json!({"environment": {"A": "x".repeat(5000)}}),
            "environment",
        ),
        (json!({"environment": {"STEPLOOM_A": "x"}}), "environment"),
        (json!({"environment": {"A=B": "x"}}), "environment"),
        (
            json!({"volumes": [{"name": "absent", "path": "/in"}]}),
            "volumes",
        ),
        (json!({"colour": "red"}), "settings"),
        (json!({"timeoutMs": "long"}), "settings"),
        (json!({"timeoutMs": -1}), "settings"),
    ] {
        let answer = server.put_form("limit-settings", &module, &settings);
        assert_eq!(answer.status, 400, "{settings}: {}", answer.text());
        let problem = answer.json();
        let at = problem["problems"][0]["path"].as_str().unwrap_or_default();
        assert!(at.contains(place), "{settings}: {problem}");
    }
    let absent = server.get("/v1/functions/limit-settings");
    absent.problem(404, "FunctionNotFound");
}
