//! Imports and `require`, between the function's files and of what is built in.

use javascript_tests::{Function, Package};
use serde_json::{Value, json};

fn check(package: &Package, expect: &Value) {
    let function: Function = package.load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(function.call(&json!({})).as_ref(), Ok(expect));
}

fn load_error(package: &Package) -> (String, String) {
    let error = package.load().map(|_| ()).expect_err("an error");
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("errorType"), text("errorMessage"))
}

#[test]
fn modules_import_each_other() {
    let package = Package::new(
        "app/hello.js",
        "import { a } from './lib/a.js'; import * as b from '../b.mjs'; export const handler = () => [a, b.b, import.meta.filename]",
    )
    .file("app/lib/a.js", "import { b } from '../../b.mjs'; export const a = b + 1")
    .file("b.mjs", "export const b = 1");
    check(&package, &json!([2, 1, "/function/app/hello.js"]));
}

#[test]
fn modules_import_each_other_in_a_circle() {
    let package = Package::new(
        "a.js",
        "import { b } from './b.js'; export const a = () => 'a'; export const handler = () => b()",
    )
    .file(
        "b.js",
        "import { a } from './a.js'; export const b = () => a() + 'b'",
    );
    check(&package, &json!("ab"));
}

#[test]
fn common_files_require_each_other() {
    let package = Package::new(
        "index.js",
        "const { a } = require('./lib'); const data = require('./data.json'); exports.handler = () => [a, data.k, __filename, __dirname]",
    )
    .file("lib/index.js", "const x = require('./x'); exports.a = x.y")
    .file("lib/x.js", "module.exports = { y: 5 }")
    .file("data.json", r#"{"k": [1]}"#);
    check(
        &package,
        &json!([5, [1], "/function/index.js", "/function"]),
    );
}

#[test]
fn a_common_file_runs_once_and_may_be_in_a_circle() {
    let package = Package::new(
        "index.cjs",
        "exports.early = 1; const b = require('./b.cjs'); exports.handler = () => [b.seen, require('./b.cjs') === b]",
    )
    .file("b.cjs", "exports.seen = require('./index.cjs').early");
    check(&package, &json!([1, true]));
}

#[test]
fn modules_and_common_files_mix() {
    let package = Package::new(
        "a.mjs",
        "import c, { x } from './c.cjs'; import { createHash } from './d.cjs'; export const handler = () => [c.x, x, createHash, c.m]",
    )
    .file("c.cjs", "exports.x = 3; exports.m = require('./m.mjs').default")
    .file("d.cjs", "module.exports = { createHash: 4 }")
    .file("m.mjs", "export default 'module'");
    check(&package, &json!([3, 3, 4, "module"]));
}

#[test]
fn json_is_imported_with_and_without_attributes() {
    let package = Package::new(
        "a.mjs",
        "import a from './a.json' with { type: 'json' }; import b from './a.json'; export const handler = () => [a, a === b]",
    )
    .file("a.json", "[1, 2]");
    check(&package, &json!([[1, 2], true]));
}

#[test]
fn broken_json_is_said_with_its_file() {
    let package = Package::new(
        "a.mjs",
        "import a from './a.json'; export const handler = () => a",
    )
    .file("a.json", "[1, ");
    let (name, message) = load_error(&package);
    assert_eq!(name, "SyntaxError");
    assert!(message.contains("a.json"), "{message}");
}

#[test]
fn files_are_imported_within_a_call() {
    let package = Package::new(
        "a.mjs",
        "export const handler = async () => { const name = 'b'; return (await import(`./${name}.mjs`)).default }",
    )
    .file("b.mjs", "export default process.env.X ?? 'late'");
    check(&package, &json!("late"));
}

#[test]
fn package_json_says_which_kind_files_are() {
    let package = Package::new("a.js", "module.exports = () => typeof require")
        .file("package.json", r#"{"type": "commonjs"}"#)
        .handler("handler");
    check(&package, &json!("function"));
    let package = Package::new(
        "a.js",
        "this === undefined; export const handler = () => typeof require",
    )
    .file("package.json", r#"{"type": "module"}"#);
    check(&package, &json!("undefined"));
}

#[test]
fn text_that_looks_like_a_module_is_none() {
    let package = Package::new(
        "a.js",
        "const text = `\nexport const x = 1\n`; exports.handler = () => text.trim()",
    );
    check(&package, &json!("export const x = 1"));
}

#[test]
fn what_is_not_there_is_said_at_loading() {
    for text in [
        "import x from 'lodash'; export const handler = 1",
        "const x = require('lodash'); exports.handler = 1",
        "import http from 'node:http'; export const handler = 1",
    ] {
        let (name, message) = load_error(&Package::new("hello.js", text));
        assert_eq!(name, "ModuleNotFound", "{text}");
        assert!(message.contains("hello.js imports"), "{message}");
        assert!(
            message.contains("\"steploom\", \"node:buffer\""),
            "{message}"
        );
    }
    let (name, message) = load_error(&Package::new("a.js", "import './b.js'; export default 1"));
    assert_eq!(name, "ModuleNotFound");
    assert!(message.contains("\"./b.js\""), "{message}");
}

#[test]
fn private_modules_stay_private() {
    for name in ["steploom:host", "steploom:call"] {
        let text = format!("import * as x from '{name}'; export const handler = () => 1");
        assert_eq!(load_error(&Package::new("a.js", &text)).0, "ModuleNotFound");
    }
}

#[test]
fn a_name_that_is_not_exported_is_a_syntax_error() {
    let package = Package::new(
        "a.js",
        "import { no } from './b.js'; export const handler = () => no",
    )
    .file("b.js", "export const yes = 1");
    let (name, message) = load_error(&package);
    assert_eq!(name, "SyntaxError");
    assert!(message.contains("no"), "{message}");
}

#[test]
fn the_helper_is_required_as_well() {
    let package = Package::new(
        "index.js",
        "const { FunctionError, log } = require('steploom'); const fs = require('fs'); exports.handler = () => [new FunctionError('A', 'b').name, typeof log.info, typeof fs.readFileSync]",
    );
    check(&package, &json!(["A", "function", "function"]));
}
