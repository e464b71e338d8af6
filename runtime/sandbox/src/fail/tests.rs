use steploom_types::limits::function::ERROR_OBJECT_BYTES_MAX;

use super::{CAUSE_BYTES_MAX, answered, exit, result};

#[test]
fn a_declared_error_gives_its_name_and_message() {
    let failure = answered(br#"{"errorType":"Shop.Empty","errorMessage":"no \u00e4pfel"}"#);
    assert_eq!(
        (&*failure.error, &*failure.cause),
        ("Shop.Empty", "no äpfel")
    );
    let failure = answered(br#"{"errorType":"E","errorMessage":{"code":7}}"#);
    assert_eq!((&*failure.error, &*failure.cause), ("E", r#"{"code":7}"#));
    let failure = exit(3, br#"{"errorType":"E"}"#, "ignored");
    assert_eq!((&*failure.error, &*failure.cause), ("E", ""));
}

#[test]
fn a_declared_error_is_kept_as_it_was_written() {
    let written = r#"{"errorMessage": "no", "errorType": "E", "requestId": "1", "stackTrace": []}"#;
    let failure = answered(format!(" {written}\n").as_bytes());
    assert_eq!(failure.object.as_deref(), Some(written));
    let long = "x".repeat(ERROR_OBJECT_BYTES_MAX);
    let failure = answered(format!(r#"{{"errorType":"E","stackTrace":"{long}"}}"#).as_bytes());
    assert_eq!((&*failure.error, failure.object), ("E", None));
    assert_eq!(answered(b"boom").object, None);
}

#[test]
fn an_error_that_is_not_declared_is_its_text() {
    let failure = answered(b"\x1b[31mboom");
    assert_eq!(
        (&*failure.error, &*failure.cause),
        ("Function.Failed", "\\u{1b}[31mboom")
    );
    let failure = exit(3, b"{}", "cannot open x");
    assert_eq!(failure.error, "Function.ExitCode");
    assert_eq!(
        failure.cause,
        "the function ended with exit code 3: cannot open x"
    );
}

#[test]
fn a_long_cause_is_cut_between_characters() {
    let failure = answered("ä".repeat(CAUSE_BYTES_MAX).as_bytes());
    assert_eq!(failure.cause.len(), CAUSE_BYTES_MAX);
}

#[test]
fn what_is_no_json_says_so_and_shows_how_it_begins() {
    let deep = "[".repeat(1_000_000);
    for output in [
        &b""[..],
        b" \n",
        b"hello",
        b"\xff",
        b"1 2",
        b"\"\\ud800\"",
        deep.as_bytes(),
    ] {
        let failure = result(output).expect_err("no JSON");
        assert_eq!(failure.error, "Function.InvalidOutput");
        assert!(failure.cause.len() < 300, "{}", failure.cause);
    }
    let failure = result(b"hello").expect_err("no JSON");
    assert!(
        failure.cause.ends_with("it begins with: hello"),
        "{}",
        failure.cause
    );
    assert_eq!(result(b" 1 \n").expect("JSON").text(), "1");
}
