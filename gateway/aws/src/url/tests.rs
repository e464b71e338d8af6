use serde_json::{Value, json};
use steploom_api::port::{FunctionFailure, Invocation, Outcome};
use steploom_api::wire::UrlCors;
use steploom_types::Json;

use super::*;
use crate::Response;

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn request<'a>(headers: &'a [(String, String)], body: &'static [u8]) -> UrlRequest<'a> {
    UrlRequest {
        id: "abc",
        caller: None,
        method: "POST",
        path: "/a%20b",
        query: "x=1&y=a+b&x=%32",
        protocol: "HTTP/1.1",
        host: "localhost:8080",
        source: "127.0.0.1",
        headers,
        at: Timestamp::from_millis(1_700_000_000_123),
        request_id: "r",
        body: Bytes::from_static(body),
    }
}

fn said(output: Value) -> Response {
    answered(Ok(Json::from(output)))
}

fn answered(outcome: Outcome) -> Response {
    answer(&Invocation {
        request_id: "i".to_owned(),
        version: 1,
        release: None,
        outcome,
        duration_us: 1,
        fuel_used: 1,
        memory_bytes: 1,
    })
}

fn header<'r>(response: &'r Response, name: &str) -> Vec<&'r str> {
    let headers = response.headers.iter().filter(|(known, _)| known == name);
    headers.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_request_is_an_event_of_the_format_2_0() {
    let headers = headers(&[
        ("content-type", "application/json; charset=utf-8"),
        ("cookie", "a=1; b=2"),
        ("accept", "x"),
        ("accept", "y"),
    ]);
    let event = event(&request(&headers, b"{\"n\":1}"));
    let wanted = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%20b",
        "rawQueryString": "x=1&y=a+b&x=%32",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "accept": "x,y",
            "content-type": "application/json; charset=utf-8",
            "host": "localhost:8080",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"x": "1,2", "y": "a b"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abc",
            "domainName": "localhost:8080",
            "domainPrefix": "abc",
            "http": {
                "method": "POST",
                "path": "/a%20b",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "r",
            "routeKey": "$default",
            "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000",
            "timeEpoch": 1_700_000_000_123_u64,
        },
        "body": "{\"n\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(*event.value(), wanted);
}

#[test]
fn a_body_that_is_no_text_is_in_base64() {
    for (kind, body, wanted) in [
        ("text/plain", &b"hi"[..], json!(["hi", false])),
        ("application/vnd.api+json", b"1", json!(["1", false])),
        ("image/png", b"hi", json!(["aGk=", true])),
        ("text/plain", b"\xff", json!(["/w==", true])),
    ] {
        let headers = headers(&[("content-type", kind)]);
        let event = event(&request(&headers, body));
        let event = event.value();
        assert_eq!(json!([event["body"], event["isBase64Encoded"]]), wanted);
    }
    assert_eq!(event(&request(&[], b"")).value().get("body"), None);
}

#[test]
fn an_answer_is_what_the_function_says() {
    let plain = said(json!("Hello"));
    assert_eq!((plain.status, &plain.body[..]), (200, &b"\"Hello\""[..]));
    assert_eq!(header(&plain, "content-type"), ["application/json"]);
    let whole = said(json!({
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-Number": 7, "Connection": "close"},
        "cookies": ["a=1", "b=2; Secure"],
        "body": "aGk=",
        "isBase64Encoded": true,
    }));
    assert_eq!((whole.status, &whole.body[..]), (201, &b"hi"[..]));
    assert_eq!(header(&whole, "content-type"), ["text/plain"]);
    assert_eq!(header(&whole, "x-number"), ["7"]);
    assert_eq!(header(&whole, "set-cookie"), ["a=1", "b=2; Secure"]);
    assert!(header(&whole, "connection").is_empty());
    assert_eq!(said(json!({"statusCode": "404"})).status, 404);
}

#[test]
fn what_is_no_answer_is_a_bad_gateway() {
    for output in [
        json!({"statusCode": 100}),
        json!({"statusCode": 1000}),
        json!({"statusCode": "x"}),
        json!({"statusCode": 200, "headers": [1]}),
        json!({"statusCode": 200, "body": "%", "isBase64Encoded": true}),
    ] {
        assert_eq!(said(output.clone()).status, 502, "{output}");
    }
    let failed = answered(Err(FunctionFailure {
        error: "Oops".to_owned(),
        cause: "a secret".to_owned(),
        object: None,
    }));
    assert_eq!(failed.status, 502);
    assert_eq!(failed.body, r#"{"Message":"Internal Server Error"}"#);
}

#[test]
fn pages_of_other_origins_are_told_what_they_may() {
    let headers = headers(&[
        ("origin", "https://a.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-a"),
    ]);
    let mut asked = request(&headers, b"");
    assert!(!is_preflight(&asked));
    asked.method = "OPTIONS";
    assert!(is_preflight(&asked));
    let mut cors = UrlCors {
        allow_origins: vec!["*".to_owned()],
        allow_methods: vec!["*".to_owned()],
        allow_headers: vec!["x-a".to_owned(), "x-b".to_owned()],
        max_age: Some(60),
        ..UrlCors::default()
    };
    let told = preflight(&cors, &asked);
    assert_eq!(header(&told, "access-control-allow-origin"), ["*"]);
    assert_eq!(header(&told, "access-control-allow-methods"), ["PUT"]);
    assert_eq!(header(&told, "access-control-allow-headers"), ["x-a,x-b"]);
    assert_eq!(header(&told, "access-control-max-age"), ["60"]);
    cors.allow_credentials = Some(true);
    let told = preflight(&cors, &asked);
    assert_eq!(
        header(&told, "access-control-allow-origin"),
        ["https://a.example"]
    );
    cors.allow_origins = vec!["https://b.example".to_owned()];
    assert!(preflight(&cors, &asked).headers.is_empty());
    let own = said(json!({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}}));
    cors.allow_origins = vec!["https://a.example".to_owned()];
    let told = with_cors(own, &cors, &asked);
    assert_eq!(
        header(&told, "access-control-allow-origin"),
        ["https://a.example"]
    );
}
