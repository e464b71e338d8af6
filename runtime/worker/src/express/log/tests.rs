use serde_json::json;

use super::*;

#[test]
fn a_level_has_what_aws_logs_at_it() {
    for (kind, highest) in [
        ("ExecutionStarted", LogLevel::All),
        ("TaskStateEntered", LogLevel::All),
        ("MapIterationSucceeded", LogLevel::All),
        ("TaskFailed", LogLevel::Error),
        ("LambdaFunctionTimedOut", LogLevel::Error),
        ("WaitStateAborted", LogLevel::Error),
        ("FailStateEntered", LogLevel::Error),
        ("EvaluationFailed", LogLevel::Error),
        ("ExecutionAborted", LogLevel::Fatal),
        ("ExecutionFailed", LogLevel::Fatal),
        ("ExecutionTimedOut", LogLevel::Fatal),
    ] {
        assert_eq!(level(kind), highest, "{kind}");
    }
}

#[test]
fn long_texts_are_cut_between_characters() {
    let mut short = json!({"a": "x", "b": 7});
    assert_eq!(cut_off(&mut short), 0);
    assert_eq!(short, json!({"a": "x", "b": 7}));
    let mut long = json!({"v": format!("a{}", "ü".repeat(LOGGED_TEXT_BYTES_MAX))});
    assert_eq!(cut_off(&mut long), 1);
    let left = long["v"].as_str().unwrap().len();
    assert_eq!(left, LOGGED_TEXT_BYTES_MAX - 1);
}
