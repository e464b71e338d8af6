//! Errors: their names, their texts, where they were thrown.

use javascript_tests::{Package, answer, error, load_error};
use serde_json::json;

#[test]
fn an_error_has_the_name_that_it_was_given() {
    for (body, name, message) in [
        ("throw new Error('a')", "Error", "a"),
        ("throw new TypeError('a')", "TypeError", "a"),
        ("null.x", "TypeError", "cannot read property 'x' of null"),
        (
            "class MyError extends Error {}; throw new MyError('a')",
            "MyError",
            "a",
        ),
        (
            "class MyError extends Error { name = 'Other' }; throw new MyError('a')",
            "Other",
            "a",
        ),
        (
            "const e = new Error('a'); e.name = 'Named'; throw e",
            "Named",
            "a",
        ),
        ("throw {name: 'Plain', message: 'a'}", "Plain", "a"),
        ("throw 'text'", "Error", "text"),
        ("throw 5", "Error", "5"),
        ("throw undefined", "Error", "undefined"),
        ("throw {a: 1}", "Error", "{ a: 1 }"),
        (
            "await Promise.reject(new RangeError('a'))",
            "RangeError",
            "a",
        ),
        (
            "const e = new AggregateError([new Error('b')], 'a'); throw e",
            "AggregateError",
            "a",
        ),
    ] {
        let error = error(body);
        assert_eq!(error["errorType"], name, "{body}");
        assert_eq!(error["errorMessage"], message, "{body}");
    }
}

#[test]
fn a_function_error_has_a_name() {
    let text = r#"import { FunctionError } from "steploom";
        export const handler = () => { throw new FunctionError("NotFound", "no such order") }"#;
    let error = answer(text, &json!({})).expect_err("an error");
    assert_eq!(error["errorType"], "NotFound");
    assert_eq!(error["errorMessage"], "no such order");
}

#[test]
fn the_stack_names_the_function_s_own_lines() {
    let text =
        "function deep() {\n  throw new Error('x');\n}\nexport const handler = () => deep();";
    let error = answer(text, &json!({})).expect_err("an error");
    let stack: Vec<&str> = error["stackTrace"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line.as_str())
        .collect();
    assert_eq!(stack[0], "Error: x");
    assert!(stack[1].starts_with("at deep (hello.js:2:"), "{stack:?}");
    assert!(stack[2].contains("hello.js:4:"), "{stack:?}");
    assert_eq!(stack.len(), 3, "{stack:?}");
}

#[test]
fn causes_are_told() {
    let error = error("throw new Error('a', {cause: new TypeError('b', {cause: 'c'})})");
    assert_eq!(
        error["cause"],
        json!({"errorType": "TypeError", "errorMessage": "b", "cause": "c"})
    );
}

#[test]
fn a_syntax_error_says_where_it_is() {
    for (entry, text, line, column) in [
        (
            "hello.js",
            "export function handler() {\n  let a = ;\n}",
            2,
            11,
        ),
        (
            "hello.cjs",
            "exports.handler = () => {\n  let a = ;\n}",
            2,
            11,
        ),
        ("hello.cjs", "let a = ;", 1, 9),
        ("hello.mjs", "let a = ;", 1, 9),
    ] {
        let error = Package::new(entry, text)
            .load()
            .map(|_| ())
            .expect_err("an error");
        assert_eq!(error["errorType"], "SyntaxError", "{text}");
        assert_eq!(error["file"], entry, "{text}");
        assert_eq!(error["line"], line, "{text}");
        assert_eq!(error["column"], column, "{text}");
        let message = error["errorMessage"].as_str().expect("text");
        assert!(
            message.starts_with(&format!("{entry}:{line}:{column}: ")),
            "{message}"
        );
    }
}

#[test]
fn a_syntax_error_in_another_file_names_that() {
    let error = Package::new(
        "hello.mjs",
        "import './lib/a.mjs'; export const handler = 1",
    )
    .file("lib/a.mjs", "\n\nconst = 1")
    .load()
    .map(|_| ())
    .expect_err("an error");
    assert_eq!(error["file"], "lib/a.mjs");
    assert_eq!(error["line"], 3);
}

#[test]
fn an_error_while_loading_is_told() {
    let error = load_error("throw new RangeError('early'); export const handler = 1");
    assert_eq!(error["errorType"], "RangeError");
    assert_eq!(error["errorMessage"], "early");
}

#[test]
fn an_endless_promise_is_an_error() {
    let error = error("return new Promise(() => {})");
    assert_eq!(error["errorType"], "PromiseNeverSettled");
    let error = load_error("await new Promise(() => {}); export const handler = 1");
    assert_eq!(error["errorType"], "PromiseNeverSettled");
}

#[test]
fn a_rejection_that_nobody_sees_ends_a_call_that_waits() {
    let error =
        error("Promise.reject(new RangeError('lost')); await new Promise((r) => setTimeout(r, 5))");
    assert_eq!(error["errorType"], "RangeError");
}

#[test]
fn a_rejection_that_is_handled_does_not() {
    let text = "export async function handler() {
        const p = Promise.reject(new Error('x'));
        try { await p } catch { return 'caught' }
    }";
    assert_eq!(answer(text, &json!({})), Ok(json!("caught")));
}

#[test]
fn ending_the_process_is_an_error_that_nothing_catches() {
    for body in [
        "process.exit(3)",
        "try { process.exit(3) } catch { return 1 }",
        "await null; try { process.exit(3) } finally { for (;;) {} }",
    ] {
        let error = error(body);
        assert_eq!(error["errorType"], "ProcessExit", "{body}");
        let message = error["errorMessage"].as_str().expect("text");
        assert!(message.contains("process.exit(3)"), "{message}");
    }
}
