//! Health, metrics, the index, request ids and what is counted.

use crate::call::Front;

#[tokio::test]
async fn health_and_readiness() {
    let front = Front::new();
    assert_eq!(front.get("/healthz").await.text(), "ok\n");
    assert_eq!(front.get("/readyz").await.text(), "ready\n");
    front.world.state().not_ready = Some("shard 3 is being recovered".into());
    let answer = front.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let problem = answer.problem();
    assert_eq!(problem.code, "NotReady");
    assert_eq!(problem.title, "shard 3 is being recovered");
    assert_eq!(front.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn metrics_are_prometheus_text() {
    let front = Front::new();
    let answer = front.get("/metrics").await;
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    assert!(answer.text().contains("steploom_up 1"));
}

#[tokio::test]
async fn the_index_names_product_version_and_links() {
    let front = Front::new();
    let text = front.get("/").await;
    assert!(
        text.text()
            .starts_with("Steploom 1.2.3 at http://127.0.0.1:8470")
    );
    let json = [("accept", "application/json")];
    let index = front.send("GET /", &json, "").await.value();
    assert_eq!(index["version"], "1.2.3");
    for link in index["links"].as_object().unwrap().values() {
        let path = link.as_str().unwrap();
        assert_eq!(front.get(path).await.status, 200, "{path}");
        assert!(text.text().contains(path));
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let front = Front::new();
    for path in ["/", "/v1/functions", "/nowhere", "/v1/functions/none"] {
        let made = front.get(path).await;
        assert_eq!(made.header("x-request-id").unwrap().len(), 32);
        let line = format!("GET {path}");
        let taken = front.send(&line, &[("x-request-id", "mine-1")], "").await;
        assert_eq!(taken.header("x-request-id"), Some("mine-1"));
        let bad = front.send(&line, &[("x-request-id", "a b<c>")], "").await;
        assert_eq!(bad.header("x-request-id").unwrap().len(), 32);
    }
}

#[tokio::test]
async fn requests_are_counted_by_pattern_and_not_by_path() {
    let front = Front::new();
    front.get("/v1/functions/some-name").await;
    front.json("POST /v1/functions/echo/invoke", "1").await;
    front.get("/made/up/1").await;
    front.send("BREW /v1/functions", &[], "").await;
    front.json("POST /v1/functions/panic/invoke", "1").await;
    let observed = front.world.state().observed.clone();
    let seen: Vec<_> = observed
        .iter()
        .map(|(route, method, status)| (route.as_str(), method.as_str(), *status))
        .collect();
    assert_eq!(
        seen,
        [
            ("/v1/functions/{name}", "GET", 404),
            ("/v1/functions/{name}/invoke", "POST", 200),
            ("unmatched", "GET", 404),
            ("/v1/functions", "other", 405),
            ("/v1/functions/{name}/invoke", "POST", 500),
        ]
    );
}
