//! Requests of guests: through the call's own way out or not at all, and only so many.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use http_body_util::{BodyExt, Empty};
use steploom_sandbox::{Body, Finished, NotSent, Outbound, Runner};
use steploom_types::limits::function::OUTBOUND_REQUESTS_MAX;

use crate::support::{Node, call};

/// The numbers of errors in wasi:http, after 500.
const LIMIT_REACHED: u16 = 511;
const DENIED: u16 = 515;

/// Somebody else's host.
#[derive(Debug, Default)]
struct Host {
    asked: AtomicU32,
}

#[async_trait]
impl Outbound for Host {
    async fn send(&self, request: http::Request<Body>) -> Result<http::Response<Body>, NotSent> {
        if request.uri() != "http://api.example.com/" {
            return Err(NotSent::Denied(format!("{} is not allowed", request.uri())));
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let body = Empty::new().map_err(Into::into).boxed_unsync();
        let response = http::Response::builder().status(204).body(body);
        Ok(response.expect("a response"))
    }
}

/// What a guest answers that asks a host, and how it ended.
async fn asks(authority: &str, times: u32, outbound: Option<Arc<Host>>) -> (u16, Finished) {
    let node = Node::new();
    let guest = include_str!("guests/outgoing.wat")
        .replace("AUTHORITY", authority)
        .replace("LENGTH", &authority.len().to_string())
        .replace("SCHEME", "0")
        .replace("TIMES", &times.to_string());
    let mut asked = call(node.put(&guest).await, "null");
    asked.outbound = outbound.map(|host| host as Arc<dyn Outbound>);
    let body = Empty::new().map_err(Into::into).boxed_unsync();
    let mut request = http::Request::new(body);
    *request.uri_mut() = "http://guest.example/".parse().expect("an address");
    let served = node.sandbox.serve(asked, request).await.expect("runs");
    let status = served.response.expect("answers").status().as_u16();
    (status, served.ended.await.expect("ends").expect("runs"))
}

fn lines(finished: &Finished) -> Vec<&str> {
    let logs = finished.logs.iter();
    logs.map(|line| line.message.as_str()).collect()
}

#[tokio::test]
async fn a_guest_reaches_its_host_and_no_other() {
    let host = Arc::new(Host::default());
    let (status, finished) = asks("api.example.com", 1, Some(host.clone())).await;
    assert_eq!(status, 204);
    assert!(finished.logs.is_empty(), "{:?}", lines(&finished));
    let (status, finished) = asks("other.example.com", 1, Some(host.clone())).await;
    assert_eq!(status, DENIED);
    assert_eq!(
        lines(&finished),
        ["http://other.example.com/ is not allowed"]
    );
    assert!(finished.logs[0].platform);
    assert_eq!(host.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_guest_without_a_way_out_is_told_and_its_log_says_what_helps() {
    let (status, finished) = asks("api.example.com", 1, None).await;
    assert_eq!(status, DENIED);
    let said = lines(&finished).join("\n");
    assert!(
        said.contains("--allow-host http://api.example.com"),
        "{said}"
    );
}

#[tokio::test]
async fn a_guest_makes_only_so_many_requests() {
    let host = Arc::new(Host::default());
    let times = OUTBOUND_REQUESTS_MAX + 50;
    let (status, finished) = asks("api.example.com", times, Some(host.clone())).await;
    assert_eq!(status, LIMIT_REACHED);
    assert_eq!(host.asked.load(Ordering::Relaxed), OUTBOUND_REQUESTS_MAX);
    let logged = lines(&finished);
    assert_eq!(logged.len(), 10, "not each is worth a line: {logged:?}");
}
