//! Programs in a language that has a runtime: loaded once, called from there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use steploom_sandbox::{Failure, Limits, Program, Refused, Runner, Snapshot};
use steploom_types::Json;

use crate::support::{AMPLE_MS, Node, Ready, call, refusal, result};

const LANGUAGE: &str = include_str!("guests/language.wat");

fn node(file: &Path) -> Node {
    fs::write(file, wat::parse_str(LANGUAGE).expect("text")).expect("writes");
    let name = "echo".parse().expect("a name");
    Node::with(|config| config.runtimes = BTreeMap::from([(name, file.to_owned())]))
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

async fn ready(node: &Node, package: &str) -> Ready {
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
