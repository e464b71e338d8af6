use serde_json::json;

use super::*;

/// How a task that names the function like this sees its failure.
fn failed(function: &str, error: &str) -> Failure {
    let function = FunctionRef::parse(function).expect("it names a function");
    let target = Target::of(&Resource::Function(function), &Json::empty_object());
    let Ok(target) = target else {
        panic!("a function is a target")
    };
    target.failed(error.to_owned(), "why".to_owned())
}

#[test]
fn a_lambdas_own_error_is_json_and_everything_else_a_text() {
    const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let own = failed(ARN, "Oops").cause.expect("a cause");
    let own: Value = serde_json::from_str(&own).expect("JSON");
    assert_eq!(own, json!({ "errorMessage": "why", "errorType": "Oops" }));

    for (function, error) in [
        ("f", "Oops"),
        (ARN, "Function.OutOfFuel"),
        (ARN, "States.Timeout"),
    ] {
        let failure = failed(function, error);
        assert_eq!(
            (failure.error.as_str(), failure.cause.as_deref()),
            (error, Some("why"))
        );
    }
}
