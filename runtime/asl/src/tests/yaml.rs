//! YAML: it means what JSON means, and tells where it does not.

use serde_json::json;
use steploom_types::limits::DEFINITION_BYTES_MAX;

use crate::model::Kind;
use crate::{Position, locate, parse};

const TEXT: &str = r#"# A machine.
Comment: |
  two
  lines
StartAt: Count
States:
  Count:
    Type: Task
    Resource: count
    Parameters: &input
      name.$: $.name
      version: "1.0"
      many: [1, -2, 3.5, 0x10, 1e3, true, ~, yes]
    Next: "5"
    Retry:
      - ErrorEquals: [States.ALL]
        MaxAttempts: 2
  5:
    Type: Pass
    Parameters: *input
    End: true
"#;

/// The diagnostics of a text, each with its line and column.
fn told(text: &str) -> Vec<String> {
    let rejected = parse(text).expect_err("it is refused");
    let place = |path: &str| match locate(text, path) {
        Some(Position { line, column }) => format!("{line}:{column} "),
        None => String::new(),
    };
    rejected
        .diagnostics
        .iter()
        .map(|told| format!("{}{told}", place(&told.path)))
        .collect()
}

#[test]
fn yaml_means_what_json_means() {
    let json = json!({
        "Comment": "two\nlines\n", "StartAt": "Count",
        "States": {
            "Count": {
                "Type": "Task", "Resource": "count",
                "Parameters": {"name.$": "$.name", "version": "1.0", "many": [1, -2, 3.5, 16, 1000.0, true, null, "yes"]},
                "Next": "5", "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
            },
            "5": {"Type": "Pass", "End": true,
                "Parameters": {"name.$": "$.name", "version": "1.0", "many": [1, -2, 3.5, 16, 1000.0, true, null, "yes"]}}
        }
    });
    let yaml = parse(TEXT).expect("it is accepted").machine;
    let json = parse(&json.to_string()).expect("it is accepted").machine;
    // `End` and `Parameters` come in another order, which means nothing.
    assert_eq!(format!("{yaml:?}"), format!("{json:?}"));
    assert!(matches!(yaml.states[0].kind, Kind::Task(_)));
}

#[test]
fn diagnostics_have_lines_and_columns() {
    let text = TEXT
        .replace("Next: \"5\"", "Next: six")
        .replace("[States.ALL]", "[1]");
    assert_eq!(
        told(&text),
        [
            "14:5 MISSING_TRANSITION_TARGET: Missing 'Next' target: six at /States/Count/Next",
            "16:23 SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/Count/Retry[0]/ErrorEquals[0]",
        ]
    );
    let json =
        "{\n\t\"StartAt\": \"A\",\n\t\"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}";
    assert_eq!(
        told(json),
        ["3:35 MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",]
    );
    assert_eq!(locate(json, "/"), Some(Position { line: 1, column: 1 }));
    assert_eq!(locate(json, "/States/B"), None);
}

#[test]
fn what_is_wrong_with_the_text_is_told_where_it_is() {
    assert_eq!(
        told("StartAt: A\nStates:\n  A: {Type: Pass, End: true\n"),
        [
            "INVALID_YAML_DESCRIPTION: while parsing a flow mapping, did not find expected ',' or '}'\n at line: 4, column: 1"
        ]
    );
    assert_eq!(
        told("StartAt: A\nStartAt: A\nStates: {A: {Type: Succeed}}"),
        ["1:1 SCHEMA_VALIDATION_FAILED: Duplicate field 'StartAt' at /"]
    );
    for (text, what) in [
        ("StartAt: !Ref A", "The tag '!Ref' means nothing here"),
        ("x: 1\n? [a]\n: b", "A key has to be a text"),
        ("a: *b", "while parsing node, found unknown anchor"),
        (
            "a: &a [*a]",
            "The anchor is not there, or is not closed yet",
        ),
        ("a: .inf", "'.inf' is not a number in JSON"),
        ("a: 1\n---\nb: 1", "Only one document is expected"),
    ] {
        let told = told(text);
        assert!(
            told.len() == 1 && told[0].starts_with("INVALID_YAML_DESCRIPTION: "),
            "{text}: {told:?}"
        );
        assert!(told[0].contains(what), "{text}: {told:?}");
    }
}

#[test]
fn aliases_and_nesting_are_bounded() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let line = format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
        laughs.push_str(&line);
    }
    assert!(told(&laughs)[0].contains(&format!(
        "Aliases may copy {DEFINITION_BYTES_MAX} bytes at the most"
    )));
    let deep = format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(
        told(&deep)[0].contains("recursion limit exceeded"),
        "{:?}",
        told(&deep)
    );
    let nested = format!(
        "a: &a {}{}\nb: {}*a{}",
        "[".repeat(100),
        "]".repeat(100),
        "[".repeat(100),
        "]".repeat(100)
    );
    assert!(told(&nested)[0].contains("Values may be nested 128 deep"));
}
