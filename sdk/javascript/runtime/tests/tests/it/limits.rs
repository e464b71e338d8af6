//! Recursion, memory and endless loops: errors of the language where it has them.

use javascript_tests::{Host, answer, load};
use serde_json::{Value, json};

/// Ways to recurse, each through other parts of the engine.
const RECURSIONS: [(&str, &str); 24] = [
    ("a call", "const f = () => f() + 1; f()"),
    ("many arguments", "const f = (...a) => f(...a, 1) + 1; f(1)"),
    (
        "many locals",
        "function f(a) { let b = a, c = a, d = a, e = a, g = a, h = a; return f(b) + c + d + e + g + h } f(1)",
    ),
    (
        "a method",
        "const o = { m() { return this.m() + 1 } }; o.m()",
    ),
    (
        "a getter",
        "const o = { get x() { return this.x + 1 } }; o.x",
    ),
    ("a setter", "const o = { set x(v) { this.x = v } }; o.x = 1"),
    (
        "a proxy",
        "const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x",
    ),
    ("map", "const f = (a) => [a].map(f); f(1)"),
    ("forEach", "const f = () => [1].forEach(f); f()"),
    ("reduce", "const f = () => [1, 2].reduce(f); f()"),
    ("sort", "const f = () => [1, 2].sort(f); f()"),
    ("replace", "const f = () => 'a'.replace(/a/, f); f()"),
    (
        "toString",
        "const o = { toString() { return `${this}` } }; `${o}`",
    ),
    (
        "valueOf",
        "const o = { valueOf() { return this + 1 } }; o + 1",
    ),
    (
        "a constructor",
        "class A { constructor() { new A() } } new A()",
    ),
    (
        "a derived class",
        "class A { constructor(n) { this.n = n } } class B extends A { constructor(n) { super(n); new B(n) } } new B(1)",
    ),
    ("a generator", "function* g() { yield* g() } [...g()]"),
    (
        "an async function",
        "async function f() { await f() } f(); throw new RangeError('as it should')",
    ),
    (
        "apply",
        "function f() { return f.apply(this, arguments) } f(1, 2)",
    ),
    (
        "bind",
        "let f = () => f(); for (let i = 0; i < 3; i++) f = f.bind(null); f()",
    ),
    ("eval", "globalThis.f = () => eval('f()'); f()"),
    (
        "JSON.stringify",
        "const o = { toJSON() { return JSON.stringify(o) } }; JSON.stringify(o)",
    ),
    ("JSON.parse", "JSON.parse('['.repeat(200000))"),
    ("Array.from", "const f = () => Array.from([1], f); f()"),
];

fn body(code: &str) -> String {
    format!("export function handler() {{ {code} }}")
}

fn check_range_error(name: &str, answer: Result<Value, Value>) {
    let error = answer.expect_err("an error");
    let what = error["errorType"].as_str().unwrap_or("trap");
    assert!(
        what == "RangeError" || what == "SyntaxError",
        "{name}: {}",
        error.to_string().chars().take(300).collect::<String>()
    );
}

#[test]
fn recursion_without_end_is_a_range_error() {
    for (name, code) in RECURSIONS {
        check_range_error(name, answer(&body(code), &json!({})));
    }
}

#[test]
fn what_is_nested_too_deep_to_be_read_is_an_error() {
    for (name, code) in [
        (
            "arrays",
            "JSON.parse('['.repeat(100000) + ']'.repeat(100000))",
        ),
        (
            "objects",
            "JSON.parse('{\"a\":'.repeat(100000) + '1' + '}'.repeat(100000))",
        ),
        (
            "captures",
            "new RegExp('('.repeat(100000) + ')'.repeat(100000))",
        ),
    ] {
        check_range_error(name, answer(&body(code), &json!({})));
    }
}

#[test]
fn recursion_may_be_caught() {
    let text = "export function handler() {
        let depth = 0;
        const f = () => { depth++; f() };
        try { f() } catch (error) { return [error instanceof RangeError, depth > 400] }
    }";
    assert_eq!(answer(text, &json!({})), Ok(json!([true, true])));
}

#[test]
fn useful_recursion_is_deep_enough() {
    let text = "export function handler() {
        const f = (n) => (n === 0 ? 0 : 1 + f(n - 1));
        return f(450);
    }";
    assert_eq!(answer(text, &json!({})), Ok(json!(450)));
}

#[test]
fn patterns_that_backtrack_far_do_not_trap() {
    let text = "export function handler() { return [/^(?:a|b)*$/.test('ab'.repeat(50000)), /(a*)*c/.test('a'.repeat(20))] }";
    assert_eq!(answer(text, &json!({})), Ok(json!([true, false])));
}

#[test]
fn memory_that_is_refused_is_an_error_of_the_language() {
    let mut host = Host::default();
    host.memory_bytes_max = 32 << 20;
    let text =
        "export function handler() { const all = []; for (;;) all.push(new Uint8Array(1 << 20)) }";
    let error = load(text)
        .call_with(host, "{}")
        .answer
        .expect_err("an error");
    assert!(error.get("trap").is_none(), "{error}");
    assert!(
        error["errorMessage"]
            .as_str()
            .unwrap_or_default()
            .contains("memory"),
        "{error}"
    );
}

#[test]
fn cycles_are_collected_in_a_long_call() {
    let mut host = Host::default();
    host.memory_bytes_max = 96 << 20;
    let text = "export function handler() {
        for (let i = 0; i < 400000; i++) { const a = { pad: [i, i, i, i] }; a.a = a }
        return 'done';
    }";
    assert_eq!(load(text).call_with(host, "{}").answer, Ok(json!("done")));
}
