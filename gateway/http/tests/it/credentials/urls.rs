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
