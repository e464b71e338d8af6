//! Folders that are built: `deploy` with its refusals, and `dev`, which builds and uploads whatever is saved.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;
use tempfile::TempDir;

use crate::command::write;
use crate::server;
use crate::support::guest;
use crate::support::server::{Server, signal};
use crate::support::wait::until;

/// Writes a file at once, so that nobody sees a part of it.
fn save(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let new = write(folder, ".new", bytes);
    fs::rename(new, folder.join(name)).expect("renames");
}

/// A folder whose build copies this guest to where the module is looked for, and adds a line to `Cargo.lock`.
fn project(name: &str, guest: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "hello.bin", guest::wasm(guest));
    manifest(
        folder.path(),
        name,
        "cp hello.bin build/hello.wasm && echo built >> Cargo.lock",
    );
    folder
}

fn manifest(folder: &Path, name: &str, build: &str) {
    let text = format!(
        "name = '{name}'\nmodule = 'build/hello.wasm'\nbuild = [['sh', '-c', '{build}']]\ntest = [['sh', 'test.sh']]\n"
    );
    save(folder, "steploom.toml", text);
}

fn text(folder: &TempDir) -> &str {
    folder.path().to_str().expect("text")
}

/// The newest version of a function, once there is one.
fn version(server: &Server, name: &str) -> u64 {
    let function = server.get(&format!("/v1/functions/{name}")).expect(200);
    function["latest"]["version"].as_u64().expect("a number")
}

#[test]
fn a_folder_is_built_and_tested_before_it_is_uploaded() {
    let server = server();
    let folder = project("pr-built", guest::ECHO);
    write(folder.path(), "test.sh", "echo all three are right");
    let said = server.run(&["deploy", text(&folder), "--test"]);
    said.code(0).says("✓ function pr-built version 1 (reactor");
    said.notes("$ sh test.sh\nall three are right");
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    left.sort();
    let expect = [
        "Cargo.lock",
        "build",
        "hello.bin",
        "steploom.toml",
        "test.sh",
    ];
    assert_eq!(left, expect, "the module is in its own folder");
}

#[test]
fn a_test_or_build_that_fails_uploads_nothing() {
    let server = server();
    let folder = project("pr-fails", guest::ECHO);
    let deploy = |more: &[&str]| server.run(&[&["deploy", text(&folder)][..], more].concat());
    let is_absent = || {
        let found = server.get("/v1/functions/pr-fails");
        found.problem(404, "FunctionNotFound");
    };
    write(folder.path(), "test.sh", "echo the second is wrong; exit 3");
    deploy(&["--test"])
        .code(1)
        .notes("the second is wrong")
        .notes("'sh test.sh' failed (exit status: 3); what it said stands above [BuildFailed]");
    assert!(!folder.path().join("build").exists(), "nothing was built");
    is_absent();
    for (build, says) in [
        ("echo a comma is missing >&2; exit 9", "a comma is missing"),
        ("exit 9", "failed (exit status: 9)"),
        ("true", "hello.wasm behind"),
    ] {
        manifest(folder.path(), "pr-fails", build);
        deploy(&[]).code(1).notes(says);
        is_absent();
    }
    let words = "name = 'pr-fails'\nmodule = 'a.wasm'\nbuild = [['no-such-compiler', 'a.x']]\n";
    write(folder.path(), "steploom.toml", words);
    deploy(&[])
        .code(1)
        .notes("'no-such-compiler' cannot be started")
        .notes("steploom doctor");
    deploy(&["--test"]).code(1).notes("says no 'test'");
    is_absent();
}

#[test]
fn a_language_that_cannot_be_told_is_asked_for() {
    let (server, _runtimes) = crate::program::server();
    let folder = tempfile::tempdir().expect("a folder");
    let deploy = |more: &[&str]| {
        let all = ["deploy", text(&folder), "--name", "pr-told"];
        server.run(&[&all[..], more].concat())
    };
    deploy(&[]).code(2).notes("--name is for one file");
    let nothing = server.run(&["deploy", text(&folder)]);
    nothing
        .code(3)
        .notes("files of no language that is known")
        .notes("--lang");
    write(folder.path(), "index.js", "let x;");
    write(folder.path(), "handler.py", "x = 1");
    deploy(&[])
        .code(2)
        .notes("has files of JavaScript (index.js) and of Python (handler.py)")
        .notes("say which with --lang");
    deploy(&["--lang", "rust"])
        .code(1)
        .notes("Cargo.toml")
        .notes("failed (exit status: 101); what it said stands above")
        .notes("without a steploom.toml it is built as what 'steploom new --lang rust' makes");
    deploy(&["--lang", "cobol"])
        .code(2)
        .notes("possible values: javascript, python, rust, go");
    server
        .get("/v1/functions/pr-told")
        .problem(404, "FunctionNotFound");
    deploy(&["--lang", "python"]).code(0);
    let answer = server.invoke("pr-told", &json!({})).expect(200);
    assert_eq!(answer[1]["entry"], "handler.py");

    let file = write(folder.path(), "alone.js", "let x;");
    let of_file = server.run(&["deploy", &file, "--lang", "python"]);
    of_file
        .code(2)
        .notes("for a folder")
        .notes("its ending tells");
}

#[test]
fn files_that_are_no_functions_are_told_by_their_names() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, code, says) in [
        ("empty.js", &b""[..], 4, "empty.js is empty [EmptyFile]"),
        ("text.zip", b"text", 4, "text.zip is no zip"),
        ("text.txt", b"text", 2, "text.txt is neither a module"),
    ] {
        let file = write(folder.path(), name, bytes);
        server.run(&["deploy", &file]).code(code).notes(says);
        fs::remove_file(&file).expect("it was there");
        server.run(&["deploy", &file]).code(3).notes("cannot read");
    }
}

#[test]
fn what_is_saved_is_deployed_and_logged() {
    let (server, _runtimes) = crate::program::server();
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "index.js", "let first;");
    let mut dev = server.follow(&["dev", text(&folder), "--name", "pr-dev"]);
    let program = || {
        let answer = server.invoke("pr-dev", &json!({}));
        (answer.status == 200).then(|| answer.json()[1]["files"]["index.js"].clone())
    };
    until("it is there", || (program()? == "let first;").then_some(()));
    until("its log is shown", || {
        program()?;
        dev.has_said("called").then_some(())
    });
    save(folder.path(), "index.js", "let second;");
    until("the change is there", || {
        (program()? == "let second;").then_some(())
    });
    until("its log is shown as well", || {
        program()?;
        dev.has_said("called").then_some(())
    });
    assert_eq!(version(&server, "pr-dev"), 2);
    signal(dev.pid(), Signal::INT);
    assert_eq!(dev.code(), Some(130));
}

#[test]
fn what_a_build_writes_itself_is_not_built_again() {
    let server = server();
    let folder = project("pr-once", guest::ECHO);
    let _dev = server.follow(&["dev", text(&folder)]);
    let answers = |expect: serde_json::Value| {
        let answer = server.invoke("pr-once", &json!(7));
        (answer.status == 200 && answer.json() == expect).then_some(())
    };
    until("it is there", || answers(json!(7)));
    save(folder.path(), "hello.bin", guest::wasm(guest::ONCE));
    until("the change is there", || answers(json!([1, 1, 0])));
    // A build that fails leaves the version before as it is; once mended, it goes on.
    manifest(folder.path(), "pr-once", "echo failed >> Cargo.lock; false");
    let lock = folder.path().join("Cargo.lock");
    until("it failed", || {
        fs::read_to_string(&lock)
            .ok()?
            .contains("failed")
            .then_some(())
    });
    answers(json!([1, 1, 0])).expect("the version before");
    save(folder.path(), "hello.bin", guest::wasm(guest::ECHO));
    manifest(
        folder.path(),
        "pr-once",
        "cp hello.bin build/hello.wasm; echo built >> Cargo.lock",
    );
    until("it is mended", || answers(json!(7)));
    let lines = fs::read_to_string(&lock).expect("reads");
    let failed = lines.lines().filter(|line| *line == "failed").count();
    assert_eq!(lines.lines().count() - failed, 3, "{lines}");
    assert_eq!(version(server, "pr-once"), 3);
}
