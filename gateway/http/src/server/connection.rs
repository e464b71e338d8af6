//! One connection: HTTP/1.1 or HTTP/2, as the client speaks.
//!
//! hyper's own timer bounds the time for a request's head over HTTP/1.1. What it leaves open is
//! bounded by a watch of ours (a client that says nothing, or stalls within HTTP/2's preface, and an
//! idle HTTP/2 connection) and by [`Patient`] (a client that does not read).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tower::Service;

use super::Source;
use super::patient::Patient;
use crate::config::Limits;

/// What all connections share.
pub(super) struct Server {
    router: Router,
    builder: Builder<TokioExecutor>,
    limits: Limits,
}

impl Server {
    pub(super) fn new(router: Router, limits: Limits) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_headers(limits.headers_max)
            .max_buf_size(limits.head_bytes_max);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.head_timeout)
            .keep_alive_timeout(limits.head_timeout)
            .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
            .max_concurrent_streams(limits.streams_max);
        Self {
            router,
            builder,
            limits,
        }
    }
}

/// Serves one connection to its end. `ending` lets it finish what it has begun, and no more.
pub(super) async fn run(server: &Server, stream: TcpStream, mut ending: watch::Receiver<bool>) {
    let begun = Arc::new(AtomicU64::new(0));
    let source = stream.peer_addr().ok().map(Source);
    let counted = Arc::clone(&begun);
    let router = server.router.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        if let Some(source) = source {
            request.extensions_mut().insert(source);
        }
        router.clone().call(request)
    });
    let stream = Patient::new(stream, server.limits.write_timeout);
    let connection = server
        .builder
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let mut watch = std::pin::pin!(sleep(server.limits.head_timeout));
    let mut begun_before = 0;
    let mut is_ending = false;
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "connection failed");
                }
                return;
            }
            () = watch.as_mut() => {
                let begun_now = begun.load(Ordering::Relaxed);
                if begun_now == 0 {
                    return;
                }
                if begun_now == begun_before {
                    connection.as_mut().graceful_shutdown();
                }
                begun_before = begun_now;
                watch.as_mut().reset(Instant::now() + server.limits.keep_alive_timeout);
            }
            _ = ending.wait_for(|ending| *ending), if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
