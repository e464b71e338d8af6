//! Functions of kind `http`: bodies are streamed both ways, limits hold, and nothing stays behind.

use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use serde_json::json;
use steploom_sandbox::{Body, Call, Failure, Finished, Kind, Runner, Served};

use tokio::sync::mpsc;

use crate::support::{Node, Ready, call, failed, result};

const ECHO: &str = include_str!("guests/http.wat");
/// Fails when the second piece is to be sent.
const SECOND: &str =
    "(if (i32.load (i32.const 128)) (then unreachable)) (i32.store (i32.const 128) (i32.const 1))";
const FOREVER: &str = "(loop $forever (br $forever))";

/// The guest with something put in at its marks.
fn guest(before: &str, piece: &str, after: &str) -> String {
    let text = ECHO.replace(";; BEFORE\n", &format!("{before}\n"));
    let text = text.replace(";; PIECE\n", &format!("{piece}\n"));
    text.replace(";; AFTER\n", &format!("{after}\n"))
}

async fn echo(node: &Node) -> Ready {
    node.put(&guest("", "", "")).await
}

fn request(body: Body) -> http::Request<Body> {
    let request = http::Request::post("http://example.com/a");
    request.body(body).expect("a request")
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(Into::into).boxed_unsync()
}

/// A body that the test sends piece by piece.
fn open() -> (mpsc::Sender<&'static str>, Body) {
    let (sender, pieces) = mpsc::channel(1);
    let body = stream::unfold(pieces, async |mut pieces: mpsc::Receiver<&'static str>| {
        let piece = pieces.recv().await?;
        Some((
            Ok(Frame::data(Bytes::from_static(piece.as_bytes()))),
            pieces,
        ))
    });
    (sender, StreamBody::new(body).boxed_unsync())
}

async fn serve(node: &Node, call: Call, body: Body) -> Served {
    let served = node.sandbox.serve(call, request(body)).await;
    served.expect("runs")
}

async fn ended(served: Served) -> (Result<http::Response<Body>, Failure>, Finished) {
    let Served { response, ended } = served;
    (response, ended.await.expect("ends").expect("runs"))
}

async fn next(body: &mut Body) -> Option<Bytes> {
    let frame = body.frame().await?.expect("a piece");
    frame.into_data().ok()
}

#[tokio::test]
async fn the_first_byte_comes_back_before_the_last_is_sent() {
    let node = Node::new();
    let ready = echo(&node).await;
    assert_eq!(ready.found.kind, Kind::Http);
    let (sender, body) = open();
    let served = serve(&node, call(ready, "null"), body).await;
    let mut answer = served.response.expect("answers").into_body();
    for piece in ["one", "two", "three"] {
        sender.send(piece).await.expect("is read");
        assert_eq!(next(&mut answer).await.expect("a piece"), piece);
    }
    drop(sender);
    assert_eq!(next(&mut answer).await, None);
    let finished = served.ended.await.expect("ends").expect("runs");
    assert_eq!(result(&finished), r#"{"statusCode":200}"#);
    assert!(finished.fuel_used > 0);
    assert_eq!(finished.memory_bytes, 65_536);
}

#[tokio::test]
async fn a_large_body_goes_through_a_small_guest() {
    let node = Node::new();
    let mut asked = call(echo(&node).await, "null");
    asked.limits.output_bytes_max = 64 << 20;
    let sent: Vec<u8> = (0..32 << 20).map(|at| (at / 4096) as u8).collect();
    let served = serve(&node, asked, full(sent.clone())).await;
    let (response, finished) = {
        let response = served.response.expect("answers");
        let collected = response.into_body().collect().await.expect("is whole");
        (collected.to_bytes(), served.ended.await.expect("ends"))
    };
    assert!(response == sent, "{} bytes came back", response.len());
    assert_eq!(finished.expect("runs").memory_bytes, 65_536);
}

#[tokio::test]
async fn an_answer_breaks_off_at_its_limit() {
    let node = Node::new();
    let mut asked = call(echo(&node).await, "null");
    asked.limits.output_bytes_max = 100_000;
    let served = serve(&node, asked, full(vec![7; 200_000])).await;
    let (response, ended) = (served.response.expect("answers"), served.ended);
    let broken = response
        .into_body()
        .collect()
        .await
        .expect_err("breaks off");
    assert!(broken.to_string().contains("limit"), "{broken}");
    let finished = ended.await.expect("ends").expect("runs");
    failed(&finished, "States.DataLimitExceeded", "100000 bytes");
}

#[tokio::test]
async fn a_guest_that_fails_before_its_answer_gives_none() {
    let node = Node::new();
    for (before, error) in [
        ("unreachable", "Function.Trap"),
        (FOREVER, "Function.OutOfFuel"),
        ("return", "Function.InvalidOutput"),
    ] {
        let mut asked = call(node.put(&guest(before, "", "")).await, "null");
        asked.limits.fuel_max = 10_000_000;
        let (response, finished) = ended(serve(&node, asked, full("x")).await).await;
        assert_eq!(response.expect_err("fails").error, error);
        failed(&finished, error, "");
    }
}

#[tokio::test]
async fn a_guest_that_fails_in_its_body_cuts_it() {
    let node = Node::new();
    let ready = node.put(&guest("", SECOND, "")).await;
    let (sender, body) = open();
    let served = serve(&node, call(ready, "null"), body).await;
    let mut answer = served.response.expect("answers").into_body();
    sender.send("one").await.expect("is read");
    assert_eq!(next(&mut answer).await.expect("a piece"), "one");
    let cut = answer.frame().await.expect("no end").expect_err("is cut");
    assert!(cut.to_string().contains("failed"), "{cut}");
    let finished = served.ended.await.expect("ends").expect("runs");
    failed(&finished, "Function.Trap", "unreachable");
}

#[tokio::test]
async fn time_is_over_in_the_middle_of_a_body() {
    let node = Node::new();
    let mut asked = call(echo(&node).await, "null");
    asked.limits.timeout_ms = 300;
    let (_sender, body) = open();
    let served = serve(&node, asked, body).await;
    let answer = served.response.expect("answers").into_body();
    answer.collect().await.expect_err("is cut");
    let finished = served.ended.await.expect("ends").expect("runs");
    failed(&finished, "States.Timeout", "300 ms");
}

#[tokio::test]
async fn what_comes_after_the_answer_is_run_and_counted() {
    let node = Node::new();
    let ready = node.put(&guest("", "", FOREVER)).await;
    let mut asked = call(ready, "null");
    asked.limits.fuel_max = 50_000_000;
    let served = serve(&node, asked, full("x")).await;
    // The piece is there, whatever becomes of the rest.
    let mut answer = served.response.expect("answers").into_body();
    assert_eq!(next(&mut answer).await.expect("a piece"), "x");
    assert_eq!(next(&mut answer).await, None);
    drop(answer);
    let finished = served.ended.await.expect("ends").expect("runs");
    failed(&finished, "Function.OutOfFuel", "");
    assert!(finished.fuel_used >= 49_000_000, "{}", finished.fuel_used);
}

#[tokio::test]
async fn a_caller_that_goes_away_stops_the_guest() {
    let node = Node::new();
    let ready = echo(&node).await;
    let (_sender, body) = open();
    let served = serve(&node, call(ready, "null"), body).await;
    drop(served.response);
    let finished = served.ended.await.expect("ends").expect("runs");
    failed(&finished, "Function.Cancelled", "went away");

    let hanging = call(node.put(&guest(FOREVER, "", "")).await, "null");
    let waited = serve(&node, hanging, full("x"));
    let waited = tokio::time::timeout(Duration::from_millis(200), waited).await;
    assert!(waited.is_err(), "there is no answer");
    while node.sandbox.gauges().running > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_answer_to_head_has_no_body_and_its_guest_ends_well() {
    let node = Node::new();
    let ready = echo(&node).await;
    let mut head = request(full("not sent back"));
    *head.method_mut() = http::Method::HEAD;
    let served = node.sandbox.serve(call(ready, "null"), head).await;
    let served = served.expect("runs");
    let answer = served.response.expect("answers").into_body();
    assert_eq!(answer.collect().await.expect("ends").to_bytes(), "");
    result(&served.ended.await.expect("ends").expect("runs"));
}

#[tokio::test]
async fn an_event_is_read_as_the_request_of_a_function_url() {
    let node = Node::new();
    let ready = echo(&node).await;
    let event = json!({
        "rawPath": "/a",
        "requestContext": {"http": {"method": "POST"}},
        "body": "aGVsbG8=",
        "isBase64Encoded": true,
    });
    let finished = node.invoke(call(ready, &event.to_string())).await;
    let answer: serde_json::Value = result(&finished).parse().expect("JSON");
    assert_eq!(
        answer,
        json!({"statusCode": 200, "headers": {}, "body": "hello", "isBase64Encoded": false})
    );

    let finished = node.invoke(call(ready, r#"{"name": "Ada"}"#)).await;
    failed(&finished, "Function.InvalidEvent", "payload format 2.0");

    let mut small = call(ready, &event.to_string());
    small.limits.output_bytes_max = 3;
    let finished = node.invoke(small).await;
    failed(&finished, "States.DataLimitExceeded", "3 bytes");
}

#[tokio::test]
async fn other_kinds_are_handed_no_requests() {
    let node = Node::new();
    let cat = node.put(include_str!("guests/cat.wat")).await;
    let body = Empty::new().map_err(Into::into).boxed_unsync();
    let refused = node.sandbox.serve(call(cat, "null"), request(body)).await;
    let refused = format!("{:?}", refused.expect_err("is refused"));
    assert!(refused.contains("a command takes events"), "{refused}");
}

#[tokio::test]
async fn a_handler_of_another_type_is_refused_when_it_is_put() {
    let node = Node::new();
    let text = r#"(component
        (core module $m (func (export "handle")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "handle")))
        (instance $e (export "handle" (func $f)))
        (export "wasi:http/incoming-handler@0.2.0" (instance $e)))"#;
    let module = Bytes::from(wat::parse_str(text).expect("a component"));
    let digest = steploom_types::Digest::of(&module);
    let error = node.sandbox.prepare(digest, &module).await;
    let error = error.expect_err("refused");
    assert_eq!(error.code, "InvalidModule");
    assert!(error.message.contains("incoming-handler"), "{error}");
}
