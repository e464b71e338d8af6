//! What requests reach.

use http::Request;

use super::Reach;

fn check(
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    expect: (Option<&str>, bool, Option<&str>),
) {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let found = Reach::of(&request.body(()).unwrap());
    let found = (
        found.bucket.as_deref(),
        found.is_write,
        found.source.as_deref(),
    );
    assert_eq!(found, expect, "{method} {uri}");
}

#[test]
fn buckets_are_found_where_they_are_named() {
    check("GET", "/", &[], (None, false, None));
    check("GET", "/b", &[], (Some("b"), false, None));
    check("HEAD", "//b/k", &[], (None, false, None));
    check("HEAD", "/b%2Fk", &[], (Some("b"), false, None));
    check("POST", "/%62?delete", &[], (Some("b"), true, None));
    check(
        "PUT",
        "/k",
        &[("host", "b.s3.localhost:80")],
        (Some("b"), true, None),
    );
    let from = |source| [("x-amz-copy-source", source)];
    check(
        "PUT",
        "/b/k",
        &from("from/k"),
        (Some("b"), true, Some("from")),
    );
    check(
        "PUT",
        "/b/k",
        &from("/%66rom/k%20"),
        (Some("b"), true, Some("from")),
    );
}
