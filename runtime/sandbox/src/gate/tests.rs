use std::fmt::Write as _;

use steploom_types::{Error, Grant};

use super::inspect;
use crate::Kind;

const REACTOR: &str = r#"(memory (export "memory") 1)
    (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
    (func (export "steploom_handle") (param i32 i32) (result i64) i64.const 0)"#;

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's text is WebAssembly")
}

fn refused(module: &[u8]) -> Error {
    let error = inspect(module, &[]).expect_err("refused");
    assert_eq!(error.code, "InvalidModule");
    error
}

fn check(text: &str, code: &str, message: &str) {
    let error = refused(&wasm(text));
    let found = error
        .problems
        .iter()
        .any(|p| p.code == code && p.message.contains(message));
    assert!(found, "{:#?}", error.problems);
}

#[test]
fn each_kind_is_recognised() {
    let cases = [
        (
            "(module (func (export \"_start\")))".to_owned(),
            Kind::Command,
        ),
        (format!("(module {REACTOR})"), Kind::Reactor),
        (
            "(component (core module $m) (core instance $i (instantiate $m))
               (component $c (import \"f\" (func $f)) (export \"run\" (func $f)))
               (core module $n (func (export \"f\"))) (core instance $j (instantiate $n))
               (func $f (canon lift (core func $j \"f\")))
               (instance $r (instantiate $c (with \"f\" (func $f))))
               (export \"wasi:cli/run@0.2.3\" (instance $r)))"
                .to_owned(),
            Kind::Command,
        ),
        (
            "(component (core module $n (func (export \"f\"))) (core instance $j (instantiate $n))
               (func $f (canon lift (core func $j \"f\")))
               (instance $r (export \"f\" (func $f)))
               (export \"wasi:http/incoming-handler@0.2.0\" (instance $r)))"
                .to_owned(),
            Kind::Http,
        ),
    ];
    for (text, kind) in cases {
        assert_eq!(
            inspect(&wasm(&text), &[]).expect("passes").kind,
            kind,
            "{text}"
        );
    }
}

#[test]
fn what_an_instance_needs_is_found() {
    let found = inspect(
        &wasm(
            r#"(module (import "wasi_snapshot_preview1" "path_open"
             (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
             (memory (export "memory") 17) (func (export "_start")))"#,
        ),
        &[],
    )
    .expect("passes");
    assert_eq!(found.memory_bytes_min, 17 * 65_536);
    assert!(found.uses_filesystem);
}

#[test]
fn what_cannot_be_called_says_what_to_export() {
    check(
        "(module (func (export \"main\")))",
        "NOT_CALLABLE",
        "this one exports 'main'",
    );
    check(
        "(component)",
        "NOT_CALLABLE",
        "'handle: func(input: string)",
    );
    check(
        "(module (func (export \"_start\") (param i32)))",
        "NOT_CALLABLE",
        "'_start' takes [] and gives []; this one takes [I32]",
    );
    let without_alloc = REACTOR.replace("steploom_alloc", "alloc");
    check(
        &format!("(module {without_alloc})"),
        "NOT_CALLABLE",
        "'steploom_alloc' is not exported",
    );
    let without_memory = REACTOR.replace("\"memory\"", "\"mem\"");
    check(
        &format!("(module {without_memory})"),
        "NOT_CALLABLE",
        "exports its memory as 'memory'",
    );
}

#[test]
fn every_missing_import_is_named() {
    let text = r#"(module (import "env" "foo" (func)) (import "env" "bar" (func))
        (import "wasi_snapshot_preview1" "fd_fly" (func)) (func (export "_start")))"#;
    let error = refused(&wasm(text));
    assert_eq!(error.problems.len(), 3);
    assert_eq!(
        error.problems[0].message,
        "imports 'env.foo', which is not offered"
    );
    assert_eq!(error.problems[2].path, "import 2");
    let once = "imports 'env.foo', which is not offered (and 2 more); offered are, in 'steploom': call, take, fuel; in";
    assert!(error.message.contains(once), "{error}");
    let memory = r#"(module (import "env" "memory" (memory 1)) (func (export "_start")))"#;
    assert_eq!(refused(&wasm(memory)).problems.len(), 1, "said once");
    check(
        r#"(module (import "env" "memory" (memory 1)) (func (export "_start")))"#,
        "UNKNOWN_IMPORT",
        "only functions are offered",
    );
    check(
        r#"(component (import "wasi:keyvalue/store@0.2.0" (instance)))"#,
        "UNKNOWN_IMPORT",
        "wasi:keyvalue/store@0.2.0",
    );
}

#[test]
fn what_is_left_out_of_webassembly_is_refused() {
    for text in [
        "(module (memory i64 1))",
        "(module (memory 1 1 shared))",
        "(module (memory 1) (memory 1))",
        "(module (type (struct)))",
        "(module (tag))",
    ] {
        let error = refused(&wasm(text));
        assert_eq!(error.problems[0].code, "MALFORMED", "{text}");
        assert!(error.problems[0].path.starts_with("byte 0x"), "{text}");
    }
}

#[test]
fn what_is_no_module_is_refused_at_its_byte() {
    for bytes in [&b""[..], b"hello", b"\0asm", b"\0asm\x01\0\0\0\x01"] {
        let problem = &refused(bytes).problems[0];
        assert_eq!(problem.code, "MALFORMED");
        assert!(!problem.message.contains('\n'), "{}", problem.message);
    }
    let text = refused(b" (module)");
    assert!(text.message.contains("text format"), "{text}");
    let mut module = wasm(&format!("(module {REACTOR})"));
    for at in 0..module.len() {
        module[at] ^= 0x55;
        // Whatever it says, it says it without a panic.
        let _ = inspect(&module, &[]);
        module[at] ^= 0x55;
    }
}

#[test]
fn memories_and_tables_are_bounded() {
    check(
        "(module (table 10000000 funcref) (func (export \"_start\")))",
        "TOO_LARGE",
        "10000000 initial table elements; at most 100000",
    );
    let largest = "(module (memory 65536) (func (export \"_start\")))";
    assert_eq!(
        inspect(&wasm(largest), &[])
            .expect("passes")
            .memory_bytes_min,
        4 << 30
    );
}

#[test]
fn bombs_for_the_compiler_are_refused_before_it_sees_them() {
    let functions = "(func)".repeat(100_001);
    check(&format!("(module {functions})"), "TOO_LARGE", "functions");

    let segments = "(data (i32.const 0) \"\")".repeat(100_001);
    check(
        &format!("(module (memory 1) {segments})"),
        "TOO_LARGE",
        "data segments",
    );

    let long = "nop ".repeat(7_654_321);
    check(
        &format!("(module (func {long}))"),
        "TOO_LARGE",
        "bytes in one function",
    );
}

#[test]
fn deep_nesting_is_refused() {
    // As bytes, since the text's parser has a limit of its own.
    let depth = 100_000;
    let mut body = vec![0];
    body.extend([0x02, 0x40].repeat(depth));
    body.extend(vec![0x0b; depth + 1]);
    let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".to_vec();
    let mut code = vec![1];
    leb(&mut code, body.len());
    code.extend(body);
    module.push(10);
    leb(&mut module, code.len());
    module.extend(code);
    let error = refused(&module);
    assert!(
        error.problems[0].message.contains("nests more than"),
        "{error}"
    );
    assert_eq!(error.problems[0].path, "function 0");
}

#[test]
fn a_module_over_the_limit_is_not_even_read() {
    let error = refused(&vec![0; 64 * 1024 * 1024 + 1]);
    assert_eq!(error.problems[0].code, "MODULE_TOO_LARGE");
}

#[test]
fn a_flood_of_problems_is_cut() {
    let mut text = "(module".to_owned();
    for at in 0..1000 {
        let _ = write!(text, "(import \"env\" \"f{at}\" (func))");
    }
    let error = refused(&wasm(&format!("{text})")));
    assert_eq!(error.problems.len(), super::PROBLEMS_MAX);
    assert!(
        error.message.contains("(and 1000 more); offered are"),
        "{}",
        error.message
    );
}

fn leb(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[test]
fn the_platform_may_be_imported_by_modules() {
    let import = |name: &str| {
        format!("(module (import \"steploom\" \"{name}\" (func)) (func (export \"_start\")))")
    };
    for name in ["call", "take", "fuel"] {
        inspect(&wasm(&import(name)), &[]).expect("passes");
    }
    check(
        &import("fly"),
        "UNKNOWN_IMPORT",
        "imports 'steploom.fly', which is not offered",
    );
}

#[test]
fn an_interface_that_is_to_be_granted_says_how() {
    let text = r#"(component
        (import "wasi:config/store@0.2.0-rc.1" (instance))
        (core module $m (func (export "f"))) (core instance $i (instantiate $m))
        (func (export "handle") (canon lift (core func $i "f"))))"#;
    check(
        text,
        "NOT_GRANTED",
        "imports 'wasi:config/store@0.2.0-rc.1', which the function is not granted; its owner can grant it: steploom deploy --grant config",
    );
    let grants = |grant: &str| [grant.parse::<Grant>().expect("a grant")];
    assert!(inspect(&wasm(text), &grants("logging")).is_err());
    inspect(&wasm(text), &grants("config")).expect("passes");
    let objects = text.replace("config/store@0.2.0-rc.1", "blobstore/container@0.2.0-draft");
    check(
        &objects,
        "NOT_GRANTED",
        "steploom deploy --grant objects=BUCKET",
    );
    inspect(&wasm(&objects), &grants("objects=photos")).expect("passes");
    let other = text.replace("-rc.1", "-rc.9");
    let error = refused(&wasm(&other));
    let offered = "if they are granted: wasi:config/store@0.2.0-rc.1, ";
    assert!(error.message.contains(offered), "{error}");
}
