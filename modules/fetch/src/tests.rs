use serde_json::{Value, json};

use crate::request::{Event, Request};
use crate::response::{RESULT_BYTES_MAX, Response, Wanted};

/// The request that an event asks for, or the name of the error.
fn request(event: Value) -> Result<Request, String> {
    let event: Event = serde_json::from_value(event).map_err(|error| error.to_string())?;
    event.request().map_err(|error| error.name().to_owned())
}

fn sent(event: Value) -> Request {
    request(event).expect("a request")
}

#[test]
fn an_address_says_where_a_request_goes() {
    for (url, is_secure, authority, path) in [
        ("https://a.example", true, "a.example", "/"),
        (
            "HTTP://a.example:8080/b?c=d#e",
            false,
            "a.example:8080",
            "/b?c=d",
        ),
        ("http://[::1]:80/%20", false, "[::1]:80", "/%20"),
    ] {
        let request = sent(json!({"url": url}));
        assert_eq!(request.is_secure, is_secure, "{url}");
        assert_eq!(request.authority, authority);
        assert_eq!(request.path_with_query, path);
        assert_eq!(request.method, "GET");
    }
    for url in [
        "",
        "a",
        "/a",
        "a.example/b",
        "ftp://a.example/",
        "https://",
        "https://a b/",
        "https://u:p@a.example/",
    ] {
        assert_eq!(
            request(json!({"url": url})).err().as_deref(),
            Some("InvalidUrl"),
            "{url}"
        );
    }
}

#[test]
fn a_query_is_added_to_that_of_the_address() {
    let query = json!({"a": "b&c=d ü", "n": [1, true]});
    for (url, path) in [
        ("https://a.example/x", "/x?a=b%26c%3Dd+%C3%BC&n=1&n=true"),
        (
            "https://a.example/x?y=z",
            "/x?y=z&a=b%26c%3Dd+%C3%BC&n=1&n=true",
        ),
        ("https://a.example?y", "/?y&a=b%26c%3Dd+%C3%BC&n=1&n=true"),
    ] {
        assert_eq!(
            sent(json!({"url": url, "query": query})).path_with_query,
            path
        );
    }
}

#[test]
fn a_body_is_text_or_bytes_or_json() {
    let url = "https://a.example";
    let text = sent(json!({"url": url, "body": "ü"}));
    assert_eq!(
        (text.method.as_str(), text.body.as_slice()),
        ("POST", "ü".as_bytes())
    );
    assert_eq!(text.headers["content-length"], "2");
    assert!(!text.headers.contains_key("content-type"));
    let bytes = sent(json!({"url": url, "base64": "AP8=", "method": "PUT"}));
    assert_eq!(
        (bytes.method.as_str(), bytes.body.as_slice()),
        ("PUT", [0, 255].as_slice())
    );
    let own = json!({"Content-Type": "application/merge-patch+json", "User-Agent": "mine"});
    let json = sent(json!({"url": url, "json": {"a": [1]}, "headers": own}));
    assert_eq!(json.body, br#"{"a":[1]}"#);
    assert_eq!(json.headers["content-type"], "application/merge-patch+json");
    assert_eq!(json.headers["user-agent"], "mine");
}

#[test]
fn what_cannot_be_asked_has_a_name() {
    let url = "https://a.example";
    for (event, error) in [
        (json!({"url": url, "body": "", "json": 1}), "InvalidEvent"),
        (json!({"url": url, "method": "GET IT"}), "InvalidEvent"),
        (json!({"url": url, "timeout_ms": 0}), "InvalidEvent"),
        (json!({"url": url, "query": {"a": {}}}), "InvalidEvent"),
        (json!({"url": url, "base64": "A"}), "InvalidBase64"),
        (
            json!({"url": url, "headers": {"a b": "c"}}),
            "InvalidHeader",
        ),
        (
            json!({"url": url, "headers": {"a": "b\nc: d"}}),
            "InvalidHeader",
        ),
        (
            json!({"url": url, "headers": {"a": "1", "A": "2"}}),
            "InvalidHeader",
        ),
        (
            json!({"url": url, "headers": {"Content-Length": "1"}}),
            "InvalidHeader",
        ),
    ] {
        assert_eq!(
            request(event.clone()).err().as_deref(),
            Some(error),
            "{event}"
        );
    }
    assert!(request(json!({"url": url, "time_out": 1})).is_err());
}

fn answered(body: impl Into<Vec<u8>>) -> Response {
    let headers = [
        ("a", "1"),
        ("set-cookie", "b=1, 2"),
        ("a", "2"),
        ("set-cookie", "c=3"),
    ];
    Response {
        status: 404,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into(),
        body: body.into(),
    }
}

fn result(response: &Response, parse: bool, only_ok: bool) -> Result<Value, String> {
    let result = response.result(Wanted { parse, only_ok });
    let json = result.map_err(|error| error.name().to_owned())?;
    Ok(serde_json::from_str(json.get()).expect("JSON"))
}

#[test]
fn an_answer_becomes_a_result() {
    let told = |of: Value| {
        let mut all =
            json!({"status": 404, "headers": {"a": "1, 2"}, "cookies": ["b=1, 2", "c=3"]});
        all.as_object_mut()
            .expect("an object")
            .extend(of.as_object().expect("one").clone());
        Ok::<_, String>(all)
    };
    assert_eq!(
        result(&answered("ü"), false, false),
        told(json!({"body": "ü"}))
    );
    assert_eq!(
        result(&answered([0, 255]), false, false),
        told(json!({"base64": "AP8="}))
    );
    assert_eq!(
        result(&answered("[1]"), true, false),
        told(json!({"json": [1]}))
    );
    assert_eq!(
        result(&answered("<p>"), true, false),
        Err("InvalidJson".to_owned())
    );
    assert_eq!(
        result(&answered("<p>"), true, true),
        Err("Status.404".to_owned())
    );
}

#[test]
fn a_result_has_what_a_state_may_have() {
    assert!(result(&answered("a".repeat(RESULT_BYTES_MAX - 200)), false, false).is_ok());
    // Its JSON is larger than the body is.
    for body in [
        "\"".repeat(RESULT_BYTES_MAX - 200).into_bytes(),
        vec![255; RESULT_BYTES_MAX - 200],
    ] {
        assert_eq!(
            result(&answered(body), false, false),
            Err("ResultTooLarge".to_owned())
        );
    }
}
