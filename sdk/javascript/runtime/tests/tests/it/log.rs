//! What `console` and the helper's log write.

use javascript_tests::{Host, load};
use serde_json::Value;

fn written(body: &str) -> Vec<(u32, String)> {
    let text =
        format!("import {{ log }} from 'steploom'; export async function handler() {{ {body} }}");
    let outcome = load(&text).call_with(Host::default(), "{}");
    outcome.answer.unwrap_or_else(|error| panic!("{error}"));
    outcome.log
}

fn check(call: &str, line: &str) {
    assert_eq!(
        written(&format!("console.log({call})")),
        [(1, format!("{line}\n"))],
        "{call}"
    );
}

#[test]
fn lines_are_as_node_writes_them() {
    check("'a', 1, true, null, undefined", "a 1 true null undefined");
    check(
        "{a: 1, 'b-c': 'x', d: [1, 'y']}",
        "{ a: 1, 'b-c': 'x', d: [ 1, 'y' ] }",
    );
    check("[]", "[]");
    check("{}", "{}");
    check("[1, , 3]", "[ 1, <1 empty item>, 3 ]");
    check(
        "new Map([['a', {b: 1}]]), new Set([1])",
        "Map(1) { 'a' => { b: 1 } } Set(1) { 1 }",
    );
    check("{a: {b: {c: {d: 1}}}}", "{ a: { b: { c: [Object] } } }");
    check("new (class Point { x = 1 })()", "Point { x: 1 }");
    check("10n, -0, Symbol('s')", "10n -0 Symbol(s)");
    check(
        "() => 1, function f() {}, class A {}",
        "[Function (anonymous)] [Function: f] [class A]",
    );
    check(
        "'%s is %d%% %j %i %o', 'x', 5, {a: 1}, 3.7, [1]",
        "x is 5% {\"a\":1} 3 [ 1 ]",
    );
    check("new Date(0)", "1970-01-01T00:00:00.000Z");
    check("/a/g", "/a/g");
    check("[\"it's\"]", "[ \"it's\" ]");
    check("new Uint8Array([1, 2])", "Uint8Array(2) [ 1, 2 ]");
    check("Object.create(null)", "[Object: null prototype] {}");
    check(
        "(() => { const a = {}; a.a = a; return a })()",
        "<ref *1> { a: [Circular *1] }",
    );
    check("'\\ud83d', '😀'", "\u{fffd} 😀");
    check("", "");
}

#[test]
fn an_error_is_written_with_its_stack() {
    let log = written("console.error(new TypeError('bad'))");
    assert_eq!(log[0].0, 2);
    assert!(
        log[0]
            .1
            .starts_with("TypeError: bad\n    at handler (hello.js:1:"),
        "{log:?}"
    );
}

#[test]
fn streams_are_as_in_node() {
    let log =
        written("for (const how of ['log', 'info', 'debug', 'warn', 'error']) console[how](how)");
    let streams: Vec<u32> = log.iter().map(|(stream, _)| *stream).collect();
    assert_eq!(streams, [1, 1, 1, 2, 2]);
}

#[test]
fn groups_indent() {
    let log =
        written("console.group('a'); console.log('b\\nc'); console.groupEnd(); console.log('d')");
    let text: String = log.into_iter().map(|(_, text)| text).collect();
    assert_eq!(text, "a\n  b\n  c\nd\n");
}

#[test]
fn the_helper_writes_json_with_a_level_and_fields() {
    let log = written(
        "log('a'); log.debug('b', {n: 1}); log.warn('c', {e: new RangeError('x'), big: 1n, no: undefined}); log.error('d')",
    );
    let lines: Vec<Value> = log
        .iter()
        .map(|(stream, line)| {
            assert_eq!(*stream, 2);
            assert!(line.ends_with("}\n"), "{line}");
            serde_json::from_str(line).expect("JSON")
        })
        .collect();
    assert_eq!(
        Value::from(lines),
        serde_json::json!([
            {"level": "INFO", "message": "a"},
            {"level": "DEBUG", "message": "b", "n": 1},
            {"level": "WARN", "message": "c", "e": {"errorType": "RangeError", "errorMessage": "x"}, "big": "1n", "no": null},
            {"level": "ERROR", "message": "d"},
        ])
    );
}
