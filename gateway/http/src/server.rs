//! The listener: connections with limits, and an orderly end.
//!
//! axum's own `serve` sets no timer, so a client could hold a connection forever with half a
//! request. Here hyper is driven by hand: see `connection`.

mod connection;
mod patient;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use steploom_api::Ports;
use steploom_auth::check_listen;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::config::{Config, Limits};
use crate::route;

/// How long to wait when the system has no room for another connection, such as no file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// From where a request came, as its connection says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source(pub(crate) SocketAddr);

/// Serves until `shutdown` resolves; then takes no more connections, ends event streams, and gives
/// requests `Limits::shutdown_timeout` to finish. Dropping it closes every connection at once.
///
/// # Errors
/// When the listener is not on the loopback interface, though there are no keys, or nobody knows.
pub async fn serve(
    listener: TcpListener,
    ports: Ports,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    if let Err(refused) = check_listen(listener.local_addr()?) {
        let needs_keys = config.guard(&ports).needs_keys().await;
        if !needs_keys.map_err(io::Error::other)? {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                refused.message,
            ));
        }
    }
    let (end, ending) = watch::channel(false);
    let limits = config.limits.clone();
    let router = route::router_until(ports, config, ending);
    run(listener, router, limits, end, shutdown).await;
    Ok(())
}

/// Serves a router until `shutdown` resolves; `end` becomes true then.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    end: watch::Sender<bool>,
    shutdown: impl Future<Output = ()>,
) {
    let ending = end.subscribe();
    let shutdown_timeout = limits.shutdown_timeout;
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let server = Arc::new(connection::Server::new(router, limits));
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = async {
            // The semaphore is never closed, so this waits for room and nothing else.
            let place = Arc::clone(&room).acquire_owned().await.ok()?;
            Some((place, accept(&listener).await))
        };
        let (place, stream) = tokio::select! {
            () = &mut shutdown => break,
            Some(accepted) = accepted => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let server = Arc::clone(&server);
        let ending = ending.clone();
        connections.spawn(async move {
            connection::run(&server, stream, ending).await;
            drop(place);
        });
    }
    drop(listener);
    end.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if timeout(shutdown_timeout, drained).await.is_err() {
        tracing::warn!("requests were cut off: they did not finish within the time to stop");
        connections.shutdown().await;
    }
}

/// The next connection. What goes wrong with one connection is no reason to stop.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole; waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}
