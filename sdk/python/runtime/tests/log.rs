//! What a function prints and logs, and where it goes.

use serde_json::{Value, json};

use crate::support::function;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

#[test]
fn print_writes_to_standard_output() {
    let source = "import sys\ndef handler(event, context):\n    print('grüße', 1, [2])\n    print('no end', end='')\n    print('error', file=sys.stderr)\n    sys.stderr.write('more')\n";
    let answer = function(source).call("{}");
    assert_eq!(
        (answer.stdout.as_str(), answer.stderr.as_str()),
        ("grüße 1 [2]\nno end", "error\nmore")
    );
}

#[test]
fn what_was_printed_before_a_failure_is_kept() {
    let source =
        "def handler(event, context):\n    print('before', end='')\n    raise ValueError()\n";
    let answer = function(source).call("{}");
    assert!(answer.result.is_err());
    assert_eq!(answer.stdout, "before");
}

#[test]
fn what_is_printed_while_loading_is_not_printed_again() {
    let function =
        function("print('loaded', end='')\ndef handler(event, context):\n    print('called')\n");
    assert_eq!(function.load_log, "loaded");
    assert_eq!(function.call("{}").stdout, "called\n");
}

#[test]
fn log_lines_have_a_level_and_fields() {
    let source = r#"
from steploom import log
def handler(event, context):
    log.debug("looking")
    log.info("sent \"it\"", to="Ada", bytes=12, nested={"a": [1.5, None]}, odd=object())
    log.warn("slow")
    log.error("lost")
    log("plain", level_of="x")
"#;
    let answer = function(source).call("{}");
    let expect = [
        json!({"level": "DEBUG", "message": "looking"}),
        json!({"level": "INFO", "message": "sent \"it\"", "to": "Ada", "bytes": 12, "nested": {"a": [1.5, null]}, "odd": null}),
        json!({"level": "WARN", "message": "slow"}),
        json!({"level": "ERROR", "message": "lost"}),
        json!({"level": "INFO", "message": "plain", "level_of": "x"}),
    ];
    assert_eq!(lines(&answer.stderr), expect);
    assert!(
        answer
            .stderr
            .starts_with(r#"{"level":"DEBUG","message":"looking"}"#),
        "{}",
        answer.stderr
    );
}

#[test]
fn logging_goes_to_the_log() {
    let source = r#"
import logging
logger = logging.getLogger("shop")
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    logger.debug("not shown")
    logger.info("order %d", 7)
    logging.warning("slow")
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("failed")
"#;
    let answer = function(source).call("{}");
    let lines = lines(&answer.stderr);
    assert_eq!(
        lines[0],
        json!({"level": "INFO", "message": "order 7", "logger": "shop"})
    );
    assert_eq!(
        lines[1],
        json!({"level": "WARN", "message": "slow", "logger": "root"})
    );
    assert_eq!(
        (&lines[2]["level"], &lines[2]["message"]),
        (&json!("ERROR"), &json!("failed"))
    );
    let trace = lines[2]["exception"].as_str().unwrap();
    assert!(
        trace.starts_with("Traceback") && trace.ends_with("ZeroDivisionError: division by zero"),
        "{trace}"
    );
}

#[test]
fn logging_set_up_by_the_function_is_left_alone() {
    let source = "import logging\nlogging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s')\ndef handler(event, context):\n    logging.info('hello')\n";
    assert_eq!(function(source).call("{}").stderr, "INFO hello\n");
}

#[test]
fn warnings_go_to_standard_error() {
    let source = "import warnings\ndef handler(event, context):\n    warnings.warn('old')\n";
    let answer = function(source).call("{}");
    assert!(
        answer.stderr.contains("UserWarning: old"),
        "{}",
        answer.stderr
    );
}
