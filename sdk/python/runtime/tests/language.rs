//! The language and its library: expressions whose values CPython 3.11 printed, line by line in `checks.txt`.

use serde_json::{Value, json};

use crate::support::{Function, result};

const PRELUDE: &str = include_str!("prelude.py");
const CHECKS: &str = include_str!("checks.txt");

/// Lines that print something else here. Each is a difference that the README names.
const DIFFERENT: &[&str] = &[];

#[test]
fn expressions_are_what_cpython_says() {
    let source = format!(
        "{PRELUDE}\n\ndef handler(event, context):\n    try:\n        return repr(eval(event, globals()))\n    except Exception as error:\n        return f'{{type(error).__name__}}: {{error}}'\n"
    );
    let function = Function::load("hello.py", "handler", &[("hello.py", &source)])
        .unwrap_or_else(|error| panic!("{error:#}"));
    let mut wrong = Vec::new();
    for line in CHECKS.lines() {
        let (expression, expect) = line
            .split_once(" => ")
            .expect("an expression and its value");
        let got = function.call(&Value::from(expression).to_string()).result;
        let got = got.unwrap_or_else(|error| error["errorType"].clone());
        if (got == expect) == DIFFERENT.contains(&expression) {
            wrong.push(format!(
                "{expression}\n    expected {expect}\n    got      {}",
                got.as_str().unwrap_or("nothing")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CHECKS.lines().count(),
        wrong.join("\n")
    );
}

#[test]
fn long_work_comes_to_an_end() {
    let source = r#"
import json, re
def handler(event, context):
    total = 0
    for i in range(event):
        total += i % 7
    words = sorted(str(i * 7919 % 10007) for i in range(10_000))
    text = json.dumps([{"id": i, "name": f"n{i}"} for i in range(2_000)])
    return [total, words[0], len(json.loads(text)), len(re.findall(r"n\d*7\b", text))]
"#;
    assert_eq!(result(source, "200000"), json!([599_997, "0", 2000, 200]));
}
