use super::complaint;

fn check(text: &str, message: &str, line: usize, column: usize) {
    let found = complaint(text, "T").expect("it is not JSON");
    assert_eq!(
        (found.message.as_str(), found.line, found.column),
        (message, line, column),
        "{text}"
    );
}

#[test]
fn what_is_wrong_is_said_as_on_aws() {
    // Recorded.
    check(
        "not a definition",
        "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        1,
        4,
    );
    check(
        "{'not': 'json'",
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        1,
        3,
    );
}

/// A text, what is wrong with it, and the line and the column.
const MISTAKES: &[(&str, &str, usize, usize)] = &[
    (
        "{\"a\":1,\n}",
        "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
        2,
        2,
    ),
    (
        "[1,]",
        "Unexpected character (']' (code 93)): expected a value",
        1,
        5,
    ),
    (
        "{\"a\" 1}",
        "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
        1,
        7,
    ),
    (
        "{\"a\":1 \"b\"}",
        "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
        1,
        9,
    ),
    (
        "[1 2]",
        "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
        1,
        5,
    ),
    (
        "{\"a\": [1",
        "Unexpected end-of-input: expected close marker for Array (start marker at [Source: T; line: 1, column: 7])",
        1,
        9,
    ),
    (
        "{\"a\": {]}",
        "Unexpected character (']' (code 93)): was expecting double-quote to start field name",
        1,
        9,
    ),
    (
        "{\"a\": [}",
        "Unexpected character ('}' (code 125)): expected a value",
        1,
        9,
    ),
    (
        "[1}",
        "Unexpected close marker '}': expected ']' (for Array starting at [Source: T; line: 1, column: 1])",
        1,
        4,
    ),
    (
        "{\"a\": tru}",
        "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        1,
        10,
    ),
    ("{\"a", "Unexpected end-of-input in field name", 1, 4),
    (
        "[\"a",
        "Unexpected end-of-input: was expecting closing quote for a string value",
        1,
        4,
    ),
    (
        "[\"a\nb\"]",
        "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value",
        2,
        1,
    ),
    (
        "[\"\\x\"]",
        "Unrecognized character escape 'x' (code 120)",
        1,
        5,
    ),
    (
        "[\"\\u00g\"]",
        "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence",
        1,
        8,
    ),
    (
        "[01]",
        "Invalid numeric value: Leading zeroes not allowed",
        1,
        4,
    ),
    (
        "[1.]",
        "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit",
        1,
        5,
    ),
    (
        "[-x]",
        "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value",
        1,
        4,
    ),
    (
        "[→]",
        "Unexpected character ('→' (code 8594 / 0x2192)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        1,
        3,
    ),
    ("  ", "No content to map due to end-of-input", 1, 3),
];

#[test]
fn every_kind_of_mistake_is_told() {
    for (text, message, line, column) in MISTAKES {
        check(text, message, *line, *column);
    }
}

#[test]
fn what_is_json_gives_no_complaint() {
    for text in [
        "{}",
        " [1, -0.5e+3, \"a\\u00e9\\n\", {\"b\": [true, false, null, {}]}] ",
        "\"x\"",
        "0",
        "{\"a\": 1} and more",
    ] {
        assert_eq!(complaint(text, "T"), None, "{text}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(complaint(&deep, "T"), None);
}

#[test]
fn a_complaint_is_there_whenever_serde_json_refuses_a_single_value() {
    use proptest::prelude::*;
    let text = r#"[\[\]{}:,"0-9a-z\\ .e+-]{0,12}"#;
    proptest!(|(text in text)| {
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        if is_json {
            prop_assert_eq!(complaint(&text, "T"), None);
        } else if complaint(&text, "T").is_none() {
            // Something follows, or a number is too large.
            let error = serde_json::from_str::<serde_json::Value>(&text).unwrap_err().to_string();
            prop_assert!(error.contains("trailing") || error.contains("out of range"), "{}: {}", text, error);
        }
    });
}
