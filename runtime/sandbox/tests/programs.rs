//! Programs in a language that has a runtime: loaded once, called from there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use steploom_sandbox::{Call, Failure, Limits, Program, Refused, Reuse, Runner, Snapshot};
use steploom_types::Json;

use crate::support::{AMPLE_MS, Node, Ready, call, refusal, result};

const LANGUAGE: &str = include_str!("guests/language.wat");

fn node(file: &Path) -> Node {
    node_with(file, LANGUAGE)
}

/// A node with the language "echo", whose runtime this text is.
pub(crate) fn node_with(file: &Path, runtime: &str) -> Node {
    fs::write(file, wat::parse_str(runtime).expect("text")).expect("writes");
    let name = "echo".parse().expect("a name");
    Node::with(|config| {
        config.runtimes = BTreeMap::from([(name, file.to_owned())]);
        // One of four may wait.
        config.instances_max = 16;
    })
}

fn program(runtime: &str, package: &str) -> Program {
    let ready = Ready::nothing();
    Program {
        runtime: runtime.parse().expect("a name"),
        package: Json::parse(package).expect("JSON"),
        limits: Limits {
            timeout_ms: AMPLE_MS,
            ..Limits::default()
        },
        environment: Arc::new([]),
        context: call(ready, "null").context,
    }
}

async fn load(node: &Node, package: &str) -> Result<Snapshot, Failure> {
    let loaded = node.sandbox.load_program(program("echo", package)).await;
    loaded.expect("is tried").outcome
}

/// A program that was loaded.
pub(crate) async fn ready(node: &Node, package: &str) -> Ready {
    let snapshot = load(node, package).await.expect("can be loaded");
    let digest = node.artifacts.put_module(&snapshot.module).await;
    let digest = digest.expect("stores");
    let prepared = node.sandbox.prepare(digest, &snapshot.module).await;
    prepared.expect("has code");
    Ready {
        digest,
        found: snapshot.found,
    }
}

#[tokio::test]
async fn every_call_begins_where_loading_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, r#"{"program":"one"}"#).await;
    let two = ready(&node, r#"["two"]"#).await;
    for _ in 0..3 {
        let finished = node.invoke(call(one, "null")).await;
        // It was initialised once, and this is the first call of its memory.
        assert_eq!(result(&finished), r#"[2,{"program":"one"}]"#);
        assert_eq!(finished.logs[0].message, "called");
        let finished = node.invoke(call(two, "null")).await;
        assert_eq!(result(&finished), r#"[2,["two"]]"#);
    }
}

#[tokio::test]
async fn a_node_without_the_runtime_calls_programs_that_another_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = node(&folder.path().join("echo.wasm"));
    let one = ready(&first, "7").await;
    let other = Arc::new(tempfile::tempdir().expect("a folder"));
    let second = Node::on(other, Arc::clone(&first.artifacts), |_| {});
    assert_eq!(result(&second.invoke(call(one, "null")).await), "[2,7]");
}

#[tokio::test]
async fn a_program_that_cannot_be_loaded_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let failure = load(&node, "1").await.expect_err("is no program");
    assert_eq!(failure.error, "SyntaxError");
    assert_eq!(failure.cause, "1 is no program");
}

#[tokio::test]
async fn a_language_without_a_runtime_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let refused = node.sandbox.load_program(program("cobol", "7")).await;
    let Err(Refused::Failed(error)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.code, "UnknownRuntime");
    assert!(error.message.contains("it has echo"), "{}", error.message);
}

#[tokio::test]
async fn a_runtime_alone_cannot_be_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, "7").await;
    // What an image goes with is named by its export.
    let module = node.artifacts.module(one.digest).await.expect("reads");
    let module = module.expect("is there");
    let text = String::from_utf8_lossy(&module);
    let (_, rest) = text.split_once("steploom:image-of:").expect("an image");
    let runtime = Ready {
        digest: rest[..64].parse().expect("a digest"),
        ..one
    };
    let refused = refusal(node.sandbox.invoke(call(runtime, "null")).await);
    let Refused::Failed(error) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.code, "WrongKind");
}

fn again(ready: Ready, uses_max: u32) -> Call {
    Call {
        reuse: Some(Reuse {
            uses_max,
            seconds_max: 3_600,
        }),
        ..call(ready, "null")
    }
}

#[tokio::test]
async fn a_version_that_asks_for_it_is_called_again_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, "7").await;
    let called = async |call: Call| result(&node.invoke(call).await);
    assert_eq!(called(again(one, 3)).await, "[2,7]");
    assert_eq!(called(again(one, 3)).await, "[3,7]");
    assert_eq!(node.sandbox.gauges().idle, 1);
    // Neither others' calls nor those of another version, nor those that do not ask for it.
    for change in [
        |call: &mut Call| call.context.version = 4,
        |call: &mut Call| call.context.function = "other".parse().expect("a name"),
        |call: &mut Call| call.limits.fuel_max -= 1,
        |call: &mut Call| call.reuse = None,
    ] {
        let mut other = again(one, 3);
        change(&mut other);
        assert_eq!(called(other).await, "[2,7]");
    }
    assert_eq!(called(again(one, 3)).await, "[4,7]");
    // That was its last.
    assert_eq!(called(again(one, 3)).await, "[2,7]");
}

#[tokio::test]
async fn what_an_instance_holds_counts_for_its_next_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, "7").await;
    let first = node.invoke(again(one, 9)).await;
    let second = node.invoke(again(one, 9)).await;
    assert_eq!(result(&second), "[3,7]");
    assert_eq!(second.memory_bytes, first.memory_bytes);
    assert_eq!(second.logs.len(), first.logs.len());
    // An instance is worn when it holds half of what it may.
    let tight = |mut call: Call| {
        call.limits.memory_bytes_max = first.memory_bytes;
        call
    };
    for _ in 0..2 {
        let finished = node.invoke(tight(again(one, 9))).await;
        assert_eq!(result(&finished), "[2,7]");
    }
}

#[tokio::test]
async fn an_instance_whose_call_failed_serves_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, "7").await;
    assert_eq!(result(&node.invoke(again(one, 9)).await), "[2,7]");
    let mut bad = again(one, 9);
    bad.event = Json::parse("9").expect("JSON");
    let failed = node.invoke(bad).await;
    assert_eq!(failed.outcome.expect_err("traps").error, "Function.Trap");
    assert_eq!(node.sandbox.gauges().idle, 0);
    assert_eq!(result(&node.invoke(again(one, 9)).await), "[2,7]");
}

#[tokio::test]
async fn instances_that_wait_make_room_for_calls() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = node(&folder.path().join("echo.wasm"));
    let one = ready(&node, "7").await;
    assert_eq!(result(&node.invoke(again(one, 9)).await), "[2,7]");
    let mut large = call(one, "null");
    large.limits.memory_bytes_max = 4 << 30;
    assert_eq!(result(&node.invoke(large).await), "[2,7]");
    assert_eq!(node.sandbox.gauges().idle, 0);
}
