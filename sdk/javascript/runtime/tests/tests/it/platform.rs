//! Calls back: what they ask of the host, and what they make of its answer.

use javascript_tests::{Host, Outcome, Package, load};
use serde_json::{Value, json};

/// What a handler with this body comes to, with this answer to its only call back.
fn outcome(body: &str, answer: &str) -> Outcome {
    let text = format!(
        "import * as s from 'steploom'; const {{ objects, keyvalue }} = s; export function handler() {{ {body} }}"
    );
    let mut host = Host::default();
    host.answer(answer);
    load(&text).call_with(host, "{}")
}

/// Checks what a call asks, and what it gives for an answer.
fn check(call: &str, line: Value, body: &str, answer: &str, result: Value) {
    let outcome = outcome(&format!("return {call}"), answer);
    assert_eq!(outcome.asked.len(), 1, "{call}: {:?}", outcome.answer);
    let (said, sent) = outcome.asked[0].split_once('\n').expect("a line");
    let said: Value = serde_json::from_str(said).expect("JSON");
    assert_eq!((said, sent), (line, body), "{call}");
    assert_eq!(outcome.answer, Ok(result), "{call}");
}

const DONE: &str = "{\"ok\":{}}\n";

#[test]
fn functions_are_invoked_and_machines_started() {
    check(
        "s.invoke('resize', {a: 'å\\n', b: undefined})",
        json!({"op": "invoke", "function": "resize"}),
        "{\"a\":\"å\\n\"}",
        "{\"ok\":{}}\n{\"c\":\n\"🚀\"}\n",
        json!({"c": "🚀"}),
    );
    check(
        "s.invoke('resize')",
        json!({"op": "invoke", "function": "resize"}),
        "null",
        "{\"ok\":{}}\nnull",
        json!(null),
    );
    let started = "{\"ok\":{\"id\":\"e-1\",\"name\":\"o-1\"}}\n";
    check(
        "s.start('orders', [1], 'o-1')",
        json!({"op": "start", "machine": "orders", "name": "o-1"}),
        "[1]",
        started,
        json!("e-1"),
    );
    check(
        "s.start('orders')",
        json!({"op": "start", "machine": "orders"}),
        "null",
        started,
        json!("e-1"),
    );
}

#[test]
fn tasks_are_ended() {
    check(
        "s.succeed('t', {a: 1})",
        json!({"op": "succeed", "token": "t"}),
        "{\"a\":1}",
        DONE,
        json!(null),
    );
    check(
        "s.fail('t', 'Late', 'too\\nlate')",
        json!({"op": "fail", "token": "t", "error": "Late", "cause": "too\nlate"}),
        "",
        DONE,
        json!(null),
    );
    check(
        "s.heartbeat('t')",
        json!({"op": "heartbeat", "token": "t"}),
        "",
        DONE,
        json!(null),
    );
}

#[test]
fn objects_are_read_and_written() {
    check(
        "(({body, contentType}) => [body instanceof Buffer, body.toString(), contentType])(objects.read('b', 'å'))",
        json!({"op": "read", "bucket": "b", "key": "å"}),
        "",
        "{\"ok\":{\"contentType\":\"text/plain\",\"sizeBytes\":4}}\n1\n2\n",
        json!([true, "1\n2\n", "text/plain"]),
    );
    check(
        "objects.write('b', 'k', 'å\\n', 'text/plain')",
        json!({"op": "write", "bucket": "b", "key": "k", "contentType": "text/plain"}),
        "å\n",
        DONE,
        json!(null),
    );
    check(
        "objects.write('b', 'k', new Uint8Array([65, 66, 67]).subarray(1))",
        json!({"op": "write", "bucket": "b", "key": "k"}),
        "BC",
        DONE,
        json!(null),
    );
    check(
        "objects.remove('b', 'k')",
        json!({"op": "remove", "bucket": "b", "key": "k"}),
        "",
        DONE,
        json!(null),
    );
    check(
        "objects.list('b', {prefix: 'a', after: 'b'})",
        json!({"op": "list", "bucket": "b", "prefix": "a", "after": "b"}),
        "",
        "{\"ok\":{\"keys\":[\"c\"],\"next\":\"c\"}}\n",
        json!({"keys": ["c"], "next": "c"}),
    );
    check(
        "objects.list('b')",
        json!({"op": "list", "bucket": "b"}),
        "",
        "{\"ok\":{\"keys\":[]}}\n",
        json!({"keys": []}),
    );
}

#[test]
fn values_are_read_and_written() {
    let get = json!({"op": "get", "store": "s", "key": "k"});
    check(
        "keyvalue.get('s', 'k').toString()",
        get.clone(),
        "",
        "{\"ok\":{}}\nvalue\n",
        json!("value\n"),
    );
    check(
        "keyvalue.get('s', 'k') === undefined",
        get,
        "",
        "{\"error\":{\"code\":\"KeyNotFound\",\"message\":\"no\"}}\n",
        json!(true),
    );
    check(
        "keyvalue.set('s', 'k', 'v')",
        json!({"op": "set", "store": "s", "key": "k"}),
        "v",
        DONE,
        json!(null),
    );
    check(
        "keyvalue.delete('s', 'k')",
        json!({"op": "delete", "store": "s", "key": "k"}),
        "",
        DONE,
        json!(null),
    );
    check(
        "keyvalue.increment('s', 'k')",
        json!({"op": "increment", "store": "s", "key": "k", "by": 1}),
        "",
        "{\"ok\":{\"value\":7}}\n",
        json!(7),
    );
    check(
        "keyvalue.keys('s', {prefix: 'a'})",
        json!({"op": "keys", "store": "s", "prefix": "a"}),
        "",
        "{\"ok\":{\"keys\":[\"ab\"]}}\n",
        json!({"keys": ["ab"]}),
    );
}

#[test]
fn variables_are_read_and_fuel_is_counted() {
    let line = json!({"op": "config", "key": "COLOR"});
    let blue = "{\"ok\":{\"value\":\"blue\"}}\n";
    check("s.config('COLOR')", line.clone(), "", blue, json!("blue"));
    let is_none = "s.config('COLOR') === undefined";
    check(is_none, line, "", DONE, json!(true));
    let left = outcome("const left = s.fuel(); return [left, s.fuel()]", DONE);
    let left = left.answer.expect("a result");
    let fuel = |at: usize| left[at].as_u64().expect("a whole number");
    assert!(0 < fuel(1) && fuel(1) < fuel(0) && fuel(0) < 50_000_000_000);
}

#[test]
fn a_refusal_is_an_error_with_a_code() {
    let denied =
        "{\"error\":{\"code\":\"AccessDenied\",\"message\":\"deploy it with '--grant tasks'\"}}\n";
    let body = "try { s.heartbeat('t') } catch (e) { return [e instanceof s.FunctionError, e.code, e.name, e.message] }";
    assert_eq!(
        outcome(body, denied).answer,
        Ok(json!([
            true,
            "AccessDenied",
            "AccessDenied",
            "deploy it with '--grant tasks'"
        ]))
    );
    let error = outcome("s.heartbeat('t')", denied)
        .answer
        .expect_err("an error");
    assert_eq!(error["errorType"], "AccessDenied");
    assert_eq!(error["errorMessage"], "deploy it with '--grant tasks'");
    assert_eq!(
        error["stackTrace"].as_array().map(Vec::len),
        Some(2),
        "{error}"
    );
}

#[test]
fn nothing_is_asked_while_the_function_is_loaded() {
    let text = "import { invoke } from 'steploom'; let code; try { invoke('a') } catch (e) { code = e.code } export const handler = () => code";
    assert_eq!(load(text).call(&json!({})), Ok(json!("NotNow")));
}

#[test]
fn the_helper_of_a_project_asks_the_same_platform() {
    let helper = include_str!("../../../../function/steploom.mjs");
    let text = "import * as s from './steploom.mjs'; export const handler = () => { try { s.keyvalue.get('s', 'k') } catch (e) { return [e instanceof s.FunctionError, e.code] } }";
    let package = Package::new("index.mjs", text).file("steploom.mjs", helper);
    let mut host = Host::default();
    host.answer("{\"error\":{\"code\":\"AccessDenied\",\"message\":\"no\"}}\n");
    let outcome = package.load().expect("a function").call_with(host, "{}");
    assert_eq!(outcome.answer, Ok(json!([true, "AccessDenied"])));
    let common = Package::new(
        "index.cjs",
        "exports.handler = () => [typeof require('steploom').invoke, typeof process.getBuiltinModule('fs').readFileSync, process.getBuiltinModule('./a')]",
    );
    let given = common.load().expect("a function").call(&json!({}));
    assert_eq!(given, Ok(json!(["function", "function", null])));
}
