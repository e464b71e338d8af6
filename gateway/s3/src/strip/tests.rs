//! What is left of a head.

use http::Request;
use http::request::Parts;

use super::{conditions, host, signature};

fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

#[test]
fn a_signature_is_taken_out_of_the_query() {
    let check = |query: &str, expect: &str| {
        let mut head = head(&format!("/b/k{query}"), &[("authorization", "x")]);
        signature(&mut head);
        assert_eq!(head.uri.to_string(), format!("/b/k{expect}"));
        assert!(head.headers.is_empty());
    };
    check("", "");
    check("?versionId=1&a=b%26", "?versionId=1&a=b%26");
    check("?X-Amz-Signature=1&X-Amz-Date=2", "");
    check("?uploads&X-Amz-Signature=1&x=y", "?uploads&x=y");
}

#[test]
fn a_bucket_in_the_host_goes_into_the_path() {
    let check = |name: &str, expect: &str| {
        let mut head = head("/k?a=b", &[("host", name)]);
        host(&mut head);
        assert_eq!(head.uri.to_string(), format!("{expect}?a=b"), "{name}");
    };
    check("localhost:80", "/k");
    check("127.0.0.1:80", "/k");
    check("s3.localhost", "/k");
    check("s3.us-east-1.localhost", "/k");
    check("b.localhost:80", "/b/k");
    check("b.c.s3.localhost", "/b.c/k");
}

#[test]
fn etags_are_quoted_and_ranges_that_are_none_are_dropped() {
    let mut head = head(
        "/",
        &[
            ("if-match", "abc"),
            ("if-none-match", "*"),
            ("range", "lines=1"),
        ],
    );
    conditions(&mut head.headers);
    assert_eq!(head.headers["if-match"], "\"abc\"");
    assert_eq!(head.headers["if-none-match"], "*");
    assert_eq!(head.headers.get("range"), None);
}
