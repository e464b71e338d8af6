//! A closed loop over HTTP/1.1: some connections, each of which sends the next request once it has
//! the answer to the last. Latencies are those of a loop: they grow with the connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::stats::Samples;

/// Bytes of an unexpected answer that are shown.
const ANSWER_SHOWN_BYTES: usize = 500;

/// What AWS calls the bodies of its JSON protocol.
const AWS_JSON: &str = "application/x-amz-json-1.0";

/// The request that is sent over and over.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// To where.
    pub(crate) address: SocketAddr,
    /// The path of a POST.
    pub(crate) path: &'static str,
    /// The operation, for requests as AWS's clients send them.
    pub(crate) target: Option<&'static str>,
    /// Its body, JSON.
    pub(crate) body: Bytes,
    /// What every answer must be; another ends the benchmark.
    pub(crate) status: StatusCode,
}

/// What came of a round.
#[derive(Debug)]
pub(crate) struct Ran {
    /// How long each answer took.
    pub(crate) samples: Samples,
    /// From the first request until the last answer.
    pub(crate) elapsed: Duration,
}

impl Load {
    /// Sends one request and gives the body of its answer.
    pub(crate) async fn once(&self) -> Result<Bytes> {
        self.send(&mut connect(self.address).await?).await
    }

    /// Sends for `duration` over so many connections. With a `gate`, each request first takes a
    /// permit there, for good; whoever gives permits decides how many may be under way.
    pub(crate) async fn run(
        &self,
        connections: usize,
        duration: Duration,
        gate: Option<&Arc<Semaphore>>,
    ) -> Result<Ran> {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(connect(self.address).await?);
        }
        let start = Instant::now();
        let mut loops = JoinSet::new();
        for connection in open {
            let (load, gate) = (self.clone(), gate.cloned());
            loops.spawn(async move { load.repeat(connection, start + duration, gate).await });
        }
        let mut samples = Samples::default();
        while let Some(ended) = loops.join_next().await {
            samples.append(ended.context("a connection's loop panicked")??);
        }
        Ok(Ran {
            samples,
            elapsed: start.elapsed(),
        })
    }

    async fn repeat(
        &self,
        mut connection: Connection,
        end: Instant,
        gate: Option<Arc<Semaphore>>,
    ) -> Result<Samples> {
        let mut samples = Samples::default();
        while Instant::now() < end {
            if let Some(gate) = &gate {
                let Ok(permit) = timeout_at(end, gate.acquire()).await else {
                    break;
                };
                permit?.forget();
            }
            let sent = Instant::now();
            self.send(&mut connection).await?;
            samples.push(sent.elapsed());
        }
        Ok(samples)
    }

    /// Sends the request over a connection and gives the body of its answer.
    pub(crate) async fn send(&self, connection: &mut Connection) -> Result<Bytes> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.path)
            .header(HOST, HeaderValue::from_static("localhost"));
        let request = match self.target {
            None => request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")),
            Some(target) => request
                .header(CONTENT_TYPE, HeaderValue::from_static(AWS_JSON))
                .header("x-amz-target", HeaderValue::from_static(target)),
        };
        let request = request.body(Full::new(self.body.clone()))?;
        connection.ready().await?;
        let answer = connection.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status != self.status {
            let shown = &body[..body.len().min(ANSWER_SHOWN_BYTES)];
            let shown = String::from_utf8_lossy(shown);
            bail!("{} was answered with {status}: {shown}", self.path);
        }
        Ok(body)
    }
}

/// One connection, with one request under way at the most.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// Opens a connection.
pub(crate) async fn connect(address: SocketAddr) -> Result<Connection> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("can't connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
    // Its end shows in the next request.
    tokio::spawn(driver);
    Ok(connection)
}

#[cfg(test)]
mod tests;
