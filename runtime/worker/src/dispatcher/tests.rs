use serde_json::json;

use super::*;

/// How a task that names the function like this sees its failure, which it wrote as `object`.
fn failed(function: &str, error: &str, object: Option<&str>) -> Failure {
    let function = FunctionRef::parse(function).expect("it names a function");
    let target = Target::of(&Resource::Function(function), &Json::empty_object());
    let Ok(target) = target else {
        panic!("a function is a target")
    };
    target.failed(steploom_call::Failure {
        error: error.to_owned(),
        cause: "why".to_owned(),
        object: object.map(str::to_owned),
    })
}

#[test]
fn a_lambdas_own_error_is_json_and_everything_else_a_text() {
    const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let own = failed(ARN, "Oops", None).cause.expect("a cause");
    let own: Value = serde_json::from_str(&own).expect("JSON");
    assert_eq!(own, json!({ "errorMessage": "why", "errorType": "Oops" }));
    let object = r#"{"errorType": "Oops", "errorMessage": "why", "stackTrace": []}"#;
    let own = failed(ARN, "Oops", Some(object)).cause;
    assert_eq!(own.as_deref(), Some(object), "as the function wrote it");
    let plain = failed("f", "Oops", Some(object)).cause;
    assert_eq!(plain.as_deref(), Some("why"));

    for (function, error) in [
        ("f", "Oops"),
        (ARN, "Function.OutOfFuel"),
        (ARN, "States.Timeout"),
    ] {
        let failure = failed(function, error, None);
        assert_eq!(
            (failure.error.as_str(), failure.cause.as_deref()),
            (error, Some("why"))
        );
    }
}
