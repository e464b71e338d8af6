//! Calls back: what they ask of the host, and what they make of its answer.

use serde_json::{Value, json};

use crate::support::{Answer, Function, function};

const DONE: &str = "{\"ok\":{}}\n";
const DENIED: &str =
    "{\"error\":{\"code\":\"AccessDenied\",\"message\":\"deploy it with '--grant tasks'\"}}\n";

/// A function that gives what its event, an expression, comes to.
fn evaluator() -> Function {
    function("import steploom as s\ndef handler(event, context):\n    return eval(event)\n")
}

/// Checks what calls ask, each with its body, and what they give for answers.
fn check(function: &Function, call: &str, asked: (Value, &str), answer: &str, expect: Value) {
    let answer = function.call_answered(&Value::from(call).to_string(), &[answer]);
    assert_eq!(answer.asked.len(), 1, "{call}: {:?}", answer.result);
    let (line, body) = answer.asked[0].split_once('\n').expect("a line");
    let line: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((line, body), asked, "{call}");
    assert_eq!(answer.result, Ok(expect), "{call}");
}

#[test]
fn functions_are_invoked_machines_started_and_tasks_ended() {
    let f = evaluator();
    let line = json!({"op": "invoke", "function": "resize"});
    let result = "{\"ok\":{}}\n{\"c\":\n123456789012345678901234567890}\n";
    let expect = json!("123456789012345678901234567890");
    let asked = (line.clone(), "{\"a\":\"å\\n\"}");
    check(
        &f,
        "str(s.invoke('resize', {'a': 'å\\n'})['c'])",
        asked,
        result,
        expect,
    );
    check(
        &f,
        "s.invoke('resize')",
        (line, "null"),
        "{\"ok\":{}}\nnull",
        json!(null),
    );
    let started = "{\"ok\":{\"id\":\"e-1\",\"name\":\"o-1\"}}\n";
    let line = json!({"op": "start", "machine": "orders", "name": "o-1"});
    check(
        &f,
        "s.start('orders', [1], 'o-1')",
        (line, "[1]"),
        started,
        json!("e-1"),
    );
    let line = json!({"op": "start", "machine": "orders"});
    check(
        &f,
        "s.start('orders')",
        (line, "null"),
        started,
        json!("e-1"),
    );
    let line = json!({"op": "succeed", "token": "t"});
    check(
        &f,
        "s.succeed('t', {'a': 1})",
        (line, "{\"a\":1}"),
        DONE,
        json!(null),
    );
    let line = json!({"op": "fail", "token": "t", "error": "Late", "cause": "too\nlate"});
    check(
        &f,
        "s.fail('t', 'Late', 'too\\nlate')",
        (line, ""),
        DONE,
        json!(null),
    );
    let line = json!({"op": "heartbeat", "token": "t"});
    check(&f, "s.heartbeat('t')", (line, ""), DONE, json!(null));
}

#[test]
fn objects_are_read_and_written() {
    let f = evaluator();
    let line = json!({"op": "read", "bucket": "b", "key": "å"});
    let object = "{\"ok\":{\"contentType\":\"text/plain\",\"sizeBytes\":4}}\n1\n2\n";
    let call = "(lambda o: [o.body.decode(), o.content_type])(s.objects.read('b', 'å'))";
    check(
        &f,
        call,
        (line, ""),
        object,
        json!(["1\n2\n", "text/plain"]),
    );
    let line = json!({"op": "write", "bucket": "b", "key": "k", "contentType": "text/plain"});
    let call = "s.objects.write('b', 'k', 'å\\n', 'text/plain')";
    check(&f, call, (line, "å\n"), DONE, json!(null));
    let line = json!({"op": "write", "bucket": "b", "key": "k"});
    let call = "s.objects.write('b', 'k', bytearray(b'AB'))";
    check(&f, call, (line, "AB"), DONE, json!(null));
    let line = json!({"op": "remove", "bucket": "b", "key": "k"});
    check(
        &f,
        "s.objects.remove('b', 'k')",
        (line, ""),
        DONE,
        json!(null),
    );
    let page = "{\"ok\":{\"keys\":[\"c\"],\"next\":\"c\"}}\n";
    let line = json!({"op": "list", "bucket": "b", "prefix": "a", "after": "b"});
    let call = "s.objects.list('b', 'a', after='b')._asdict()";
    check(
        &f,
        call,
        (line, ""),
        page,
        json!({"keys": ["c"], "next": "c"}),
    );
    let line = json!({"op": "list", "bucket": "b", "prefix": ""});
    let page = "{\"ok\":{\"keys\":[]}}\n";
    check(
        &f,
        "s.objects.list('b')",
        (line, ""),
        page,
        json!([[], null]),
    );
}

#[test]
fn values_are_read_and_written() {
    let f = evaluator();
    let line = json!({"op": "get", "store": "s", "key": "k"});
    let value = "{\"ok\":{}}\nvalue\n";
    let call = "s.keyvalue.get('s', 'k').decode()";
    check(&f, call, (line.clone(), ""), value, json!("value\n"));
    let absent = "{\"error\":{\"code\":\"KeyNotFound\",\"message\":\"no\"}}\n";
    check(
        &f,
        "s.keyvalue.get('s', 'k')",
        (line, ""),
        absent,
        json!(null),
    );
    let line = json!({"op": "set", "store": "s", "key": "k"});
    check(
        &f,
        "s.keyvalue.set('s', 'k', 'v')",
        (line, "v"),
        DONE,
        json!(null),
    );
    let line = json!({"op": "delete", "store": "s", "key": "k"});
    check(
        &f,
        "s.keyvalue.delete('s', 'k')",
        (line, ""),
        DONE,
        json!(null),
    );
    let line = json!({"op": "increment", "store": "s", "key": "k", "by": -2});
    let sum = "{\"ok\":{\"value\":7}}\n";
    check(
        &f,
        "s.keyvalue.increment('s', 'k', -2)",
        (line, ""),
        sum,
        json!(7),
    );
    let line = json!({"op": "keys", "store": "s", "prefix": "a"});
    let page = "{\"ok\":{\"keys\":[\"ab\"]}}\n";
    check(
        &f,
        "s.keyvalue.keys('s', 'a').keys",
        (line, ""),
        page,
        json!(["ab"]),
    );
}

#[test]
fn variables_are_read_and_fuel_is_counted() {
    let f = evaluator();
    let line = json!({"op": "config", "key": "COLOR"});
    let blue = "{\"ok\":{\"value\":\"blue\"}}\n";
    check(
        &f,
        "s.config('COLOR')",
        (line.clone(), ""),
        blue,
        json!("blue"),
    );
    check(&f, "s.config('COLOR')", (line, ""), DONE, json!(null));
    let left = f.call("\"[s.fuel(), s.fuel()]\"").result.expect("a result");
    let fuel = |at: usize| left[at].as_u64().expect("a whole number");
    assert!(0 < fuel(1) && fuel(1) < fuel(0) && fuel(0) < 50_000_000_000);
}

#[test]
fn a_refusal_is_an_error_with_a_code() {
    let source = r"
from steploom import FunctionError, heartbeat
def handler(event, context):
    try:
        heartbeat('t')
    except FunctionError as error:
        if event:
            raise
        return [error.code, error.message]
";
    let answer = function(source).call_answered("false", &[DENIED]);
    let told = json!(["AccessDenied", "deploy it with '--grant tasks'"]);
    assert_eq!(answer.result, Ok(told));
    let answer = function(source).call_answered("true", &[DENIED]);
    let error = answer.result.expect_err("a failure");
    assert_eq!(error["errorType"], "AccessDenied");
    assert_eq!(error["errorMessage"], "deploy it with '--grant tasks'");
}

#[test]
fn nothing_is_asked_while_the_function_is_loaded() {
    let source = r"
from steploom import FunctionError, invoke
try:
    invoke('resize')
except FunctionError as error:
    CODE = error.code
def handler(event, context):
    return CODE
";
    assert_eq!(function(source).call("{}").result, Ok(json!("NotNow")));
}

#[test]
fn the_helper_of_a_project_gives_way_to_the_runtime() {
    let helper = include_str!("../../function/steploom.py");
    let source =
        "from steploom import heartbeat\ndef handler(event, context):\n    heartbeat('t')\n";
    let files = [("handler.py", source), ("steploom.py", helper)];
    let function = Function::load("handler.py", "handler", &files).expect("it can be loaded");
    let answer: Answer = function.call_answered("{}", &[DENIED]);
    let error = answer.result.expect_err("a failure");
    assert_eq!(error["errorType"], "AccessDenied");
}
