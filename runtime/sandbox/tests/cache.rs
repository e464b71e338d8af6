//! Compiled code is kept, sealed, and shared between callers; a module comes from the artifacts
//! when its code is not there.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use steploom_sandbox::{CompilerCommand, Refused, Runner};
use steploom_types::Digest;

use crate::support::{Node, call, refusal, result};

const ECHO: &str = include_str!("guests/echo.wat");

fn cached(node: &Node, ending: &str) -> Vec<PathBuf> {
    fs::read_dir(node.folder.path().join("code"))
        .expect("lists")
        .map(|entry| entry.expect("reads").path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect()
}

fn no_compiler() -> CompilerCommand {
    CompilerCommand {
        program: "/bin/false".into(),
        args: Vec::new(),
    }
}

#[tokio::test]
async fn code_outlives_the_process_that_compiled_it() {
    let first = Node::new();
    let echo = first.put(ECHO).await;
    let second = Node::on(
        Arc::clone(&first.folder),
        Arc::clone(&first.artifacts),
        |config| config.compiler = no_compiler(),
    );
    assert_eq!(result(&second.invoke(call(echo, "1")).await), "1");
}

#[tokio::test]
async fn another_node_fetches_and_compiles() {
    let first = Node::new();
    let echo = first.put(ECHO).await;
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let second = Node::on(folder, Arc::clone(&first.artifacts), |_| {});
    assert_eq!(result(&second.invoke(call(echo, "1")).await), "1");
    let third = Node::new();
    let refused = refusal(third.sandbox.invoke(call(echo, "1")).await);
    assert_eq!(refused, Refused::ModuleMissing);
}

#[tokio::test]
async fn a_broken_seal_is_set_aside_and_compiled_again() {
    let first = Node::new();
    let echo = first.put(ECHO).await;
    let path = cached(&first, "code").remove(0);
    let mut code = fs::read(&path).expect("reads");
    let at = code.len() / 2;
    code[at] ^= 1;
    fs::write(&path, code).expect("writes");
    let second = Node::on(
        Arc::clone(&first.folder),
        Arc::clone(&first.artifacts),
        |_| {},
    );
    assert_eq!(result(&second.invoke(call(echo, "1")).await), "1");
    assert_eq!(cached(&second, "broken").len(), 1);
    assert_eq!(cached(&second, "code").len(), 1);
}

#[tokio::test]
async fn concurrent_callers_compile_once() {
    let count = tempfile::NamedTempFile::new().expect("a file");
    let script = format!(
        "echo >> {}; exec {}",
        count.path().display(),
        env!("CARGO_BIN_EXE_steploom-compiler")
    );
    let node = Node::with(|config| {
        config.compiler = CompilerCommand {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
        };
    });
    let module = bytes::Bytes::from(wat::parse_str(ECHO).expect("a module"));
    let digest = Digest::of(&module);
    let prepare = || node.sandbox.prepare(digest, &module);
    let (a, b, c) = tokio::join!(prepare(), prepare(), prepare());
    for prepared in [a, b, c] {
        prepared.expect("compiles");
    }
    assert_eq!(fs::read_to_string(count.path()).expect("reads"), "\n");
    assert_eq!(node.sandbox.gauges().modules_loaded, 1);
}

#[tokio::test]
async fn a_failing_compiler_is_tried_again() {
    let node = Node::with(|config| config.compiler = no_compiler());
    let module = bytes::Bytes::from(wat::parse_str(ECHO).expect("a module"));
    let digest = node.artifacts.put_module(&module).await.expect("stores");
    for _ in 0..2 {
        let error = node
            .sandbox
            .prepare(digest, &module)
            .await
            .expect_err("fails");
        assert_eq!(error.code, "CompilerFailed");
    }
}
