use super::*;

#[test]
fn what_is_served_is_said_in_lines_that_can_be_found() {
    let served = Served {
        url: "http://127.0.0.1:8080".to_owned(),
        data: ".steploom".into(),
        database: Some("db:5432/steploom".to_owned()),
        volumes: vec![("input".parse().unwrap(), "./texts".into())],
        runtimes: ["javascript", "python"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        needs_keys: true,
        counts: Counts {
            functions: 1,
            machines: 0,
            executions_running: 1_000,
        },
    };
    let text = served.text(Paint::PLAIN);
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  serving     http://127.0.0.1:8080",
            "  reference   http://127.0.0.1:8080/v1/openapi.json",
            "  health      http://127.0.0.1:8080/healthz  http://127.0.0.1:8080/readyz  http://127.0.0.1:8080/metrics",
            "  data        .steploom",
            "  database    db:5432/steploom",
            "  volume      input = ./texts",
            "  runtimes    javascript, python",
            "  keys        each request needs one",
            "  there are   1 function, 0 machines, 1,000 executions or more running",
        ]
    );
}

#[test]
fn an_address_that_means_all_is_called_by_loopback() {
    for (listen, url) in [
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("10.0.0.7:8080", "http://10.0.0.7:8080"),
    ] {
        assert_eq!(reachable(listen.parse().unwrap()), url);
    }
}
