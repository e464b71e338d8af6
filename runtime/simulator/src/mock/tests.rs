use expect_test::{Expect, expect};
use serde_json::json;

use super::{MockConfig, Response};

const FILE: &str = r#"{
  "StateMachines": {"Order": {"TestCases": {"Happy": {"Charge": "Retried"}, "Plain": {}}}},
  "MockedResponses": {"Retried": {
    "0": {"Throw": {"Error": "Busy", "Cause": "later"}},
    "1-2": {"Throw": {"Error": "Busy"}},
    "3": {"Return": {"paid": true}}
  }}
}"#;

#[test]
fn calls_and_ranges_of_calls_have_their_answers() {
    let config = MockConfig::parse(FILE).unwrap();
    let case = config.test_case("Order", "Happy").unwrap();
    let throw = |cause: Option<&str>| Response::Throw {
        error: "Busy".to_owned(),
        cause: cause.map(str::to_owned),
    };
    assert_eq!(case.answer("Charge", 0), Some(&throw(Some("later"))));
    assert_eq!(case.answer("Charge", 1), Some(&throw(None)));
    assert_eq!(case.answer("Charge", 2), Some(&throw(None)));
    let paid = Response::Return(json!({"paid": true}));
    assert_eq!(case.answer("Charge", 3), Some(&paid));
    assert_eq!(case.answer("Charge", 4), None);
    assert!(case.has("Charge") && !case.has("Ship"));
    let names: Vec<&str> = config.test_cases("Order").collect();
    assert_eq!(names, ["Happy", "Plain"]);
}

fn refuses(text: &str, expect: &Expect) {
    expect.assert_eq(&MockConfig::parse(text).unwrap_err().to_string());
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    refuses(
        "[",
        &expect!["The file is not valid JSON: EOF while parsing a list at line 1 column 1 at /"],
    );
    refuses("{}", &expect!["The field 'StateMachines' is missing at /"]);
    refuses(
        r#"{"StateMachines": {"M": {"TestCases": {"C": {"S": "None"}}}}}"#,
        &expect![
            "There is no mocked response 'None' in MockedResponses at /StateMachines/M/TestCases/C/S"
        ],
    );
    let with =
        |calls: &str| format!(r#"{{"StateMachines": {{}}, "MockedResponses": {{"R": {calls}}}}}"#);
    refuses(
        &with(r#"{"2-1": {"Return": 1}}"#),
        &expect!["The range '2-1' ends before it begins at /MockedResponses/R/2-1"],
    );
    refuses(
        &with(r#"{"first": {"Return": 1}}"#),
        &expect![
            "'first' is neither a call's number such as 0 nor a range such as 1-2 at /MockedResponses/R/first"
        ],
    );
    refuses(
        &with(r#"{"0-2": {"Return": 1}, "2": {"Return": 1}}"#),
        &expect!["The calls 2 overlap with those from 0 to 2 at /MockedResponses/R/2"],
    );
    refuses(
        &with(r#"{"0": {"Return": 1, "Throw": {"Error": "E"}}}"#),
        &expect!["Either 'Return' or 'Throw' is expected at /MockedResponses/R/0"],
    );
    refuses(
        &with(r#"{"0": {"Throw": {"Cause": "C"}}}"#),
        &expect!["The field 'Error' is missing at /MockedResponses/R/0/Throw"],
    );
    refuses(
        &with(r#"{"0": {"Retrun": 1}}"#),
        &expect!["The field 'Retrun' is not known at /MockedResponses/R/0"],
    );
}
