//! Requests between nodes over HTTP.

use std::error::Error as _;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use reqwest::{Client, StatusCode};
use steploom_api::port::{PEER_HEAD, PEER_PATH, PEER_SEAL};
use steploom_types::limits::peer::BODY_BYTES_MAX;
use steploom_types::{Error, Result};

use super::{Lines, Received, Transport, Unreached};

/// How long a connection may take to come about: a node that is gone does not refuse, it is silent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a connection that nobody uses is kept: less than the other side keeps it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes of a refusal that are read.
const REFUSAL_BYTES_MAX: usize = 4 * 1024;

/// Carries requests between nodes over HTTP.
pub struct HttpTransport(Client);

impl HttpTransport {
    /// # Errors
    /// When no client can be made.
    pub fn new() -> Result<Self> {
        crate::service::http::install_tls();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("steploom/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(Self).map_err(Error::internal)
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, address: &str, head: &str, body: Bytes) -> Result<Received, Unreached> {
        let url = format!("{}{PEER_PATH}", address.trim_end_matches('/'));
        let sent = self.0.post(url).header(PEER_HEAD, head).body(body).send();
        let response = sent.await.map_err(|error| unreached(&error))?;
        if response.status() != StatusCode::OK {
            let status = response.status();
            let refusal = read(response.bytes_stream(), REFUSAL_BYTES_MAX).await;
            let text = refusal.map(|text| String::from_utf8_lossy(&text).into_owned());
            return Ok(Received::Refused(format!(
                "{status}: {}",
                text.unwrap_or_default()
            )));
        }
        match response.headers().get(PEER_SEAL) {
            Some(seal) => {
                let seal = seal.to_str().unwrap_or_default().to_owned();
                let body = read(response.bytes_stream(), BODY_BYTES_MAX).await?;
                Ok(Received::Whole { body, seal })
            }
            None => Ok(Received::Lines(lines(response.bytes_stream()))),
        }
    }
}

async fn read(
    body: impl Stream<Item = reqwest::Result<Bytes>>,
    bytes_max: usize,
) -> Result<Bytes, Unreached> {
    let mut body = std::pin::pin!(body);
    let mut whole = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| unreached(&error))?;
        if whole.len() + part.len() > bytes_max {
            return Err(Unreached {
                maybe_done: true,
                why: format!("its answer has more than {bytes_max} bytes"),
            });
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}

/// Cuts what arrives at its line ends.
fn lines(body: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static) -> Lines {
    let state = (Box::pin(body), BytesMut::new());
    Box::pin(stream::unfold(state, |(mut body, mut rest)| async move {
        loop {
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let mut line = rest.split_to(end + 1);
                line.truncate(end);
                return Some((Ok(line.freeze()), (body, rest)));
            }
            if rest.len() > BODY_BYTES_MAX {
                let why = format!("a line has more than {BODY_BYTES_MAX} bytes");
                let broken = Unreached {
                    maybe_done: true,
                    why,
                };
                return Some((Err(broken), (body, BytesMut::new())));
            }
            match body.next().await? {
                Ok(part) => rest.extend_from_slice(&part),
                Err(error) => return Some((Err(unreached(&error)), (body, rest))),
            }
        }
    }))
}

fn unreached(error: &reqwest::Error) -> Unreached {
    let mut why = error.to_string();
    let mut below = error.source();
    while let Some(source) = below {
        why = format!("{why}: {source}");
        below = source.source();
    }
    Unreached {
        maybe_done: !error.is_connect(),
        why,
    }
}
