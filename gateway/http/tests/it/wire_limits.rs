//! What a client may hold, and for how long: over real sockets, with limits made short.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use steploom_http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::call::{Served, client};

/// Far more than any limit here, so that a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn short() -> Limits {
    Limits {
        head_timeout: Duration::from_millis(500),
        keep_alive_timeout: Duration::from_millis(500),
        body_timeout: Duration::from_millis(500),
        shutdown_timeout: Duration::from_millis(500),
        ..Limits::default()
    }
}

/// Sends bytes as they are, then reads until the other side closes.
async fn exchange(served: &Served, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the connection is still open")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_does_not_come_closes_the_connection() {
    let served = Served::new(short()).await;
    for begun in [
        "",
        "GET",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        // The preface of HTTP/2, which hyper would wait for without end, cut short and whole.
        "PRI * HTTP/2.0\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = exchange(&served, begun.as_bytes()).await;
        assert!(!answer.contains("200"), "{begun:?}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_more_requests_and_closed_when_idle() {
    let served = Served::new(short()).await;
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = exchange(&served, request.repeat(3).as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 3, "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408() {
    let served = Served::new(short()).await;
    let answer = exchange(
        &served,
        b"POST /v1/functions/echo/invoke HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{\"a\"",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("BodyTooSlow"), "{answer}");
}

#[tokio::test]
async fn a_body_that_trickles_is_a_408_though_it_never_stops() {
    let served = Served::new(short()).await;
    let (mut reads, mut writes) = TcpStream::connect(served.address)
        .await
        .unwrap()
        .into_split();
    writes
        .write_all(b"POST /v1/functions/echo/invoke HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
        .await
        .unwrap();
    let trickle = tokio::spawn(async move {
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        while writes.write_all(b" ").await.is_ok() {
            beat.tick().await;
        }
    });
    let mut answer = [0; 12];
    timeout(PATIENCE, reads.read_exact(&mut answer))
        .await
        .expect("the trickle was let go on")
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    trickle.abort();
}

#[tokio::test]
async fn a_head_with_too_much_in_it_is_refused() {
    let served = Served::new(Limits {
        headers_max: 10,
        head_bytes_max: 8 * 1024,
        ..short()
    })
    .await;
    for headers in [
        "X: y\r\n".repeat(11),
        format!("X: {}\r\n", "y".repeat(9_000)),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let answer = exchange(&served, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let served = Served::new(Limits {
        connections_max: 1,
        ..Limits::default()
    })
    .await;
    let first = TcpStream::connect(served.address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut second = Box::pin(exchange(&served, request));
    let early = timeout(Duration::from_millis(100), &mut second).await;
    assert!(early.is_err(), "served beyond the limit: {early:?}");
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_refused_body_gets_its_answer_though_it_is_still_being_sent() {
    let served = Served::new(Limits::default()).await;
    // As simple clients do: everything is sent before the answer is looked at.
    let head = "POST /v1/functions/echo/invoke HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 20000000\r\n\r\n";
    let mut request = head.as_bytes().to_vec();
    request.resize(head.len() + 20_000_000, b' ');
    let answer = exchange(&served, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_held_back_and_not_wanted_ends_the_connection() {
    let served = Served::new(short()).await;
    let next = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let invoke = |length: usize| {
        format!(
            "POST /v1/functions/echo/invoke HTTP/1.1\r\nHost: localhost\r\n\
             Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    // The next request must not be taken for the body of the one before.
    let answer = exchange(&served, (invoke(1 << 30) + next).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");

    let answer = exchange(&served, (invoke(2) + "{}" + next).as_bytes()).await;
    assert!(!answer.contains("connection: close"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
}

#[tokio::test]
async fn large_bodies_share_a_budget() {
    let served = Served::new(Limits {
        bodies_bytes_max: 1024 * 1024,
        ..Limits::default()
    })
    .await;
    let post = |bytes: usize| {
        client()
            .post(served.url("/v1/functions/echo/invoke"))
            .body(vec![b'1'; bytes])
            .send()
    };
    let over = post(2 * 1024 * 1024).await.unwrap();
    assert_eq!(over.status(), 429);
    assert_eq!(over.headers()["retry-after"], "1");
    assert!(over.text().await.unwrap().contains("TooManyBodies"));
    // What one body took is there for the next.
    for _ in 0..3 {
        let fits = post(900 * 1024).await.unwrap();
        assert_ne!(fits.status(), 429);
    }
}

#[tokio::test]
async fn what_is_parsed_counts_as_what_it_takes_in_memory() {
    let served = Served::new(Limits {
        bodies_bytes_max: 8 * 1024 * 1024,
        ..Limits::default()
    })
    .await;
    let post = |body: String| {
        client()
            .post(served.url("/v1/functions/echo/invoke"))
            .header("content-type", "application/json")
            .body(body)
            .send()
    };
    let values = |count: usize| format!("[{}0]", "0,".repeat(count));
    let over = post(values(100_000)).await.unwrap();
    assert_eq!(over.status(), 400);
    assert!(over.text().await.unwrap().contains("TooManyValues"));
    // A text of as many bytes is one value.
    let text = post(format!("\"{}\"", "0,".repeat(100_000))).await.unwrap();
    assert_eq!(text.status(), 200);
    assert_eq!(post(values(10_000)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn http2_is_spoken_and_an_idle_connection_closed() {
    let served = Served::new(Limits {
        head_timeout: Duration::from_secs(2),
        ..short()
    })
    .await;
    let stream = TcpStream::connect(served.address).await.unwrap();
    let handshake = hyper::client::conn::http2::handshake::<_, _, Full<Bytes>>(
        TokioExecutor::new(),
        TokioIo::new(stream),
    );
    let (mut sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let request = hyper::Request::get(served.url("/healthz"))
        .body(Full::default())
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(answer);
    let closed = timeout(PATIENCE, connection).await;
    closed.expect("the connection is still open").unwrap().ok();
    drop(sender);
}

#[tokio::test]
async fn what_has_begun_is_finished_before_the_end() {
    let mut served = Served::new(Limits::default()).await;
    let invoke = client().post(served.url("/v1/functions/gate/invoke"));
    let answer = tokio::spawn(invoke.body("[1]").send());
    served.world.invoked(1).await;
    served.stop.take().unwrap().send(()).unwrap();
    // The listener is gone before the request is.
    while TcpStream::connect(served.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    served.world.change(|state| state.is_gate_open = true);
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.text().await.unwrap(), "[1]");
    served.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_finish_is_cut_off() {
    let mut served = Served::new(short()).await;
    let invoke = client().post(served.url("/v1/functions/hang/invoke"));
    let answer = tokio::spawn(invoke.body("[1]").send());
    served.world.invoked(1).await;
    served.stop.take().unwrap().send(()).unwrap();
    let ended = timeout(PATIENCE, served.task).await;
    ended.expect("it did not end").unwrap().unwrap();
    assert!(answer.await.unwrap().is_err());
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    let served = Served::new(Limits {
        write_timeout: Duration::from_millis(150),
        connections_max: 1,
        ..Limits::default()
    })
    .await;
    let mut deaf = TcpStream::connect(served.address).await.unwrap();
    let event = format!("\"{}\"", "x".repeat(5_000_000));
    let head = format!(
        "POST /v1/functions/echo/invoke HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        event.len()
    );
    // Answers of 20 MB are more than the sockets' buffers hold.
    let deaf = tokio::spawn(async move {
        for _ in 0..4 {
            let sent = deaf.write_all(head.as_bytes()).await;
            if sent.is_err() || deaf.write_all(event.as_bytes()).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    });
    // Its place is free again, though it never closes.
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    served.world.invoked(1).await;
    assert!(exchange(&served, request).await.starts_with("HTTP/1.1 200"));
    deaf.abort();
}
