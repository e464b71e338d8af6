//! Each kind is called as its contract says, in an instance of its own.

use std::sync::Arc;

use steploom_sandbox::{Kind, Runner};
use steploom_types::Timestamp;

use crate::support::{Node, call, failed, refusal, result};

const ECHO: &str = include_str!("guests/echo.wat");
const CAT: &str = include_str!("guests/cat.wat");

#[tokio::test]
async fn a_reactor_gives_its_result() {
    let node = Node::new();
    let finished = node.run(ECHO, r#"{"a":[1,2,"ü"]}"#).await;
    assert_eq!(result(&finished), r#"{"a":[1,2,"ü"]}"#);
    assert!(finished.fuel_used > 0 && finished.fuel_used < 1000);
    assert_eq!(finished.memory_bytes, 65_536);
    assert!(finished.logs.is_empty());
}

#[tokio::test]
async fn a_reactor_gives_its_error() {
    let node = Node::new();
    let event = r#"{"errorType":"Shop.Empty","errorMessage":"nothing left"}"#;
    let finished = node.run(include_str!("guests/fail.wat"), event).await;
    failed(&finished, "Shop.Empty", "nothing left");
    let finished = node.run(include_str!("guests/fail.wat"), "7").await;
    failed(&finished, "Function.Failed", "7");
}

#[tokio::test]
async fn every_call_has_a_fresh_instance() {
    let node = Node::new();
    let once = node.put(include_str!("guests/once.wat")).await;
    for _ in 0..20 {
        let finished = node.invoke(call(once, "null")).await;
        assert_eq!(result(&finished), "[1,1,0]");
    }
}

#[tokio::test]
async fn a_command_reads_and_writes_its_streams() {
    let node = Node::new();
    let event = format!("\"{}\"", "x".repeat(200_000));
    let finished = node.run(CAT, &event).await;
    assert_eq!(result(&finished), event);
    let lines: Vec<_> = finished.logs.iter().map(|l| &*l.message).collect();
    assert_eq!(lines, ["first line", "last words"]);
}

#[tokio::test]
async fn a_command_fails_by_its_exit_code() {
    let node = Node::new();
    let finished = node.run(CAT, "3").await;
    failed(
        &finished,
        "Function.ExitCode",
        "the function ended with exit code 3: last words",
    );
    assert_eq!(result(&node.run(CAT, "0").await), "0");
}

#[tokio::test]
async fn a_component_is_a_command() {
    let node = Node::new();
    let text = include_str!("guests/run.wat");
    let finished = node.run(&text.replace("FAIL", "0"), "null").await;
    assert_eq!(result(&finished), "true");
    let finished = node.run(&text.replace("FAIL", "1"), "null").await;
    failed(&finished, "Function.ExitCode", "exit code 1");
}

#[tokio::test]
async fn a_handler_gives_its_result_or_its_error() {
    let node = Node::new();
    let handler = node.put(include_str!("guests/handler.wat")).await;
    assert_eq!(handler.found.kind, Kind::Handler);
    let finished = node.invoke(call(handler, r#"["ä",null]"#)).await;
    assert_eq!(result(&finished), r#"["ä",null]"#);
    let finished = node
        .invoke(call(handler, r#"{"errorType":"E","errorMessage":"m"}"#))
        .await;
    failed(&finished, "E", "m");
}

#[tokio::test]
async fn a_component_of_many_parts_runs_and_one_of_too_many_is_refused() {
    let node = Node::new();
    let of = |parts: usize| {
        let parts = "(core instance (instantiate $empty))".repeat(parts);
        let with = format!("(component (core module $empty) {parts}");
        include_str!("guests/handler.wat").replacen("(component", &with, 1)
    };
    let finished = node.run(&of(40), "7").await;
    assert_eq!(result(&finished), "7");
    let module = bytes::Bytes::from(wat::parse_str(of(70)).expect("a component"));
    let digest = steploom_types::Digest::of(&module);
    let refused = node.sandbox.prepare(digest, &module).await;
    let error = refused.expect_err("refused");
    assert_eq!(error.code, "InvalidModule");
    assert!(
        error.message.contains("71 core module instances"),
        "{error}"
    );
}

#[tokio::test]
async fn the_context_arrives_in_the_environment_and_nothing_else_does() {
    let node = Node::new();
    let environ = node.put(include_str!("guests/environ.wat")).await;
    let mut asked = call(environ, "null");
    asked.environment = Arc::new([
        ("COLOR".to_owned(), "blue".to_owned()),
        ("STEPLOOM_ACCOUNT".to_owned(), "forged".to_owned()),
    ]);
    let context = &mut asked.context;
    context.deadline = Some("2999-01-01T00:00:00Z".parse::<Timestamp>().expect("a time"));
    context.execution = Some("e-1".parse().expect("a name"));
    context.state = Some("Count".into());
    context.attempt = Some("a-1".into());
    context.retry = 2;
    context.traceparent = Some("00-1-2-01".to_owned());
    let finished = node.invoke(asked).await;
    assert_eq!(result(&finished), "null");
    let mut found: Vec<_> = finished.logs[0]
        .message
        .split("\\u{0}")
        .filter(|v| !v.is_empty() && !v.starts_with("STEPLOOM_DEADLINE="))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "COLOR=blue",
            "STEPLOOM_ACCOUNT=000000000000",
            "STEPLOOM_ATTEMPT=a-1",
            "STEPLOOM_EXECUTION=e-1",
            "STEPLOOM_FUNCTION=guest",
            "STEPLOOM_REQUEST_ID=r-1",
            "STEPLOOM_RETRY=2",
            "STEPLOOM_STATE=Count",
            "STEPLOOM_VERSION=3",
            "TRACEPARENT=00-1-2-01",
        ]
    );
    assert!(finished.logs[0].message.contains("STEPLOOM_DEADLINE=20"));
}

#[tokio::test]
async fn a_module_is_called_as_what_it_is() {
    let node = Node::new();
    let mut wrong = call(node.put(ECHO).await, "null");
    wrong.kind = Kind::Handler;
    let refused = refusal(node.sandbox.invoke(wrong).await);
    assert!(format!("{refused:?}").contains("the module is a reactor, not a handler"));
}

#[tokio::test]
async fn a_handler_of_another_type_is_refused_when_it_is_put() {
    let node = Node::new();
    let text = r#"(component
        (core module $m (func (export "handle") (result i32) i32.const 1))
        (core instance $i (instantiate $m))
        (func (export "handle") (result u32) (canon lift (core func $i "handle"))))"#;
    let module = bytes::Bytes::from(wat::parse_str(text).expect("a component"));
    let digest = steploom_types::Digest::of(&module);
    let error = node
        .sandbox
        .prepare(digest, &module)
        .await
        .expect_err("refused");
    assert_eq!(error.code, "InvalidModule");
    assert!(error.message.contains("'handle'"), "{error}");
}
