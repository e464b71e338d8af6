use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::Access;
use crate::RequestHead;

const ALLOWED: &str = "";

fn check(uri: &str, headers: &[(&'static str, &str)], expect: &str) {
    let access = Access::without_keys(["steploom.test".to_owned()]);
    let uri: Uri = uri.parse().unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let head = RequestHead {
        method: &http::Method::GET,
        uri: &uri,
        headers: &map,
    };
    match access.check(head) {
        Ok(()) => assert_eq!(expect, ALLOWED, "{uri} {headers:?} was let in"),
        Err(error) => assert_eq!(error.code, expect, "{uri} {headers:?}: {error}"),
    }
}

#[test]
fn hosts() {
    for (host, expect) in [
        ("localhost", ALLOWED),
        ("LocalHost:8470", ALLOWED),
        ("127.0.0.1", ALLOWED),
        ("127.0.0.1:1", ALLOWED),
        ("[::1]", ALLOWED),
        ("[::1]:8470", ALLOWED),
        ("steploom.test", ALLOWED),
        ("Steploom.Test:80", ALLOWED),
        ("evil.example", "HostNotAllowed"),
        ("evil.example:8470", "HostNotAllowed"),
        ("localhost.evil.example", "HostNotAllowed"),
        ("127.0.0.1.nip.io", "HostNotAllowed"),
        ("127.0.0.2", "HostNotAllowed"),
        ("localhost.", "HostNotAllowed"),
        ("localhost:", "HostNotAllowed"),
        ("localhost:80:80", "HostNotAllowed"),
        ("localhost:http", "HostNotAllowed"),
        ("localhost:99999", "HostNotAllowed"),
        ("localhost@evil.example", "HostNotAllowed"),
        ("user@localhost", "HostNotAllowed"),
        ("[::1", "HostNotAllowed"),
        ("[::1]x", "HostNotAllowed"),
        ("::1", "HostNotAllowed"),
        ("0.0.0.0", "HostNotAllowed"),
        ("2130706433", "HostNotAllowed"),
        ("", "HostNotAllowed"),
        ("\u{e9}", "HostNotAllowed"),
    ] {
        check("/v1/functions", &[("host", host)], expect);
    }
}

#[test]
fn a_request_without_host_or_with_two_is_refused() {
    check("/", &[], "HostNotAllowed");
    check(
        "/",
        &[("host", "localhost"), ("host", "evil.example")],
        "HostNotAllowed",
    );
    check(
        "/",
        &[("host", "localhost:1"), ("host", "localhost:2")],
        "HostNotAllowed",
    );
}

#[test]
fn the_target_of_http2_counts_as_host() {
    check("http://localhost:8470/", &[], ALLOWED);
    check("http://evil.example/", &[], "HostNotAllowed");
    check(
        "http://evil.example/",
        &[("host", "localhost")],
        "HostNotAllowed",
    );
    check(
        "http://localhost/",
        &[("host", "evil.example")],
        "HostNotAllowed",
    );
}

#[test]
fn origins() {
    for (origin, expect) in [
        ("http://127.0.0.1:8470", ALLOWED),
        ("https://127.0.0.1:8470", ALLOWED),
        ("http://127.0.0.1:3000", "OriginNotAllowed"),
        ("http://127.0.0.1", "OriginNotAllowed"),
        ("http://localhost:8470", "OriginNotAllowed"),
        ("http://evil.example", "OriginNotAllowed"),
        ("http://evil.example:8470", "OriginNotAllowed"),
        ("http://127.0.0.1:8470/", "OriginNotAllowed"),
        ("file://", "OriginNotAllowed"),
        ("null", "OriginNotAllowed"),
        ("", "OriginNotAllowed"),
    ] {
        check(
            "/",
            &[("host", "127.0.0.1:8470"), ("origin", origin)],
            expect,
        );
    }
}

#[test]
fn default_ports_may_be_left_out() {
    let port_80 = [("host", "localhost"), ("origin", "http://localhost:80")];
    check("/", &port_80, ALLOWED);
    let port_443 = [
        ("host", "steploom.test"),
        ("origin", "https://steploom.test"),
    ];
    check("/", &port_443, ALLOWED);
    let other = [("host", "localhost:443"), ("origin", "http://localhost")];
    check("/", &other, "OriginNotAllowed");
}

#[test]
fn every_origin_sent_has_to_be_ours() {
    let two = [
        ("host", "localhost"),
        ("origin", "http://localhost"),
        ("origin", "http://evil.example"),
    ];
    check("/", &two, "OriginNotAllowed");
}
