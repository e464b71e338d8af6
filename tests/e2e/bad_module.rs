//! Modules that are refused: each with what is wrong and where, and nothing is kept.

use std::fmt::Write as _;

use serde_json::Value;

use crate::bad_input::changing_nothing;
use crate::command::write;
use crate::support::guest::wasm;
use crate::support::server::Server;

/// What any module has that can be called.
const START: &str = r#"(func (export "_start"))"#;

/// Uploads what is refused; gives its problems.
#[track_caller]
fn refused(server: &Server, module: &[u8]) -> Vec<Value> {
    let answer = server.put_module("refused", module);
    let problem = answer.problem(400, "InvalidModule");
    let problems = problem["problems"].as_array().expect("problems").clone();
    assert!(!problems.is_empty(), "{problem}");
    for one in &problems {
        assert!(
            !one["message"].as_str().expect("text").is_empty(),
            "{problem}"
        );
    }
    problems
}

#[track_caller]
fn check(server: &Server, module: &[u8], code: &str, place: &str, message: &str) {
    let problems = refused(server, module);
    let is_it = |one: &&Value| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        text("code") == code && text("path").contains(place) && text("message").contains(message)
    };
    assert!(
        problems.iter().any(|one| is_it(&one)),
        "{code} {place} {message}: {problems:#?}"
    );
}

#[test]
fn what_is_no_module() {
    changing_nothing(|server| {
        check(
            server,
            b"just text",
            "MALFORMED",
            "byte 0x0",
            "not WebAssembly",
        );
        check(server, b"(module)", "MALFORMED", "byte 0x0", "text format");
        check(
            server,
            b"\x7fELF\x02\x01\x01\0",
            "MALFORMED",
            "byte 0x0",
            "",
        );
        check(server, b"\0asm", "MALFORMED", "byte 0x4", "");
        server.put_module("refused", b"").problem(400, "NoModule");
    });
}

#[test]
fn what_is_cut_off_anywhere() {
    changing_nothing(|server| {
        let whole = wasm(include_str!("../../runtime/sandbox/tests/guests/cat.wat"));
        let step = whole.len() / 24;
        for end in (9..whole.len() - 1).step_by(step) {
            // Cut off between two sections it is a module, but none that can be called.
            let problems = refused(server, &whole[..end]);
            let code = problems[0]["code"].as_str().expect("a code");
            assert!(
                ["MALFORMED", "NOT_CALLABLE"].contains(&code),
                "{end}: {problems:?}"
            );
        }
    });
}

#[test]
fn imports_that_are_not_offered() {
    changing_nothing(|server| {
        let text = format!(
            r#"(module (import "env" "launch" (func)) (import "wasi_snapshot_preview1" "fd_fly" (func)) {START})"#
        );
        check(
            server,
            &wasm(&text),
            "UNKNOWN_IMPORT",
            "import 0",
            "env.launch",
        );
        check(
            server,
            &wasm(&text),
            "UNKNOWN_IMPORT",
            "import 1",
            "wasi_snapshot_preview1.fd_fly",
        );
        let text = format!(r#"(module (import "env" "memory" (memory 1)) {START})"#);
        check(
            server,
            &wasm(&text),
            "UNKNOWN_IMPORT",
            "import 0",
            "only functions are offered",
        );
        let text = r#"(component (import "wasi:keyvalue/store@0.2.0" (instance)))"#;
        check(
            server,
            &wasm(text),
            "UNKNOWN_IMPORT",
            "import 0",
            "wasi:keyvalue/store@0.2.0",
        );
    });
}

#[test]
fn each_refused_import_is_said_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        r#"(module (import "env" "launch" (func)) (import "env" "memory" (memory 1)) {START})"#
    );
    let two = write(folder.path(), "refused.wasm", wasm(&text));
    let text = format!(r#"(module (import "env" "launch" (func)) {START})"#);
    let one = write(folder.path(), "refused-too.wasm", wasm(&text));
    changing_nothing(|server| {
        for (file, names) in [
            (one, &["env.launch"][..]),
            (two, &["env.launch", "env.memory"]),
        ] {
            let said = server.run(&["deploy", &file]);
            said.code(4)
                .notes("\n  at import ")
                .notes("; offered are, in");
            for text in [names, &["fd_write"][..]].concat() {
                let times = said.stderr.matches(text).count();
                assert_eq!(times, 1, "{text}: {}", said.stderr);
            }
        }
    });
}

#[test]
fn what_cannot_be_called() {
    changing_nothing(|server| {
        let text = r#"(module (func (export "main")))"#;
        check(server, &wasm(text), "NOT_CALLABLE", "exports", "_start");
        let text = r#"(module (func (export "_start") (param i32)))"#;
        check(server, &wasm(text), "NOT_CALLABLE", "exports", "_start");
        for text in [
            "(module (memory i64 1))",
            "(module (memory 1 1 shared))",
            "(module (memory 1) (memory 1))",
            "(module (tag))",
        ] {
            check(server, &wasm(text), "MALFORMED", "byte 0x", "");
        }
    });
}

#[test]
fn what_is_over_a_limit() {
    changing_nothing(|server| {
        let over = |what: &str, text: String| {
            check(server, &wasm(&text), "TOO_LARGE", what, "at most");
        };
        over(
            "table elements",
            format!("(module (table 100001 funcref) {START})"),
        );
        over(
            "functions",
            format!("(module {START} {})", "(func)".repeat(100_000)),
        );
        over(
            "data segments",
            format!(
                "(module (memory 1) {START} {})",
                "(data (i32.const 0) \"\")".repeat(100_001)
            ),
        );
        over(
            "bytes in one function",
            format!("(module {START} (func {}))", "nop ".repeat(7_654_321)),
        );
        let nested = {
            let mut body = vec![0];
            body.extend([0x02, 0x40].repeat(10_001));
            body.extend(vec![0x0b; 10_002]);
            one_function(&body)
        };
        check(
            server,
            &nested,
            "TOO_LARGE",
            "function 0",
            "nests more than",
        );
        let mut many = "(module".to_owned();
        for at in 0..1000 {
            write!(many, "(import \"env\" \"f{at}\" (func))").expect("writes");
        }
        let problems = refused(server, &wasm(&format!("{many} {START})")));
        assert!(
            problems.len() <= 100,
            "a flood of problems is cut: {}",
            problems.len()
        );
    });
}

/// A module of one function, as bytes: the text's parser has limits of its own.
fn one_function(body: &[u8]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".to_vec();
    let mut code = vec![1];
    leb(&mut code, body.len());
    code.extend(body);
    module.push(10);
    leb(&mut module, code.len());
    module.extend(code);
    module
}

fn leb(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
