use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

use super::*;
use crate::echo;

const PATH: &str = "/v1/functions/bench/invoke";

async fn load(router: Router) -> Load {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Load {
        address,
        path: PATH,
        target: None,
        body: Bytes::from_static(b"{\"text\":\"to be\"}"),
        status: StatusCode::OK,
    }
}

#[tokio::test]
async fn the_echo_answers_what_it_was_sent() {
    let load = load(echo::router()).await;
    assert_eq!(load.once().await.expect("is answered"), load.body);
}

#[tokio::test]
async fn every_answer_is_a_sample() {
    static ANSWERED: AtomicUsize = AtomicUsize::new(0);
    let count = || async {
        ANSWERED.fetch_add(1, Ordering::Relaxed);
    };
    let load = load(Router::new().route(PATH, post(count))).await;
    let ran = load.run(3, Duration::from_millis(50), None).await;
    let ran = ran.expect("runs");
    assert!(
        ran.samples.count() >= 3,
        "each connection sends one at least"
    );
    assert_eq!(ran.samples.count(), ANSWERED.load(Ordering::Relaxed));
    assert!(ran.elapsed >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_gate_bounds_what_is_sent() {
    let load = load(echo::router()).await;
    let gate = Arc::new(Semaphore::new(5));
    let ran = load.run(2, Duration::from_millis(100), Some(&gate)).await;
    assert_eq!(ran.expect("runs").samples.count(), 5);
}

#[tokio::test]
async fn another_answer_ends_the_benchmark_and_is_shown() {
    let busy = || async { (StatusCode::TOO_MANY_REQUESTS, "come back later") };
    let load = load(Router::new().route(PATH, post(busy))).await;
    let ran = load.run(1, Duration::from_mins(1), None).await;
    let error = ran.expect_err("ends").to_string();
    assert!(
        error.contains("429") && error.contains("come back later"),
        "{error}"
    );
}
