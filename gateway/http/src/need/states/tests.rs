use std::sync::Arc;

use steploom_auth::Scopes;

use super::*;

fn check(scope: &str, operation: &str, input: &str, expected: bool) {
    let caller = Caller {
        scopes: Arc::new(Scopes::parse(&[scope]).unwrap()),
        ..Caller::local()
    };
    let input = steploom_aws::states_input(input.as_bytes()).ok();
    let required = require(&caller, operation, input.as_ref());
    assert_eq!(required.is_ok(), expected, "{scope} {operation} {input:?}");
}

#[test]
fn operations_need_the_scope_of_what_they_name() {
    const A: &str =
        r#"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:a-1"}"#;
    const B: &str = r#"{"stateMachineArn": "b"}"#;
    const RUN: &str =
        r#"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:a-1:x"}"#;
    const BOTH: &str = r#"{"stateMachineArn": "a-1", "mapRunArn": "arn:aws:states:us-east-1:000000000000:mapRun:b/x:y"}"#;
    const ACTIVITY: &str =
        r#"{"resourceArn": "arn:aws:states:us-east-1:000000000000:activity:a-1"}"#;
    for (scope, operation, input, expected) in [
        ("executions:invoke:a-*", "StartExecution", A, true),
        ("executions:invoke:a-*", "StartExecution", B, false),
        ("executions:invoke:a-*", "StartExecution", "", false),
        ("executions:invoke:a-*", "StartExecution", "[", false),
        ("executions:read:a-*", "StartExecution", A, false),
        ("executions:read:a-*", "DescribeExecution", RUN, true),
        ("executions:write:a-*", "StopExecution", RUN, true),
        ("executions:read:a-*", "ListExecutions", BOTH, false),
        ("executions:read:a-*", "ListExecutions", A, true),
        ("machines:read:a-*", "ListStateMachines", "{}", false),
        ("machines:read", "ListStateMachines", "{}", true),
        (
            "machines:write:a-*",
            "CreateStateMachine",
            r#"{"name": "a-1"}"#,
            true,
        ),
        (
            "machines:write:a-*",
            "CreateStateMachine",
            r#"{"name": "b"}"#,
            false,
        ),
        (
            "machines:write:a-*",
            "CreateStateMachineAlias",
            r#"{"name": "a-1"}"#,
            false,
        ),
        ("machines:write:a-*", "TagResource", A, true),
        ("machines:write:a-*", "TagResource", ACTIVITY, false),
        ("activities:write:a-*", "TagResource", ACTIVITY, true),
        ("tasks:invoke", "SendTaskSuccess", "{}", true),
        ("functions", "SendTaskSuccess", "{}", false),
        ("functions", "NoSuchOperation", "{}", true),
    ] {
        check(scope, operation, input, expected);
    }
}
