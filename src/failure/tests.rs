use super::*;

fn problem(items: &[(&str, &str, &str)]) -> Problem {
    Problem {
        status: 400,
        code: "InvalidDefinition".to_owned(),
        title: "the definition is not valid".to_owned(),
        request_id: Some("req-1".to_owned()),
        problems: items
            .iter()
            .map(|(code, path, message)| ProblemItem {
                code: (*code).to_owned(),
                path: (*path).to_owned(),
                message: (*message).to_owned(),
            })
            .collect(),
        error: None,
        cause: None,
        stack_trace: Vec::new(),
        invocation_id: None,
    }
}

#[test]
fn a_problem_shows_each_place_in_the_file_with_a_caret() {
    let failure = Failure::of_problem(
        Exit::Refused,
        problem(&[(
            "MISSING_TRANSITION_TARGET",
            "/States/Count/Next",
            "there is no state 'Mrege'",
        )]),
    )
    .within(Source {
        path: "word-count.asl.json".to_owned(),
        text: "{\n  \"States\": {\n    \"Count\": { \"Next\": \"Mrege\" }\n  }\n}\n".to_owned(),
    })
    .advise("correct the file and deploy it again");
    assert_eq!(
        failure.text(Paint::PLAIN),
        r#"error: the definition is not valid [InvalidDefinition]
 --> word-count.asl.json:3:24
3 |     "Count": { "Next": "Mrege" }
  |                        ^^^^^^^ there is no state 'Mrege' [MISSING_TRANSITION_TARGET]
  at /States/Count/Next
help: correct the file and deploy it again
request id: req-1"#
    );
}

#[test]
fn without_a_file_the_places_are_pointers() {
    let failure = Failure::of_problem(
        Exit::Refused,
        problem(&[
            ("NO_STATES", "", "there are no states"),
            ("BAD_RANGE", "/TimeoutSeconds", "must be above 0"),
        ]),
    );
    assert_eq!(
        failure.text(Paint::PLAIN),
        "\
error: the definition is not valid [InvalidDefinition]
  / there are no states [NO_STATES]
  /TimeoutSeconds must be above 0 [BAD_RANGE]
request id: req-1"
    );
}

#[test]
fn a_place_that_repeats_the_title_is_only_named() {
    let failure = Failure::of_problem(
        Exit::Refused,
        problem(&[("InvalidQuery", "query/limit", "the definition is not valid")]),
    );
    let text = failure.text(Paint::PLAIN);
    assert_eq!(text.lines().nth(1), Some("  at query/limit"));

    let mut two = problem(&[
        (
            "UNKNOWN_IMPORT",
            "import 0",
            "imports 'a', which is not offered",
        ),
        (
            "UNKNOWN_IMPORT",
            "import 1",
            "imports 'b', which is not offered",
        ),
    ]);
    two.title = "refused: imports 'a', which is not offered (and 1 more)".to_owned();
    let text = Failure::of_problem(Exit::Refused, two).text(Paint::PLAIN);
    let shown = "\n  at import 0\n  import 1 imports 'b', which is not offered [UNKNOWN_IMPORT]";
    assert!(text.contains(shown), "{text}");
}

#[test]
fn a_function_that_failed_shows_its_error_and_cause() {
    let mut wire = problem(&[]);
    wire.request_id = None;
    wire.error = Some("Function.OutOfFuel".to_owned());
    wire.cause = Some("it used all of its 1,000,000 fuel".to_owned());
    assert_eq!(
        Failure::of_problem(Exit::Failed, wire).text(Paint::PLAIN),
        "\
error: the definition is not valid [InvalidDefinition]
  Function.OutOfFuel it used all of its 1,000,000 fuel"
    );
}

#[test]
fn where_a_function_failed_is_shown_to_people() {
    let mut wire = problem(&[]);
    wire.error = Some("TypeError".to_owned());
    wire.cause = Some("no".to_owned());
    wire.stack_trace = ["TypeError: no", "  File \"a.py\"\n    raise E", "at b"]
        .map(str::to_owned)
        .to_vec();
    let failure = Failure::of_problem(Exit::Failed, wire);
    let text = failure.text(Paint::PLAIN);
    let shown =
        "\n  TypeError no\n      File \"a.py\"\n        raise E\n    at b\nrequest id: req-1";
    assert!(text.ends_with(shown), "{text}");
    assert!(!failure.json().contains("stackTrace"));
}

#[test]
fn text_that_is_not_json_shows_where_it_breaks() {
    let text = "{\n  \"a\": what\n}";
    let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
    let source = Source {
        path: "x.asl.json".to_owned(),
        text: text.to_owned(),
    };
    let failure = not_json(&source, &error);
    assert_eq!(failure.exit, Exit::Usage);
    assert!(
        failure
            .text(Paint::PLAIN)
            .contains("2 |   \"a\": what\n  |        ^ expected value"),
        "{}",
        failure.text(Paint::PLAIN)
    );
}

#[test]
fn a_reader_that_went_away_ends_the_program_quietly_and_well() {
    let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
    assert_eq!((failure.exit, failure.quiet), (Exit::Ok, true));
    let failure = Failure::from(io::Error::other("disk full"));
    assert_eq!((failure.exit, failure.quiet), (Exit::Failed, false));
}

#[test]
fn programs_get_the_problem_as_the_api_writes_it() {
    let failure = Failure::usage("what?");
    assert_eq!(
        failure.json(),
        r#"{"status":0,"code":"Usage","title":"what?"}"#
    );
}
