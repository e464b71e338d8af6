//! Addresses of functions x every kind of credential.

use super::Guarded;

#[tokio::test]
async fn an_open_address_is_for_everybody_and_no_other_is() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let by = Some(admin.as_str());
    let invokes = guarded.token(by, &["functions:invoke:echo"]).await;
    let reads = guarded.token(by, &["functions:read"]).await;
    let other = guarded.token(by, &["functions:invoke:other"]).await;
    let status = async |path: &str, token: Option<&str>| {
        let answer = guarded.send(path, token, "").await;
        answer.status.as_u16()
    };
    for token in [None, Some("no token"), Some(&*reads), Some(&*invokes)] {
        assert_eq!(
            status("GET /url/open-echo/a", token).await,
            200,
            "{token:?}"
        );
    }
    for token in [None, Some("no token"), Some(&*reads), Some(&*other)] {
        assert_eq!(
            status("POST /url/known-echo/", token).await,
            403,
            "{token:?}"
        );
    }
    for token in [&*invokes, &*admin] {
        assert_eq!(status("PATCH /url/known-echo", Some(token)).await, 200);
    }
    assert_eq!(status("GET /url/nothing/", by).await, 404);
    assert_eq!(status("GET /url/a%20b/", by).await, 404);
}

#[tokio::test]
async fn what_goes_wrong_is_not_told_to_everybody() {
    let guarded = Guarded::new();
    for (function, status) in [
        ("fail", 502),
        ("busy", 429),
        ("fenced", 503),
        ("bug", 500),
        ("panic", 500),
        ("absent", 404),
    ] {
        let line = format!("GET /url/open-{function}/");
        let answer = guarded.send(&line, None, "").await;
        assert_eq!(answer.status.as_u16(), status, "{function}");
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_function_has_the_same_address_by_its_name() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let by = Some(admin.as_str());
    let invokes = guarded.token(by, &["functions:invoke:echo"]).await;
    let status = async |line: &str, token: Option<&str>| {
        let answer = guarded.send(line, token, "").await;
        answer.status.as_u16()
    };
    let open = "GET /fn/000000000000/open-echo/a";
    assert_eq!(status(open, None).await, 200);
    assert_eq!(status("PUT /fn/000000000000/open-echo", None).await, 200);
    let known = "GET /fn/000000000000/known-echo:prod/a";
    assert_eq!(status(known, None).await, 403);
    assert_eq!(status(known, Some(&invokes)).await, 200);
    for closed in [
        "GET /fn/000000000000/echo/",
        "GET /fn/111111111111/open-echo/",
    ] {
        assert_eq!(status(closed, by).await, 404, "{closed}");
    }
}

#[tokio::test]
async fn a_request_is_handed_on_without_what_is_not_for_the_function() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let bearer = format!("Bearer {admin}");
    let seen = async |path: &str, authorization: &str| {
        let line = format!("POST {path}?x=1");
        let headers = [
            ("authorization", authorization),
            ("connection", "close, x-hop"),
            ("x-hop", "1"),
            ("x-kept", "1"),
        ];
        let answer = guarded.front.send(&line, &headers, "the body").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("x-of-function"), Some("yes"));
        assert_eq!(answer.header("keep-alive"), None);
        assert_eq!(answer.header("x-steploom-request-id"), Some("invocation-1"));
        answer.text().to_owned()
    };
    let of_known = seen("/fn/000000000000/known-serve/a/b", &bearer).await;
    assert!(of_known.starts_with("POST http://"), "{of_known}");
    assert!(of_known.contains("/a/b?x=1\n"), "{of_known}");
    assert!(of_known.contains("x-kept: 1\n"), "{of_known}");
    assert!(of_known.contains("x-forwarded-proto: http\n"), "{of_known}");
    assert!(
        of_known.contains("x-forwarded-prefix: /fn/000000000000/known-serve\n"),
        "{of_known}"
    );
    assert!(of_known.ends_with("the body"), "{of_known}");
    for gone in ["authorization", "x-hop", "connection"] {
        assert!(!of_known.contains(gone), "{gone} in {of_known}");
    }
    // Nobody is asked: a key of ours is no less a secret, and what is not ours is the function's.
    let forgotten = seen("/url/open-serve/", &bearer).await;
    assert!(!forgotten.contains("authorization"), "{forgotten}");
    let own = seen("/url/open-serve/", "Bearer of-the-function").await;
    assert!(
        own.contains("authorization: Bearer of-the-function"),
        "{own}"
    );
}

#[tokio::test]
async fn a_failure_before_the_answer_has_its_name_and_no_more() {
    let guarded = Guarded::new();
    let answer = guarded.send("GET /url/open-trap/", None, "").await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("Function.Trap"), "{}", answer.text());
    assert!(!answer.text().contains("secret"), "{}", answer.text());
}
