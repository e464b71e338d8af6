use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    pairs.fold(HeaderMap::new(), |mut all, (name, value)| {
        all.append(name, value);
        all
    })
}

fn text(headers: &HeaderMap) -> Vec<String> {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect()
}

#[test]
fn what_is_of_one_connection_stays_there() {
    let mut given = headers(&[
        ("connection", "close, X-Secret"),
        ("x-secret", "1"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "websocket"),
        ("x-kept", "1"),
    ]);
    end_hop(&mut given);
    assert_eq!(text(&given), ["x-kept: 1"]);
}

#[test]
fn a_function_learns_from_where_it_is_asked() {
    let mut given = headers(&[
        ("host", "a.example"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-prefix", "/forged"),
    ]);
    let source = "::ffff:192.0.2.7".parse().ok();
    forward(&mut given, source, "a.example", "/fn/x");
    assert_eq!(given["x-forwarded-for"], "10.0.0.1, 192.0.2.7");
    assert_eq!(given["x-forwarded-proto"], "http");
    assert_eq!(given["x-forwarded-host"], "a.example");
    assert_eq!(given["x-forwarded-prefix"], "/fn/x");

    let mut proxied = headers(&[("x-forwarded-proto", "https"), ("x-forwarded-host", "b")]);
    forward(&mut proxied, None, "a.example", "");
    assert_eq!(proxied["x-forwarded-host"], "b");
    assert!(!proxied.contains_key("x-forwarded-prefix"));
    let seen = uri(&proxied, "a.example", "/x", "y=1").unwrap();
    assert_eq!(seen, "https://a.example/x?y=1");
}

#[test]
fn a_signature_is_not_handed_on() {
    let mut given = headers(&[("authorization", "Bearer x"), ("x-amz-security-token", "t")]);
    without_proof(&mut given);
    assert!(given.is_empty());
    assert_eq!(
        unsigned("a=1&X-Amz-Signature=2&X-Amz-Date=3&b=4"),
        "a=1&b=4"
    );
}
