//! The floor of `invoke`: an HTTP server on the same library that answers with what it was sent.

use std::io::{self, Read as _};
use std::net::Ipv4Addr;
use std::process;
use std::thread;

use anyhow::Result;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use tokio::net::TcpListener;

/// Serves until standard input ends, so that it never outlives the benchmark.
pub(crate) async fn serve() -> Result<()> {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("{}", serde_json::json!({"url": url}));
    axum::serve(listener.tap_io(no_delay), router()).await?;
    Ok(())
}

/// Its one route, under the path that invokes a function, so that requests are the same to the byte.
pub(crate) fn router() -> Router {
    Router::new().route("/v1/functions/{name}/invoke", post(echo))
}

fn no_delay(stream: &mut tokio::net::TcpStream) {
    // Without it the floor would only be higher.
    let _ = stream.set_nodelay(true);
}

async fn echo(body: Bytes) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}
