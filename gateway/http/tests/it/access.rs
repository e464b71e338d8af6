//! Host and Origin, on every route.

use crate::call::Front;

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_everywhere() {
    let front = Front::new();
    for line in [
        "GET /",
        "GET /metrics",
        "GET /v1/functions",
        "POST /v1/functions/echo/invoke",
        "GET /nowhere",
    ] {
        let rebound = front.send(line, &[("host", "evil.example")], "").await;
        assert_eq!(rebound.status, 403, "{line}");
        assert_eq!(rebound.problem().code, "HostNotAllowed");
        let page = [
            ("host", "localhost:8470"),
            ("origin", "http://evil.example"),
        ];
        let from_page = front.send(line, &page, "").await;
        assert_eq!(from_page.problem().code, "OriginNotAllowed", "{line}");
    }
    assert_eq!(front.world.state().invocations, 0);
    let own = [
        ("host", "localhost:8470"),
        ("origin", "http://localhost:8470"),
    ];
    assert_eq!(front.send("GET /v1/functions", &own, "").await.status, 200);
}

#[tokio::test]
async fn serving_beyond_loopback_without_keys_is_refused() {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let world = crate::fakes::World::new();
    let served = steploom_http::serve(
        listener,
        world.ports(),
        crate::call::config(),
        std::future::pending(),
    );
    let refused = served.await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(refused.to_string().contains("127.0.0.1"), "{refused}");
}
