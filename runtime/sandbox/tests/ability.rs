//! What guests ask of the platform: by lines and bodies through their memory, only so often, and only while they are
//! called.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use steploom_sandbox::{Abilities, Answer, Ask, Finished, Limits, Unanswered};
use steploom_types::limits::function::ASKS_MAX;
use steploom_types::{Grant, Json, Timestamp};

use crate::programs::{node_with, ready};
use crate::support::{Node, call, failed, result};

/// A platform that gives the answers that it was given, then none in time.
#[derive(Debug, Default)]
pub(crate) struct Platform {
    answers: Mutex<VecDeque<Result<Answer, Unanswered>>>,
    asked: Mutex<Vec<(Ask, Timestamp)>>,
    given_up: Arc<AtomicBool>,
}

impl Platform {
    pub(crate) fn of(answers: impl IntoIterator<Item = Result<Answer, Unanswered>>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Self::default()
        })
    }

    pub(crate) fn asked(&self) -> Vec<Ask> {
        let asked = self.asked.lock().expect("not poisoned");
        asked.iter().map(|(ask, _)| ask.clone()).collect()
    }
}

/// Notes that it is dropped.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Abilities for Platform {
    fn is_granted(&self, wanted: &Grant) -> bool {
        wanted.to_string() != "keyvalue=other"
    }

    async fn ask(&self, ask: Ask, deadline: Timestamp) -> Result<Answer, Unanswered> {
        self.asked
            .lock()
            .expect("not poisoned")
            .push((ask, deadline));
        let answer = self.answers.lock().expect("not poisoned").pop_front();
        if let Some(answer) = answer {
            return answer;
        }
        let _waiting = Waiting(Arc::clone(&self.given_up));
        std::future::pending().await
    }
}

/// A guest that asks by this line; its event is the body.
fn guest(line: &Value) -> String {
    let line = line.to_string();
    include_str!("guests/ask.wat")
        .replace("NEXT", &(1024 + line.len() + 1).to_string())
        .replace("LENGTH", &(line.len() + 1).to_string())
        .replace("LINE", &line.replace('"', "\\\""))
}

async fn asks(text: &str, event: &str, platform: Option<&Arc<Platform>>) -> Finished {
    let node = Node::new();
    let mut asked = call(node.put(text).await, event);
    asked.abilities = platform.map(|platform| Arc::clone(platform) as Arc<dyn Abilities>);
    node.invoke(asked).await
}

#[tokio::test]
async fn a_guest_asks_by_a_line_and_a_body_and_is_answered_so() {
    let given = Answer::Result(Json::parse(r#"{"small":[1]}"#).expect("JSON"));
    let platform = Platform::of([Ok(given)]);
    let line = json!({"op": "invoke", "function": "resize:prod"});
    let finished = asks(&guest(&line), r#"{"wide":2}"#, Some(&platform)).await;
    assert_eq!(result(&finished), r#"[{"ok":{}},{"small":[1]}]"#);
    let asked = Ask::Invoke {
        function: "resize:prod".parse().expect("a function"),
        event: Json::parse(r#"{"wide":2}"#).expect("JSON"),
    };
    assert_eq!(platform.asked(), [asked]);
}

#[tokio::test]
async fn contents_are_bytes_both_ways() {
    let platform = Platform::of([Ok(Answer::Done)]);
    let line = json!({"op": "write", "bucket": "photos", "key": "a/b"});
    let finished = asks(&guest(&line), r#""é""#, Some(&platform)).await;
    assert_eq!(result(&finished), r#"[{"ok":{}},null]"#);
    let Ask::Write { content, .. } = &platform.asked()[0] else {
        panic!("{:?}", platform.asked());
    };
    assert_eq!(content.as_ref(), r#""é""#.as_bytes());

    let platform = Platform::of([Ok(Answer::Object {
        content_type: "application/json".to_owned(),
        content: Bytes::from_static(b"[1,2]"),
    })]);
    let line = json!({"op": "read", "bucket": "photos", "key": "a/b"});
    let finished = asks(&guest(&line), "null", Some(&platform)).await;
    let about = r#"{"ok":{"contentType":"application/json","sizeBytes":5}}"#;
    assert_eq!(result(&finished), format!("[{about},[1,2]]"));
}

#[tokio::test]
async fn what_is_refused_comes_as_a_code_and_a_message() {
    let platform = Platform::of([Err(Unanswered::new("AccessDenied", "not granted"))]);
    let line = json!({"op": "config", "key": "COLOR"});
    let finished = asks(&guest(&line), "null", Some(&platform)).await;
    let refused = r#"[{"error":{"code":"AccessDenied","message":"not granted"}},null]"#;
    assert_eq!(result(&finished), refused);

    // What is no request does not reach the platform.
    let platform = Platform::of([]);
    let finished = asks(&guest(&json!({"op": "fly"})), "null", Some(&platform)).await;
    assert!(result(&finished).contains(r#""code":"InvalidRequest""#));
    assert!(platform.asked().is_empty());
}

#[tokio::test]
async fn a_request_and_an_answer_stay_within_memory() {
    const WAT: &str = r#"(module
      (import "steploom" "call" (func $call (param i32 i32) (result i32)))
      (import "steploom" "take" (func $take (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\"op\":\"heartbeat\",\"token\":\"t\"}")
      (func (export "steploom_alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "steploom_handle") (param i32 i32) (result i64) BODY (i64.const 0x40000000004)))"#;
    for (body, granted) in [
        ("(drop (call $call (i32.const 65536) (i32.const 1)))", 0),
        ("(drop (call $call (i32.const -1) (i32.const -1)))", 0),
        (
            "(drop (call $call (i32.const 0) (i32.const 30))) (call $take (i32.const 65530))",
            1,
        ),
    ] {
        let platform = Platform::of([Ok(Answer::Done)]);
        let finished = asks(&WAT.replace("BODY", body), "null", Some(&platform)).await;
        failed(&finished, "Function.Trap", "out of bounds memory access");
        assert_eq!(platform.asked().len(), granted, "{body}");
    }
    // An answer is taken once; what is not there overwrites nothing.
    let body = "(drop (call $call (i32.const 0) (i32.const 30))) (call $take (i32.const 2048)) (call $take (i32.const 1024)) (call $take (i32.const -1))";
    let platform = Platform::of([Ok(Answer::Done)]);
    let finished = asks(&WAT.replace("BODY", body), "null", Some(&platform)).await;
    assert_eq!(result(&finished), "null");
}

#[tokio::test]
async fn a_guest_asks_only_so_often() {
    const WAT: &str = r#"(module
      (import "steploom" "call" (func $call (param i32 i32) (result i32)))
      (import "steploom" "take" (func $take (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\"op\":\"heartbeat\",\"token\":\"t\"}")
      (func (export "steploom_alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "steploom_handle") (param i32 i32) (result i64) (local $i i32) (local $len i32)
        (loop $again
          (local.set $len (call $call (i32.const 0) (i32.const 30)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $i) (i32.const TIMES))))
        (call $take (i32.const 2048))
        (i64.or (i64.const 0x80000000000) (i64.extend_i32_u (local.get $len)))))"#;
    let text = |times: u32| WAT.replace("TIMES", &times.to_string());
    let answers = || (0..=ASKS_MAX).map(|_| Ok(Answer::Done));
    let platform = Platform::of(answers());
    let finished = asks(&text(ASKS_MAX), "null", Some(&platform)).await;
    assert_eq!(result(&finished).trim(), r#"{"ok":{}}"#);
    let platform = Platform::of(answers());
    let finished = asks(&text(ASKS_MAX + 1), "null", Some(&platform)).await;
    assert!(result(&finished).contains("TooManyCalls"));
    assert_eq!(platform.asked().len(), ASKS_MAX as usize);
}

#[tokio::test]
async fn what_is_asked_is_given_up_when_the_time_of_the_guest_is_over() {
    let node = Node::new();
    let line = json!({"op": "invoke", "function": "slow"});
    let mut asked = call(node.put(&guest(&line)).await, "null");
    asked.limits = Limits {
        timeout_ms: 100,
        ..asked.limits
    };
    let platform = Platform::of([]);
    asked.abilities = Some(Arc::clone(&platform) as Arc<dyn Abilities>);
    let finished = node.invoke(asked).await;
    failed(&finished, "States.Timeout", "its limit of 100 ms");
    // The task that did it is ended beside ours.
    while !platform.given_up.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_guest_learns_the_fuel_that_is_left() {
    const WAT: &str = r#"(module
      (import "steploom" "fuel" (func $fuel (result i64)))
      (memory (export "memory") 1)
      (func (export "steploom_alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "steploom_handle") (param i32 i32) (result i64) (local $left i64) (local $at i32)
        (local.set $left (call $fuel))
        (local.set $at (i32.const 64))
        (loop $digit
          (local.set $at (i32.sub (local.get $at) (i32.const 1)))
          (i32.store8 (local.get $at)
            (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $left) (i64.const 10)))))
          (local.set $left (i64.div_u (local.get $left) (i64.const 10)))
          (br_if $digit (i64.ne (local.get $left) (i64.const 0))))
        (i64.or
          (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
          (i64.extend_i32_u (i32.sub (i32.const 64) (local.get $at))))))"#;
    let finished = asks(WAT, "null", None).await;
    let left: u64 = result(&finished).parse().expect("a number");
    let most = Limits::default().fuel_max;
    assert!(left < most && left > most - finished.fuel_used, "{left}");
}

#[tokio::test]
async fn a_program_asks_when_it_is_called_and_not_while_it_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("echo.wasm");
    let node = node_with(&file, include_str!("guests/ask_loading.wat"));
    let program = r#"{"op":"heartbeat","token":"t"}"#;
    let mut asked = call(ready(&node, program).await, "null");
    let platform = Platform::of([Ok(Answer::Done)]);
    asked.abilities = Some(Arc::clone(&platform) as Arc<dyn Abilities>);
    let finished = node.invoke(asked).await;
    let both: Value = serde_json::from_str(&result(&finished)).expect("JSON");
    assert_eq!(both[0]["error"]["code"], "NotNow", "{both}");
    assert_eq!(both[1], json!({"ok": {}}));
    assert_eq!(platform.asked().len(), 1);
}

#[tokio::test]
async fn a_component_reads_variables_and_writes_lines_with_a_level() {
    let node = Node::new();
    let guest = include_str!("guests/config.wat");
    let ready = node.put_granted(guest, &["config", "logging"]).await;
    for (given, expect) in [
        (Ok(Answer::Variable(Some("[1]".to_owned()))), Ok("[1]")),
        (Ok(Answer::Variable(None)), Ok("null")),
        (
            Err(Unanswered::new("AccessDenied", "no")),
            Err("AccessDenied: no"),
        ),
    ] {
        let platform = Platform::of([given]);
        let mut asked = call(ready, "\"COLOR\"");
        asked.abilities = Some(Arc::clone(&platform) as Arc<dyn Abilities>);
        let finished = node.invoke(asked).await;
        match expect {
            Ok(value) => assert_eq!(result(&finished), value),
            Err(cause) => failed(&finished, "Function.Failed", cause),
        }
        let key = "COLOR".to_owned();
        assert_eq!(platform.asked(), [Ask::Config { key }]);
        let line = r#"{"level":"WARN","message":"\"COLOR\"","context":"variables"}"#;
        assert_eq!(finished.logs[0].message, line);
    }
}

/// A guest that keeps its event in a store.
fn keeper(store: &str) -> String {
    include_str!("guests/keyvalue.wat")
        .replace("STORE", store)
        .replace("LENGTH", &store.len().to_string())
}

#[tokio::test]
async fn a_component_keeps_values() {
    let node = Node::new();
    let ready = node
        .put_granted(&keeper("sessions"), &["keyvalue=sessions"])
        .await;
    let platform = Platform::of([
        Ok(Answer::Done),
        Ok(Answer::Number(7)),
        Ok(Answer::Values(vec![Some(Bytes::from_static(b"{}"))])),
        Ok(Answer::Keys {
            keys: vec!["calls".into(), "last".into()],
            next: None,
        }),
    ]);
    let mut asked = call(ready, r#"{"n":1}"#);
    asked.abilities = Some(Arc::clone(&platform) as Arc<dyn Abilities>);
    let finished = node.invoke(asked).await;
    assert_eq!(result(&finished), "[7,{},2]");
    let store = "sessions".parse().expect("a name");
    let Ask::Set {
        store: written,
        values,
    } = &platform.asked()[0]
    else {
        panic!("{:?}", platform.asked());
    };
    assert_eq!(
        (written, &values[0].1),
        (&store, &Bytes::from_static(br#"{"n":1}"#))
    );
    let key = "calls".to_owned();
    assert_eq!(platform.asked()[1], Ask::Increment { store, key, by: 1 });
}

#[tokio::test]
async fn a_component_is_told_what_store_it_cannot_have() {
    let node = Node::new();
    // The numbers of errors in wasi:keyvalue.
    for (store, error) in [("a b", "0"), ("other", "1")] {
        let ready = node
            .put_granted(&keeper(store), &["keyvalue=sessions"])
            .await;
        let mut asked = call(ready, "null");
        asked.abilities = Some(Platform::of([]) as Arc<dyn Abilities>);
        failed(&node.invoke(asked).await, "Function.Failed", error);
    }
    let ready = node
        .put_granted(&keeper("sessions"), &["keyvalue=sessions"])
        .await;
    let mut asked = call(ready, "null");
    let broken = Unanswered::new("ValueTooLarge", "too large");
    asked.abilities = Some(Platform::of([Err(broken)]) as Arc<dyn Abilities>);
    failed(&node.invoke(asked).await, "Function.Failed", "2");
}
