//! Events and results: what goes in and comes out is JSON, and keeps its digits.

use serde_json::{Value, json};

use crate::support::{error, function, result};

const ECHO: &str = "def handler(event, context):\n    return event\n";

#[test]
fn an_event_comes_back_as_it_was() {
    let echo = function(ECHO);
    let texts = [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "[]",
        "{}",
        r#""""#,
        r#""text""#,
        "[1,[2,[3,[]]]]",
        r#"{"a":{"b":[1,2,{"c":null}]},"d":""}"#,
        "9007199254740993",
        "-9223372036854775809",
        "123456789012345678901234567890123456789012345678901234567890",
        "1.5",
        "0.1",
        "-0.0",
        "1e-07",
        "1e+22",
        "1.7976931348623157e+308",
        "5e-324",
        "100.0",
        "123456789.123456",
        r#""grüße, 世界, 🦀, \u0000 \u001f \" \\ \n\r\t /""#,
        r#"{"z":1,"a":2,"m":3}"#,
    ];
    for text in texts {
        assert_eq!(echo.call(text).text, text, "{text}");
    }
}

#[test]
fn numbers_and_escapes_are_written_in_one_way() {
    let echo = function(ECHO);
    let pairs = [
        (" [ 1 , 2 ] ", "[1,2]"),
        ("1E2", "100.0"),
        ("1e400", ""),
        ("0.10", "0.1"),
        ("1e16", "1e+16"),
        (r#""\u00fc\ud83e\udd80\/""#, r#""ü🦀/""#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#""\b\f""#, r#""\u0008\u000c""#),
    ];
    for (text, expect) in pairs {
        let answer = echo.call(text);
        if expect.is_empty() {
            assert_eq!(
                answer.result.unwrap_err()["errorType"],
                "ValueError",
                "{text}"
            );
        } else {
            assert_eq!(answer.text, expect, "{text}");
        }
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let echo = function(ECHO);
    let texts = [
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "01",
        "1.",
        "+1",
        "tru",
        "\"a",
        "\"\\x\"",
        "\"\n\"",
        "1 2",
        "NaN",
    ];
    for text in texts {
        let error = echo.call(text).result.expect_err(text);
        assert_eq!(error["errorType"], "ValueError", "{text}");
        let message = error["errorMessage"].as_str().unwrap();
        assert!(
            message.starts_with("this is not JSON: ") && message.contains(" at byte "),
            "{message}"
        );
    }
}

#[test]
fn python_values_become_json() {
    let source = r#"
import collections, enum
class Colour(enum.IntEnum):
    RED = 3
class Name(str): pass
Point = collections.namedtuple("Point", "x y")
def handler(event, context):
    return {"tuple": (1, 2), "point": Point(3, 4), "int enum": Colour.RED, "str": Name("n"), "none": None,
            "ordered": collections.OrderedDict(a=1), "default": collections.defaultdict(int, b=2),
            1: "int", 1.5: "float", True: "bool", None: "none"}
"#;
    let expect = json!({
        "tuple": [1, 2], "point": [3, 4], "int enum": 3, "str": "n", "none": null, "ordered": {"a": 1}, "default": {"b": 2},
        "1": "bool", "1.5": "float", "null": "none",
    });
    assert_eq!(result(source, "{}"), expect);
}

#[test]
fn what_cannot_be_json_is_named() {
    let cases = [
        (
            "{1, 2}",
            "TypeError",
            "Object of type set is not JSON serializable",
        ),
        (
            "b'x'",
            "TypeError",
            "Object of type bytes is not JSON serializable",
        ),
        (
            "object()",
            "TypeError",
            "Object of type object is not JSON serializable",
        ),
        (
            "[float('nan')]",
            "ValueError",
            "Out of range float values are not JSON compliant: nan",
        ),
        (
            "float('-inf')",
            "ValueError",
            "Out of range float values are not JSON compliant: -inf",
        ),
        (
            "{(1, 2): 3}",
            "TypeError",
            "keys must be str, int, float, bool or None, not tuple",
        ),
        (
            "'\\ud800'",
            "ValueError",
            "a text with half of a surrogate pair is not JSON",
        ),
        (
            "(lambda a: (a.append(a), a)[1])([])",
            "ValueError",
            "Circular reference detected",
        ),
    ];
    for (value, name, message) in cases {
        let source = format!("def handler(event, context):\n    return {value}\n");
        let error = error(&source, "{}");
        assert_eq!(
            (&error["errorType"], &error["errorMessage"]),
            (&name.into(), &message.into()),
            "{value}"
        );
    }
}

#[test]
fn nesting_has_a_limit_and_no_trap() {
    let echo = function(ECHO);
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(echo.call(&deep(120)).text, deep(120));
    let too_deep = echo.call(&deep(100_000)).result.unwrap_err();
    assert_eq!(too_deep["errorType"], "RecursionError");
    let made = "def handler(event, context):\n    a = []\n    for _ in range(event):\n        a = [a]\n    return a\n";
    assert_eq!(error(made, "100000")["errorType"], "RecursionError");
}

#[test]
fn a_large_event_goes_through() {
    let text = format!(
        "[{}]",
        vec![r#"{"name":"item","price":12.25,"tags":["a","b"]}"#; 20_000].join(",")
    );
    assert_eq!(function(ECHO).call(&text).text, text);
}

#[test]
fn a_handler_takes_what_it_asks_for() {
    let cases = [
        ("def handler():\n    return 'none'\n", json!("none")),
        ("def handler(event):\n    return event\n", json!(7)),
        (
            "def handler(event, context, more=3):\n    return more\n",
            json!(3),
        ),
        ("def handler(*all):\n    return len(all)\n", json!(2)),
        (
            "class H:\n    def __call__(self, event, context):\n        return event + 1\nhandler = H()\n",
            json!(8),
        ),
        (
            "class H:\n    def go(self, event):\n        return event + 2\nhandler = H().go\n",
            json!(9),
        ),
        ("handler = lambda event, context: event + 3\n", json!(10)),
        (
            "import functools\ndef f(a, event, context):\n    return a + event\nhandler = functools.partial(f, 4)\n",
            json!(11),
        ),
        ("def handler(event, context):\n    pass\n", Value::Null),
    ];
    for (source, expect) in cases {
        assert_eq!(result(source, "7"), expect, "{source}");
    }
}
