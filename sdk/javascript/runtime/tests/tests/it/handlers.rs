//! How the handler is found and called, and what becomes of its result.

use javascript_tests::{Package, answer, error, load_error, result};
use serde_json::{Value, json};

fn check(text: &str, event: &Value, expect: &Value) {
    assert_eq!(answer(text, event).as_ref(), Ok(expect), "{text}");
}

#[test]
fn a_handler_may_be_written_in_many_ways() {
    let event = json!({"a": 1});
    for text in [
        "export function handler(event) { return event.a + 1 }",
        "export const handler = (event) => event.a + 1",
        "export async function handler(event) { await null; return event.a + 1 }",
        "export default function (event) { return event.a + 1 }",
        "export default { handler(event) { return event.a + 1 } }",
        "exports.handler = (event) => event.a + 1",
        "module.exports = { handler: async (event) => event.a + 1 }",
        "module.exports = (event) => event.a + 1",
        "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.a + 1), 1) }",
        "const one = await Promise.resolve(1); export const handler = (event) => event.a + one",
        "#!/usr/bin/env node\nexport const handler = (event) => event.a + 1",
    ] {
        check(text, &event, &json!(2));
    }
}

#[test]
fn a_callback_may_bring_an_error() {
    let text = "exports.handler = (event, context, callback) => callback(new RangeError('far'))";
    let error = answer(text, &json!({})).expect_err("an error");
    assert_eq!(error["errorType"], "RangeError");
    assert_eq!(error["errorMessage"], "far");
}

#[test]
fn another_name_finds_another_handler() {
    let package = Package::new(
        "a.mjs",
        "export const first = () => 1; export default () => 2;",
    );
    let call = |name| {
        let function = package.clone().handler(name).load().expect("it loads");
        function.call(&json!({})).expect("a result")
    };
    assert_eq!(call("first"), 1);
    assert_eq!(call("default"), 2);
    assert_eq!(call("handler"), 2);
}

#[test]
fn a_missing_handler_is_said_with_what_there_is() {
    let error = load_error("export const first = 1; export function second() {}");
    assert_eq!(error["errorType"], "HandlerNotFound");
    let message = error["errorMessage"].as_str().expect("text");
    assert!(message.contains("no export \"handler\""), "{message}");
    assert!(message.contains("it exports first, second"), "{message}");
}

#[test]
fn a_handler_that_is_not_exported_is_said() {
    let error = load_error("function handler() {}");
    let message = error["errorMessage"].as_str().expect("text");
    assert!(
        message.contains("write \"export\" in front of it"),
        "{message}"
    );
}

#[test]
fn a_handler_that_is_no_function_is_said() {
    let error = load_error("export const handler = [1]");
    let message = error["errorMessage"].as_str().expect("text");
    assert!(message.contains("no function, but an array"), "{message}");
}

#[test]
fn results_are_as_json_stringify_has_them() {
    for (body, expect) in [
        ("", json!(null)),
        ("return null", json!(null)),
        ("return undefined", json!(null)),
        ("return NaN", json!(null)),
        ("return Infinity", json!(null)),
        ("return [undefined, () => 1]", json!([null, null])),
        ("return {a: undefined, b: 1}", json!({"b": 1})),
        ("return new Date(0)", json!("1970-01-01T00:00:00.000Z")),
        ("return {toJSON: () => 'x'}", json!("x")),
        ("return -0", json!(0)),
        ("return () => 1", json!(null)),
    ] {
        assert_eq!(result(body), expect, "{body}");
    }
}

#[test]
fn a_result_that_cannot_be_json_is_an_error() {
    for body in [
        "return 10n",
        "const a = {}; a.a = a; return a",
        "return {toJSON() { throw new Error('no') }}",
    ] {
        assert_eq!(error(body)["errorType"], "InvalidResult", "{body}");
    }
}

#[test]
fn nothing_is_left_from_one_call_to_the_next() {
    let function = javascript_tests::load(
        "let count = 0; globalThis.seen = 0; export const handler = () => [++count, ++seen]",
    );
    for _ in 0..3 {
        assert_eq!(function.call(&json!({})), Ok(json!([1, 1])));
    }
}

#[test]
fn loading_happens_once_and_its_log_is_of_the_load() {
    let function = javascript_tests::load("console.log('loading'); export const handler = () => 1");
    assert_eq!(function.log, [(1, "loading\n".to_owned())]);
    let outcome = function.call_with(javascript_tests::Host::default(), "{}");
    assert_eq!(outcome.log, []);
}
