use http::Response;
use serde_json::json;

use super::*;

fn read(event: Value) -> Result<Request<Body>, String> {
    request(&Json::from(event))
}

async fn content(request: Request<Body>) -> Bytes {
    let collected = request.into_body().collect().await;
    collected.expect("a body").to_bytes()
}

#[tokio::test]
async fn a_request_of_the_format_is_read() {
    let found = read(json!({
        "version": "2.0",
        "rawPath": "/a%20b",
        "rawQueryString": "x=1&x=2",
        "headers": {"content-type": "text/plain", "X-Two": "1,2"},
        "cookies": ["a=1", "b=2"],
        "requestContext": {"domainName": "example.com", "http": {"method": "PUT"}},
        "body": "aGVsbG8=",
        "isBase64Encoded": true,
    }))
    .expect("a request");
    assert_eq!(found.method(), "PUT");
    assert_eq!(found.uri(), "/a%20b?x=1&x=2");
    let header = |name: &str| found.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("x-two"), "1,2");
    assert_eq!(header("cookie"), "a=1; b=2");
    assert_eq!(header("host"), "example.com");
    assert_eq!(content(found).await, "hello");
}

#[test]
fn what_is_left_out_has_a_default() {
    let found = read(json!({"rawPath": "/"})).expect("a request");
    assert_eq!((found.method(), found.uri().path()), (&Method::GET, "/"));
    assert_eq!(found.headers()[HOST], HOST_DEFAULT);
}

#[test]
fn what_is_no_request_is_refused_and_says_why() {
    let whole = |field: &str, value: Value| {
        let mut event = json!({"rawPath": "/"});
        event[field] = value;
        event
    };
    for (event, why) in [
        (json!({"a": 1}), "payload format 2.0"),
        (json!([1]), "payload format 2.0"),
        (whole("headers", json!({"a b": "c"})), "header 'a b'"),
        (whole("headers", json!({"a": 7})), "header 'a'"),
        (whole("body", json!({})), "'body' is no text"),
        (whole("rawPath", json!("/a b")), "percent-encoded"),
        (
            json!({"requestContext": {"http": {"method": "A B"}}}),
            "http.method",
        ),
        (
            json!({"rawPath": "/", "body": "%", "isBase64Encoded": true}),
            "Base64",
        ),
    ] {
        let said = read(event.clone()).expect_err("refused");
        assert!(said.contains(why), "{event}: {said}");
    }
}

#[test]
fn an_answer_becomes_a_response_object() {
    let answer = Response::builder()
        .status(201)
        .header("x-a", "1")
        .header("x-a", "2")
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2");
    let (head, ()) = answer.body(()).expect("a response").into_parts();
    assert_eq!(
        response(&head, b"hello").value(),
        &json!({
            "statusCode": 201,
            "headers": {"x-a": "1,2"},
            "cookies": ["a=1", "b=2"],
            "body": "hello",
            "isBase64Encoded": false,
        })
    );
    let binary = response(&head, &[0xff, 0]);
    assert_eq!(binary.value()["body"], "/wA=");
    assert_eq!(binary.value()["isBase64Encoded"], true);
}
