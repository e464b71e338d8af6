//! The node listener: takes what other nodes ask, and nothing else. It stands apart from the API, so
//! that a firewall can tell them apart.
//!
//! It only carries: who may ask, and what is asked, is for [`Peers`] to say. A head that is refused
//! costs no more than reading it; its body is never read.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::StreamExt;
use http_body_util::{BodyExt, Limited};
use steploom_api::port::{PEER_HEAD, PEER_PATH, PEER_SEAL, PeerAnswer, Peers};
use steploom_types::{Error, Kind, limits};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::config::Limits;
use crate::server;

/// How long the body of a request may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves other nodes until `shutdown` resolves, on any interface: every request is sealed.
///
/// # Errors
/// When the listener is none any more.
pub async fn serve_peers(
    listener: TcpListener,
    peers: Arc<dyn Peers>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let router = Router::new()
        .route(PEER_PATH, post(handle))
        .with_state(peers);
    let (end, _) = tokio::sync::watch::channel(false);
    server::run(listener, router, limits, end, shutdown).await;
    Ok(())
}

async fn handle(State(peers): State<Arc<dyn Peers>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.headers.get(PEER_HEAD).map(HeaderValue::to_str);
    let Some(Ok(head)) = head else {
        return refused(&Error::new(
            Kind::Denied,
            "NotANode",
            format!("only nodes call here, with the header {PEER_HEAD}"),
        ));
    };
    if let Err(error) = peers.admit(head) {
        return refused(&error);
    }
    let whole = Limited::new(body, limits::peer::BODY_BYTES_MAX).collect();
    let body = match timeout(BODY_TIMEOUT, whole).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) => return refused(&Error::invalid("BadPeerCall", error.to_string())),
        Err(_) => return refused(&Error::invalid("BadPeerCall", "the body took too long")),
    };
    match peers.answer(head, body).await {
        Ok(PeerAnswer::Whole { body, seal }) => {
            let mut response = Body::from(body).into_response();
            if let Ok(seal) = HeaderValue::from_str(&seal) {
                response.headers_mut().insert(PEER_SEAL, seal);
            }
            response
        }
        Ok(PeerAnswer::Lines(lines)) => {
            let lines = lines.map(Ok::<_, std::convert::Infallible>);
            Body::from_stream(lines).into_response()
        }
        Err(error) => refused(&error),
    }
}

/// The request was none, or cannot be taken now; what was asked has not been done.
fn refused(error: &Error) -> Response {
    tracing::warn!(%error, "a request of another node was refused");
    let status = match error.kind {
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::Exhausted => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, format!("{}: {}", error.code, error.message)).into_response()
}
