//! Errors have a name, a message and a place.

use serde_json::{Value, json};

use crate::support::{Function, error, load_error};

#[test]
fn an_exception_is_named_after_its_class() {
    let source = "class CardDeclined(Exception):\n    pass\ndef handler(event, context):\n    raise CardDeclined('no money')\n";
    let expect = json!({
        "errorType": "CardDeclined", "errorMessage": "no money",
        "stackTrace": ["  File \"hello.py\", line 4, in handler\n    raise CardDeclined('no money')\n"],
    });
    assert_eq!(error(source, "{}"), expect);
}

#[test]
fn an_error_can_bring_its_name() {
    let source = "from steploom import FunctionError\ndef handler(event, context):\n    raise FunctionError('Order.Unknown', 'no order 7')\n";
    let error = error(source, "{}");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("Order.Unknown"), &json!("no order 7"))
    );
}

#[test]
fn the_trace_goes_through_every_file() {
    let files = [
        (
            "hello.py",
            "import util\ndef handler(event, context):\n    return util.half(event['n'])\n",
        ),
        ("util.py", "def half(n):\n    return n / 0\n"),
    ];
    let function = Function::load("hello.py", "handler", &files).unwrap();
    let error = function.call(r#"{"n": 1}"#).result.unwrap_err();
    assert_eq!(error["errorType"], "ZeroDivisionError");
    let expect = json!([
        "  File \"hello.py\", line 3, in handler\n    return util.half(event['n'])\n",
        "  File \"util.py\", line 2, in half\n    return n / 0\n",
    ]);
    assert_eq!(error["stackTrace"], expect);
}

#[test]
fn pythons_own_errors_keep_their_messages() {
    let cases = [
        ("event['missing']", "KeyError", "'missing'"),
        ("[][1]", "IndexError", "list index out of range"),
        (
            "int('x')",
            "ValueError",
            "invalid literal for int() with base 10: 'x'",
        ),
        (
            "None.name",
            "AttributeError",
            "'NoneType' object has no attribute 'name'",
        ),
        (
            "1 + 'a'",
            "TypeError",
            "unsupported operand type(s) for +: 'int' and 'str'",
        ),
        ("unknown", "NameError", "name 'unknown' is not defined"),
        (
            "__import__('nothing')",
            "ModuleNotFoundError",
            "No module named 'nothing'",
        ),
    ];
    for (expression, name, message) in cases {
        let source = format!("def handler(event, context):\n    return {expression}\n");
        let error = error(&source, "{}");
        assert_eq!(
            (&error["errorType"], &error["errorMessage"]),
            (&json!(name), &json!(message)),
            "{expression}"
        );
    }
}

#[test]
fn a_syntax_error_says_where() {
    let error = load_error("def handler(event, context):\n    return 1 +\n");
    assert_eq!(error["errorType"], "SyntaxError");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with("hello.py, line 2, column ") && message.ends_with(": return 1 +"),
        "{message}"
    );
    let files = [
        ("hello.py", "import util\n"),
        ("util.py", "x = 1\ny = = 2\n"),
    ];
    let error = Function::load("hello.py", "handler", &files).err().unwrap();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("util.py, line 2, column "), "{message}");
}

#[test]
fn indentation_is_a_syntax_error_of_its_own() {
    let error = load_error("def handler(event, context):\nreturn 1\n");
    assert_eq!(error["errorType"], "IndentationError");
    assert!(
        error["errorMessage"]
            .as_str()
            .unwrap()
            .starts_with("hello.py, line 2, column "),
        "{error}"
    );
}

#[test]
fn a_missing_handler_is_told_with_what_is_there() {
    let error = load_error(
        "import json\nLIMIT = 3\ndef main(event, context):\n    pass\ndef helper():\n    pass\n",
    );
    let expect = "hello.py has no function handler; the functions in it are: main, helper";
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("HandlerNotFound"), &json!(expect))
    );
    let error = load_error("handler = 3\n");
    assert_eq!(
        error["errorMessage"],
        "handler in hello.py is not a function, but of the class int"
    );
}

#[test]
fn an_exception_while_loading_is_told() {
    let error = load_error("x = 1\nraise RuntimeError('not today')\n");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("RuntimeError"), &json!("not today"))
    );
    assert_eq!(
        error["stackTrace"][0],
        "  File \"hello.py\", line 2, in <module>\n    raise RuntimeError('not today')\n"
    );
}

#[test]
fn an_exit_is_a_failure() {
    for (call, code) in [
        ("sys.exit()", "0"),
        ("sys.exit(3)", "3"),
        ("exit('over')", "over"),
        ("quit()", "0"),
    ] {
        let source = format!(
            "import sys\nfrom sys import exit\nquit = exit\ndef handler(event, context):\n    {call}\n"
        );
        let error = error(&source, "{}");
        assert_eq!(error["errorType"], "SystemExit", "{call}");
        let message = error["errorMessage"].as_str().unwrap();
        assert!(
            message.starts_with(&format!("sys.exit({code}) was called")),
            "{message}"
        );
    }
}

#[test]
fn a_package_must_be_whole() {
    let error = Function::load("hello.py", "handler", &[("other.py", "")])
        .err()
        .unwrap();
    let expect =
        "the function's files can't be loaded: there is no file hello.py, which is the entry";
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("InvalidPackage"), &json!(expect))
    );
}

#[test]
fn an_exception_that_cannot_be_printed_is_an_error_still() {
    let source = "class Odd(Exception):\n    def __str__(self):\n        raise ValueError('no')\ndef handler(event, context):\n    raise Odd()\n";
    let error = error(source, "{}");
    assert_eq!(error["errorType"], "Odd");
    assert_ne!(error["errorMessage"], Value::Null);
}
