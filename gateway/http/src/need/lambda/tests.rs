use std::sync::Arc;

use bytes::Bytes;
use steploom_auth::Scopes;

use super::*;

fn check(scope: &str, method: &str, path: &str, body: &'static str, expected: bool) {
    let caller = Caller {
        scopes: Arc::new(Scopes::parse(&[scope]).unwrap()),
        ..Caller::local()
    };
    let request = steploom_aws::Request {
        method,
        path,
        query: "",
        header: &|_| None,
        body: Bytes::from_static(body.as_bytes()),
    };
    let required = require(&caller, &request);
    assert_eq!(required.is_ok(), expected, "{scope} {method} {path}");
}

#[test]
fn operations_need_the_scope_of_the_function_that_they_name() {
    const FUNCTIONS: &str = "/2015-03-31/functions";
    const INVOKE: &str = "/2015-03-31/functions/a-1/invocations";
    const OF_ARN: &str = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aa-1%3Alive";
    const TAGS: &str = "/2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:a-1";
    for (scope, method, path, body, expected) in [
        ("functions:invoke:a-*", "POST", INVOKE, "7", true),
        ("functions:invoke:b-*", "POST", INVOKE, "7", false),
        ("functions:read:a-*", "POST", INVOKE, "7", false),
        ("functions:read:a-*", "GET", OF_ARN, "", true),
        ("functions:read:b-*", "GET", OF_ARN, "", false),
        ("functions:write:a-*", "POST", TAGS, "{}", true),
        ("functions:read:a-*", "GET", FUNCTIONS, "", false),
        ("functions:read", "GET", FUNCTIONS, "", true),
        (
            "functions:write:a-*",
            "POST",
            FUNCTIONS,
            r#"{"FunctionName": "a-1"}"#,
            true,
        ),
        (
            "functions:write:a-*",
            "POST",
            FUNCTIONS,
            r#"{"FunctionName": "b-1"}"#,
            false,
        ),
        ("functions:write:a-*", "POST", FUNCTIONS, "{}", false),
        ("machines", "POST", FUNCTIONS, "{}", false),
    ] {
        check(scope, method, path, body, expected);
    }
}
