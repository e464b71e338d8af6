//! Each limit is enforced, by its name, and its cause says what it was set to.

use std::time::Duration;

use steploom_sandbox::{Cancel, Refused, Runner};
use steploom_types::Timestamp;

use crate::support::{Node, call, failed, refusal, result};

const ECHO: &str = include_str!("guests/echo.wat");
const CAT: &str = include_str!("guests/cat.wat");
const LOOP: &str = include_str!("hostile/cpu_loop.wat");

#[tokio::test]
async fn fuel() {
    let node = Node::new();
    let mut asked = call(node.put(LOOP).await, "null");
    asked.limits.fuel_max = 5_000_000;
    let finished = node.invoke(asked).await;
    failed(
        &finished,
        "Function.OutOfFuel",
        "used up its limit of 5000000 fuel",
    );
    assert_eq!(finished.fuel_used, 5_000_000);
}

#[tokio::test]
async fn wall_time() {
    let node = Node::new();
    let mut asked = call(node.put(LOOP).await, "null");
    asked.limits.timeout_ms = 50;
    let finished = node.invoke(asked).await;
    failed(&finished, "States.Timeout", "its limit of 50 ms");
    assert!(finished.duration_us >= 50_000);
    assert!(finished.fuel_used > 1_000_000);
}

#[tokio::test]
async fn the_callers_deadline() {
    let node = Node::new();
    let mut asked = call(node.put(LOOP).await, "null");
    asked.context.deadline = Some(Timestamp::default());
    let finished = node.invoke(asked).await;
    failed(&finished, "States.Timeout", "the deadline of the call");
}

#[tokio::test]
async fn memory() {
    let node = Node::new();
    let text = r#"(module (memory (export "memory") 1)
        (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
        (func (export "steploom_handle") (param i32 i32) (result i64)
          (if (i32.eq (memory.grow (i32.const 15)) (i32.const -1)) (then unreachable))
          (i64.const 1)))"#;
    let guest = node.put(text).await;
    let mut asked = call(guest, "7");
    asked.limits.memory_bytes_max = 16 * 65_536;
    let finished = node.invoke(asked.clone()).await;
    assert_eq!(result(&finished), "7");
    assert_eq!(finished.memory_bytes, 16 * 65_536);
    asked.limits.memory_bytes_max -= 1;
    failed(
        &node.invoke(asked).await,
        "Function.OutOfMemory",
        "wanted 1048576 bytes of memory; its limit is 1048575 bytes",
    );
}

#[tokio::test]
async fn output() {
    let node = Node::new();
    for guest in [ECHO, CAT, include_str!("guests/handler.wat")] {
        let mut asked = call(node.put(guest).await, "\"12345678\"");
        asked.limits.output_bytes_max = 10;
        assert_eq!(result(&node.invoke(asked.clone()).await), "\"12345678\"");
        asked.limits.output_bytes_max = 9;
        failed(
            &node.invoke(asked).await,
            "States.DataLimitExceeded",
            "limit of 9 bytes",
        );
    }
}

#[tokio::test]
async fn logs() {
    let node = Node::new();
    let mut asked = call(node.put(CAT).await, "null");
    asked.limits.log_bytes_max = 15;
    let finished = node.invoke(asked).await;
    assert_eq!(result(&finished), "null");
    let lines: Vec<_> = finished.logs.iter().map(|l| &*l.message).collect();
    assert_eq!(lines[..2], ["first line", "last"]);
    assert!(lines[2].starts_with("7 bytes of logs were dropped"));
    assert!(finished.logs[2].platform);
    assert_eq!(finished.log_bytes_dropped, 7);
}

#[tokio::test]
async fn a_trap_says_what_and_where() {
    let node = Node::new();
    let text = r#"(module (memory (export "memory") 1)
        (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
        (func $divide (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func $outer (export "steploom_handle") (param i32 i32) (result i64)
          (i64.extend_i32_u (call $divide (i32.const 0)))))"#;
    failed(
        &node.run(text, "null").await,
        "Function.Trap",
        "integer divide by zero; in divide, called by outer",
    );
}

#[tokio::test]
async fn cancelling_ends_a_guest() {
    let node = Node::new();
    let mut asked = call(node.put(LOOP).await, "null");
    let cancel = Cancel::new();
    asked.cancel = Some(cancel.clone());
    let (finished, ()) = tokio::join!(node.invoke(asked.clone()), async {
        while node.sandbox.gauges().running == 0 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    });
    failed(&finished, "Function.Cancelled", "was cancelled");
    // Asked for before it began, it never begins.
    let finished = node.invoke(asked).await;
    failed(&finished, "Function.Cancelled", "was cancelled");
    assert_eq!(finished.fuel_used, 0);
    assert_eq!(node.sandbox.gauges().running, 0);
}

#[tokio::test]
async fn when_all_is_taken_callers_wait_then_are_told_when_to_come_back() {
    let node = Node::with(|config| {
        config.instances_max = 1;
        config.queue_max = 1;
        config.queue_wait_max = Duration::from_millis(10);
    });
    let looping = node.put(LOOP).await;
    let echo = node.put(ECHO).await;
    let held = tokio::spawn({
        let (sandbox, asked) = (node.sandbox.clone(), call(looping, "null"));
        async move { sandbox.invoke(asked).await }
    });
    while node.sandbox.gauges().running == 0 {
        tokio::task::yield_now().await;
    }
    let refused = refusal(node.sandbox.invoke(call(echo, "1")).await);
    assert_eq!(refused, Refused::TooManyRequests { retry_after_s: 1 });
    // Dropping the future of an invocation frees what it holds.
    held.abort();
    let _ = held.await;
    let finished = node.invoke(call(echo, "1")).await;
    assert_eq!(result(&finished), "1");
    let gauges = node.sandbox.gauges();
    assert_eq!((gauges.running, gauges.waiting), (0, 0));
    assert_eq!(gauges.memory_bytes_admitted, 0);
}

#[tokio::test]
async fn waiting_callers_have_their_turn() {
    let node = Node::with(|config| {
        config.instances_max = 2;
        config.queue_max = 1000;
    });
    let echo = node.put(ECHO).await;
    let calls: Vec<_> = (0..200)
        .map(|n| {
            let sandbox = node.sandbox.clone();
            tokio::spawn(async move { sandbox.invoke(call(echo, &n.to_string())).await })
        })
        .collect();
    for (n, called) in calls.into_iter().enumerate() {
        let finished = called.await.expect("no panic").expect("runs");
        assert_eq!(result(&finished), n.to_string());
    }
}
