//! What a handler learns of its call.

use javascript_tests::{Host, load};
use serde_json::json;

const TEXT: &str = "export const handler = (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() })";

#[test]
fn the_context_says_what_the_environment_says() {
    let mut host = Host::default();
    for (name, value) in [
        ("REQUEST_ID", "r-1"),
        ("FUNCTION", "hello"),
        ("VERSION", "7"),
        ("ACCOUNT", "000000000000"),
        ("DEADLINE", "2999-01-02T03:04:05Z"),
        ("RETRY", "2"),
        ("EXECUTION", "e-1"),
        ("STATE", "Work"),
        ("ATTEMPT", "a-1"),
    ] {
        host.set(&format!("STEPLOOM_{name}"), value);
    }
    let outcome = load(TEXT).call_with(host, "{}");
    let mut context = outcome.answer.expect("a result");
    let left = context["left"].take();
    assert!(left.as_f64().expect("a number") > 1e12);
    assert_eq!(
        context,
        json!({
            "requestId": "r-1", "awsRequestId": "r-1", "functionName": "hello", "functionVersion": "7",
            "account": "000000000000", "deadline": "2999-01-02T03:04:05.000Z", "retry": 2,
            "execution": "e-1", "state": "Work", "attempt": "a-1", "left": null,
        })
    );
}

#[test]
fn outside_of_a_step_there_is_less() {
    let context = load(TEXT).call(&json!({})).expect("a result");
    assert_eq!(context["retry"], 0);
    assert_eq!(context["left"], 0);
    assert!(context.get("execution").is_none());
    assert!(context.get("attempt").is_none());
}

#[test]
fn the_helper_has_the_context_as_well() {
    let text = r#"import { context } from "steploom"; export const handler = (event, own) => context === own && context.functionName"#;
    let mut host = Host::default();
    host.set("STEPLOOM_FUNCTION", "hello");
    assert_eq!(load(text).call_with(host, "{}").answer, Ok(json!("hello")));
}
