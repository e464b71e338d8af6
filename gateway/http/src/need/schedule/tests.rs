use std::sync::Arc;

use steploom_auth::Scopes;

use super::*;

fn caller(scopes: &[&str]) -> Caller {
    Caller {
        scopes: Arc::new(Scopes::parse(scopes).unwrap()),
        ..Caller::local()
    }
}

#[test]
fn who_schedules_may_start_what_is_scheduled() {
    const BUCKET: &str = r#", "deadLetter": {"bucket": "letters"}"#;
    for (scopes, target, letter, expected) in [
        (
            &["executions:invoke:a-*"][..],
            r#""machine": "a-1""#,
            "",
            true,
        ),
        (&["executions:invoke:a-*"], r#""machine": "b""#, "", false),
        (&["executions:read"], r#""machine": "a-1""#, "", false),
        (&["functions:invoke"], r#""function": "f""#, "", true),
        (&["executions"], r#""function": "f""#, "", false),
        (&["functions:invoke"], r#""function": "f""#, BUCKET, false),
        (
            &["functions:invoke", "objects:write:letters"],
            r#""function": "f""#,
            BUCKET,
            true,
        ),
    ] {
        let text = format!(r#"{{"expression": "@daily", "target": {{{target}}}{letter}}}"#);
        let definition: ScheduleDefinition = serde_json::from_str(&text).unwrap();
        let required = require_definition(&caller(scopes), &definition);
        assert_eq!(required.is_ok(), expected, "{scopes:?} {text}");
    }
}

#[test]
fn aws_requests_need_the_same() {
    const GROUP: &str = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/a-1";
    const MACHINE: &str =
        r#"{"Target": {"Arn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}}"#;
    for (scopes, method, collection, name, body, expected) in [
        (&["schedules:read"][..], "GET", "schedules", None, "", true),
        (&["schedules:read:a-*"], "GET", "schedules", None, "", false),
        (
            &["schedules:read:a-*"],
            "GET",
            "schedules",
            Some("a-1"),
            "",
            true,
        ),
        (
            &["schedules:read:a-*"],
            "DELETE",
            "schedules",
            Some("a-1"),
            "",
            false,
        ),
        (
            &["schedules:write:a-*"],
            "POST",
            "schedules",
            Some("a-1"),
            MACHINE,
            false,
        ),
        (
            &["schedules:write:a-*", "executions:invoke:m"],
            "POST",
            "schedules",
            Some("a-1"),
            MACHINE,
            true,
        ),
        (
            &["schedules:write:a-*"],
            "POST",
            "tags",
            Some(GROUP),
            "{}",
            true,
        ),
        (
            &["schedules:write:a-*"],
            "DELETE",
            "schedule-groups",
            Some("a-1"),
            "",
            false,
        ),
        (
            &["schedules:write"],
            "DELETE",
            "schedule-groups",
            Some("a-1"),
            "",
            true,
        ),
    ] {
        let request = SchedulerRequest {
            method,
            collection,
            name,
            query: &[],
            body: body.as_bytes(),
        };
        let required = require(&caller(scopes), request);
        assert_eq!(required.is_ok(), expected, "{scopes:?} {request:?}");
    }
}
