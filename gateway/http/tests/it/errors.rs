//! Errors of the ports as answers.

use crate::call::Front;

#[tokio::test]
async fn an_error_has_the_status_of_its_kind() {
    let front = Front::new();
    for (function, status, code, retry_after) in [
        ("none", 404, "FunctionNotFound", None),
        ("busy", 429, "TooManyRequests", Some("7")),
        ("fenced", 503, "Fenced", Some("1")),
        ("bug", 500, "Internal", None),
        ("corrupt", 500, "Corrupt", None),
        ("panic", 500, "Internal", None),
    ] {
        let line = format!("POST /v1/functions/{function}/invoke");
        let answer = front.json(&line, "{}").await;
        assert_eq!(answer.status, status, "{function}");
        assert_eq!(answer.problem().code, code, "{function}");
        assert_eq!(answer.header("retry-after"), retry_after, "{function}");
    }
}

#[tokio::test]
async fn what_is_for_the_log_stays_in_the_log() {
    let front = Front::new();
    for function in ["bug", "corrupt", "panic"] {
        let line = format!("POST /v1/functions/{function}/invoke");
        let answer = front.json(&line, "{}").await;
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_panic_ends_its_own_request_only() {
    let front = Front::new();
    front.json("POST /v1/functions/panic/invoke", "{}").await;
    let after = front.json("POST /v1/functions/echo/invoke", "1").await;
    assert_eq!(after.status, 200);
}

#[tokio::test]
async fn unknown_routes_and_methods() {
    let front = Front::new();
    let unknown = front.get("/v1/function").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.problem().code, "UnknownRoute");
    for (line, allow) in [
        ("POST /v1/functions", "GET,HEAD"),
        ("PATCH /v1/functions/count", "PUT,GET,HEAD,DELETE"),
        ("GET /v1/definitions/validate", "POST"),
        ("DELETE /v1/executions", "POST,GET,HEAD"),
    ] {
        let answer = front.send(line, &[], "").await;
        assert_eq!(answer.status, 405, "{line}");
        assert_eq!(answer.problem().code, "MethodNotAllowed");
        assert_eq!(answer.header("allow"), Some(allow), "{line}");
    }
}
