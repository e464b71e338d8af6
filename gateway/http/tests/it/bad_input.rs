//! Every route against bad input: each refusal is a problem that says what and where.

use steploom_types::limits;

use crate::call::Front;

const ID: &str = "00070000-018b-cfe5-6800-000000000001";

/// Every route with a name or id in its path.
const NAMED: [&str; 27] = [
    "PUT /v1/functions/{}",
    "GET /v1/functions/{}",
    "DELETE /v1/functions/{}",
    "GET /v1/functions/{}/versions",
    "POST /v1/functions/{}/invoke",
    "POST /v1/functions/{}/invoke-async",
    "GET /v1/functions/{}/logs",
    "GET /v1/functions/{}/logs/stream",
    "PUT /v1/machines/{}",
    "GET /v1/machines/{}",
    "DELETE /v1/machines/{}",
    "GET /v1/machines/{}/versions",
    "GET /v1/machines/{}/executions/x",
    "GET /v1/machines/x/executions/{}",
    "GET /v1/machines/{}/versions/1",
    "GET /v1/machines/{}/settings",
    "PUT /v1/machines/{}/settings",
    "GET /v1/machines/{}/tags",
    "POST /v1/machines/{}/tags",
    "GET /v1/machines/{}/releases",
    "POST /v1/machines/{}/releases",
    "DELETE /v1/machines/{}/releases/1",
    "GET /v1/machines/{}/aliases",
    "GET /v1/machines/x/aliases/{}",
    "PUT /v1/machines/x/aliases/{}",
    "DELETE /v1/machines/x/aliases/{}",
    "POST /v1/activities/{}/tags",
];

#[tokio::test]
async fn bad_names() {
    let front = Front::new();
    let long = "a".repeat(limits::NAME_LENGTH_MAX + 1);
    for route in NAMED {
        for (name, code) in [
            ("%2e%2e", "InvalidName"),
            ("a..b", "InvalidName"),
            ("..%2Fetc%2Fpasswd", "InvalidName"),
            (".hidden", "InvalidName"),
            ("-flag", "InvalidName"),
            ("a%00b", "InvalidName"),
            ("a%0Ab", "InvalidName"),
            ("a%1B%5B31m", "InvalidName"),
            ("a%20b", "InvalidName"),
            ("%C3%A9", "InvalidName"),
            ("%E2%80%AE", "InvalidName"),
            ("a;b", "InvalidName"),
            ("%FF", "InvalidPath"),
            (long.as_str(), "InvalidName"),
        ] {
            let line = route.replace("{}", name);
            let answer = front.send(&line, &[], "").await;
            assert_eq!(answer.status, 400, "{line}: {}", answer.text());
            let problem = answer.problem();
            assert_eq!(problem.code, code, "{line}");
            assert_eq!(problem.problems[0].path, "path", "{line}");
            // What a terminal would obey is escaped.
            assert!(!answer.body.iter().any(u8::is_ascii_control), "{line}");
        }
    }
}

#[tokio::test]
async fn bad_ids() {
    let front = Front::new();
    for route in [
        "GET /v1/executions/{}",
        "GET /v1/executions/{}/history",
        "POST /v1/executions/{}/stop",
        "POST /v1/executions/{}/pause",
        "POST /v1/executions/{}/resume",
        "POST /v1/executions/{}/redrive",
        "POST /v1/executions/{}/release",
        "GET /v1/executions/{}/events",
    ] {
        for id in ["x", "..", &ID.to_uppercase()[..35], &format!("{ID}0")] {
            let line = route.replace("{}", id);
            let answer = front.send(&line, &[], "").await;
            assert_eq!(answer.status, 400, "{line}");
            assert_eq!(answer.problem().code, "InvalidExecutionId", "{line}");
        }
        let absent = front.send(&route.replace("{}", ID), &[], "").await;
        assert_eq!(absent.status, 404, "{route}");
        assert_eq!(absent.problem().code, "ExecutionNotFound");
    }
}

#[tokio::test]
async fn unknown_query_fields() {
    let front = Front::new();
    let in_table = NAMED.map(|route| route.replace("{}", "echo"));
    let others = [
        "GET /",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /v1/openapi.json",
        "GET /v1/functions",
        "GET /v1/machines",
        "POST /v1/definitions/validate",
        "GET /v1/executions",
        "POST /v1/executions",
    ];
    let of_one = ["", "/history", "/events"].map(|end| format!("GET /v1/executions/{ID}{end}"));
    let to_one = ["stop", "pause", "resume", "redrive", "release"]
        .map(|end| format!("POST /v1/executions/{ID}/{end}"));
    let all = in_table
        .into_iter()
        .chain(others.map(str::to_owned))
        .chain(of_one)
        .chain(to_one);
    for line in all {
        let answer = front.send(&format!("{line}?limmit=1"), &[], "").await;
        assert_eq!(answer.status, 400, "{line}: {}", answer.text());
        let problem = answer.problem();
        assert_eq!(problem.code, "InvalidQuery", "{line}");
        assert!(problem.problems[0].path.starts_with("query"), "{line}");
    }
}

#[tokio::test]
async fn bad_query_values() {
    let front = Front::new();
    let since = "/v1/functions/echo/logs?since=yesterday";
    for (path, code, place) in [
        ("/v1/functions?limit=0", "InvalidLimit", "query/limit"),
        ("/v1/functions?limit=1001", "InvalidLimit", "query/limit"),
        ("/v1/functions?limit=-1", "InvalidQuery", "query/limit"),
        ("/v1/functions?limit=ten", "InvalidQuery", "query/limit"),
        ("/v1/functions?limit=", "InvalidQuery", "query/limit"),
        ("/v1/functions?limit=1&limit=2", "InvalidQuery", "query"),
        ("/v1/machines?limit=0", "InvalidLimit", "query/limit"),
        ("/v1/executions?limit=0", "InvalidLimit", "query/limit"),
        ("/v1/executions?status=DONE", "InvalidQuery", "query/status"),
        (
            "/v1/executions?machine=a..b",
            "InvalidQuery",
            "query/machine",
        ),
        (since, "InvalidQuery", "query/since"),
        (
            "/v1/functions/echo/logs?limit=0",
            "InvalidLimit",
            "query/limit",
        ),
    ] {
        let answer = front.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let problem = answer.problem();
        assert_eq!(problem.code, code, "{path}: {}", problem.title);
        assert_eq!(problem.problems[0].path, place, "{path}: {}", problem.title);
    }
    let after = format!("/v1/executions/{ID}/events?after=x");
    assert_eq!(front.get(&after).await.problem().code, "InvalidQuery");
    let bad = [("last-event-id", "x")];
    let line = format!("GET /v1/executions/{ID}/events");
    let answer = front.send(&line, &bad, "").await;
    assert_eq!(answer.problem().problems[0].path, "header/last-event-id");
}

/// Routes that take JSON, with the bytes that they take.
fn json_routes() -> [(String, usize); 11] {
    [
        (
            "POST /v1/functions/echo/invoke".into(),
            limits::INVOKE_BODY_BYTES_MAX,
        ),
        (
            "POST /v1/functions/echo/invoke-async".into(),
            limits::PAYLOAD_BYTES_MAX,
        ),
        ("PUT /v1/machines/m".into(), limits::DEFINITION_BYTES_MAX),
        (
            "POST /v1/definitions/validate".into(),
            limits::DEFINITION_BYTES_MAX,
        ),
        (
            "POST /v1/executions".into(),
            limits::DATA_LIMIT_BYTES_MAX + 4096,
        ),
        (format!("POST /v1/executions/{ID}/stop"), 64 * 1024),
        ("PUT /v1/machines/m/settings".into(), 16 * 1024),
        ("POST /v1/machines/m/tags".into(), 256 * 1024),
        ("POST /v1/machines/m/releases".into(), 8 * 1024),
        ("PUT /v1/machines/m/aliases/a".into(), 8 * 1024),
        ("POST /v1/activities/m/tags".into(), 256 * 1024),
    ]
}

#[tokio::test]
async fn wrong_content_types() {
    let front = Front::new();
    let upload = ("PUT /v1/functions/count".to_owned(), 0);
    for (line, _) in json_routes().into_iter().chain([upload]) {
        for kind in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "json",
            "",
        ] {
            let answer = front.send(&line, &[("content-type", kind)], "{}").await;
            assert_eq!(answer.status, 415, "{line} {kind}");
            assert_eq!(answer.problem().code, "UnsupportedContentType");
        }
    }
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/vnd.amazon.states+json",
    ] {
        let headers = [("content-type", kind)];
        let line = "POST /v1/functions/echo/invoke";
        let answer = front.send(line, &headers, "1").await;
        assert_eq!(answer.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let front = Front::new();
    for (line, bytes_max) in json_routes() {
        let body = format!("\"{}\"", "x".repeat(bytes_max - 1));
        let answer = front.json(&line, &body).await;
        assert_eq!(answer.status, 413, "{line}");
        let problem = answer.problem();
        assert_eq!(problem.code, "BodyTooLarge");
        assert!(
            problem.title.contains(&bytes_max.to_string()),
            "{}",
            problem.title
        );
    }
    let wasm = [("content-type", "application/wasm")];
    let module = vec![0; limits::MODULE_BYTES_MAX + 1];
    let answer = front.send("PUT /v1/functions/count", &wasm, module).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_passes() {
    let front = Front::new();
    let body = format!("\"{}\"", "x".repeat(limits::INVOKE_BODY_BYTES_MAX - 2));
    let answer = front.json("POST /v1/functions/echo/invoke", &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.len(), limits::INVOKE_BODY_BYTES_MAX);
}

#[tokio::test]
async fn an_input_counts_without_what_stands_around_it() {
    let front = Front::new();
    let input = |bytes: usize| {
        format!(
            "{{\"machine\":\"m\",\"input\":\"{}\"}}",
            "x".repeat(bytes - 2)
        )
    };
    let line = "POST /v1/executions";
    let fits = front.json(line, &input(limits::PAYLOAD_BYTES_MAX)).await;
    assert_eq!(fits.status, 201, "{}", fits.text());
    let over = front
        .json(line, &input(limits::PAYLOAD_BYTES_MAX + 1))
        .await;
    assert_eq!(over.status, 413);
    assert_eq!(over.problem().problems[0].path, "body/input");
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let front = Front::new();
    let deep = "[".repeat(200) + &"]".repeat(200);
    let stop = format!("POST /v1/executions/{ID}/stop");
    for line in [
        "POST /v1/functions/echo/invoke",
        "POST /v1/functions/echo/invoke-async",
        "POST /v1/executions",
        &stop,
    ] {
        for body in ["{", "nope", "{\"a\":1}x", "{\"a\": \u{1}\"\"}"] {
            let answer = front.json(line, body).await;
            assert_eq!(answer.status, 400, "{line} {body}");
            let problem = answer.problem();
            let is_typed = line.ends_with("executions") || line.ends_with("stop");
            // A typed body may be refused for an unknown field before its syntax error is reached.
            assert!(
                problem.code == "InvalidJson" || is_typed && problem.code == "InvalidBody",
                "{line} {body}: {}",
                problem.code
            );
            assert_eq!(problem.problems[0].path, "body");
        }
        let not_utf8 = front.send(line, &[], vec![b'"', 0xff, b'"']).await;
        assert_eq!(not_utf8.status, 400, "{line}");
    }
    for (line, body) in [
        ("POST /v1/functions/echo/invoke", deep.clone()),
        (
            "POST /v1/executions",
            format!("{{\"machine\":\"m\",\"input\":{deep}}}"),
        ),
    ] {
        let answer = front.json(line, &body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.problem().code, "JsonTooDeep", "{line}");
    }
    let machine = front
        .send("PUT /v1/machines/m", &[], vec![b'"', 0xff, b'"'])
        .await;
    assert_eq!(machine.problem().code, "InvalidJson");
}

#[tokio::test]
async fn bodies_of_the_wrong_shape() {
    let front = Front::new();
    for body in [
        "",
        "[]",
        "{}",
        r#"{"machine": 1}"#,
        r#"{"machine": "a..b"}"#,
        r#"{"machine": "m", "version": -1}"#,
        r#"{"machine": "m", "inputs": {}}"#,
    ] {
        let answer = front.json("POST /v1/executions", body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.problem().code, "InvalidBody", "{body}");
    }
    assert!(front.world.state().executions.is_empty());
}
